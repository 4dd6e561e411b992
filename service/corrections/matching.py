"""Matches corrections with mentions. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import inf
from typing import Any, Final, NamedTuple, Protocol

Among = Mapping[str, Sequence[str]]
"""By field, all native labels that were meant, where there are several."""
_IMPOSSIBLE: Final[tuple[float, tuple[int, ...]]] = (inf, ())


class CorrectionLike(Protocol):
    """A correction: the span it is about, and the labels by field (``None`` withdraws them)."""

    @property
    def start(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def new(self) -> Mapping[str, Any]: ...
    @property
    def among(self) -> Among | None: ...


class Matches(NamedTuple):
    """The labels for each mention, by its index, and the mention of each correction, if any."""

    labels: dict[int, dict[str, Any]]
    among: dict[int, Among]
    mentions: list[int | None]


def match_corrections(
    text: str, mentions: Sequence[Mapping[str, Any]], corrections: Sequence[CorrectionLike]
) -> Matches:
    """The effect of ``corrections``, the earliest first, on the ``mentions`` of ``text``.

    A correction applies to the mention with exactly its text. Where there are several, those that
    were corrected are found by their order, see ``_nearest_in_order``. The latest label of a field
    counts.
    """
    meant = _indices(text, mentions, corrections)
    labels: dict[int, dict[str, Any]] = {}
    among: dict[int, dict[str, Sequence[str]]] = {}
    for correction, index in zip(corrections, meant, strict=True):
        if index is not None:
            labels.setdefault(index, {}).update(correction.new)
            alike = correction.among or {}
            among.setdefault(index, {}).update(
                {field: alike.get(field, ()) for field in correction.new}
            )
    return Matches(
        {index: _in_force(chosen) for index, chosen in labels.items()},
        {
            index: {field: alike[field] for field in alike if alike[field]}
            for index, alike in among.items()
        },
        meant,
    )


def _indices(
    text: str, mentions: Sequence[Mapping[str, Any]], corrections: Sequence[CorrectionLike]
) -> list[int | None]:
    """The index of the mention that each correction is about, if there is one."""
    places: dict[str, dict[int, int]] = defaultdict(dict)
    for index, mention in enumerate(mentions):
        places[text[mention["start"] : mention["end"]]][mention["start"]] = index
    starts: dict[str, set[int]] = defaultdict(set)
    for correction in corrections:
        starts[correction.text].add(correction.start)
    found: dict[str, dict[int, int]] = {}
    for said, known in starts.items():
        now_at = _nearest_in_order(sorted(known), sorted(places[said]))
        found[said] = {start: places[said][place] for start, place in now_at.items()}
    return [found[correction.text].get(correction.start) for correction in corrections]


def _nearest_in_order(starts: Sequence[int], places: Sequence[int]) -> dict[int, int]:
    """Which of ``starts`` is at which of ``places`` by now; both are ascending.

    No two share a place, and they keep their order. As many as possible have one; the sum of the
    distances is the least.
    """
    if len(starts) > len(places):
        return {start: place for place, start in _nearest_in_order(places, starts).items()}
    # The least sum, and the places taken, for the starts so far within the first 0, 1, ... places.
    best: list[tuple[float, tuple[int, ...]]] = [(0, ())] * (len(places) + 1)
    for start in starts:
        taking = [
            (distance + abs(place - start), (*taken, place))
            for (distance, taken), place in zip(best, places, strict=False)
        ]
        best = [_IMPOSSIBLE, *accumulate(taking, min)]
    return dict(zip(starts, best[-1][1], strict=True))


def _in_force(labels: Mapping[str, Any]) -> dict[str, Any]:
    return {field: label for field, label in labels.items() if label is not None}
