"""Matches corrections with mentions. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

Among = Mapping[str, Sequence[str]]
"""By field, all native labels that were meant, where there are several."""


class Said(Protocol):
    """A correction: the span it is about, and the labels by field (``None`` withdraws them)."""

    @property
    def start(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def new(self) -> Mapping[str, Any]: ...
    @property
    def among(self) -> Among | None: ...


class Found(NamedTuple):
    """The labels for each mention, by its index, and whether each correction found its span."""

    labels: dict[int, dict[str, Any]]
    among: dict[int, Among]
    applied: list[bool]


def find(text: str, mentions: Sequence[Mapping[str, Any]], corrections: Sequence[Said]) -> Found:
    """The effect of ``corrections``, the earliest first, on the ``mentions`` of ``text``.

    A correction applies to the mention with exactly its text; of several, to the one that starts
    nearest to its original position. The latest label of a field counts.
    """
    places: dict[str, list[int]] = {}
    for index, mention in enumerate(mentions):
        places.setdefault(text[mention["start"] : mention["end"]], []).append(index)
    labels: dict[int, dict[str, Any]] = {}
    among: dict[int, dict[str, Sequence[str]]] = {}
    applied = []
    for correction in corrections:
        found = places.get(correction.text)
        applied.append(bool(found))
        if found:
            start = correction.start
            nearest = min(found, key=lambda index: abs(mentions[index]["start"] - start))
            labels.setdefault(nearest, {}).update(correction.new)
            alike = correction.among or {}
            among.setdefault(nearest, {}).update(
                {field: alike.get(field, ()) for field in correction.new}
            )
    return Found(
        {index: _in_force(chosen) for index, chosen in labels.items()},
        {
            index: {field: alike[field] for field in alike if alike[field]}
            for index, alike in among.items()
        },
        applied,
    )


def _in_force(labels: Mapping[str, Any]) -> dict[str, Any]:
    return {field: label for field, label in labels.items() if label is not None}
