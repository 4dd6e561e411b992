"""Applies what a workspace has taught on top of the model's reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from sqlmodel import Session

from models.mention import EXPLICIT, LEARNED
from nlp.arrays import Float32
from service.corrections.layers import Columns, set_label
from service.journey.mapping import LearnedKeys
from service.journey.native import AXES, Axis, with_learned
from service.journey.probes import Field, Prediction, Probes, probes_of
from service.journey.service import current_map
from service.journey.trained_labels import FROM_CORRECTIONS, find_learning, load_trained

_CACHED: Final = 1000
_NONE: Final = Prediction("", 0.0)


class Sent(Protocol):
    """What the sender stated, as keys of the journey."""

    @property
    def stage_sent(self) -> str | None: ...
    @property
    def touchpoint_sent(self) -> str | None: ...


@dataclass(frozen=True)
class LearnedLabels:
    """The probes that label mentions with vectors of one model.

    ``keys`` are the learned labels of the definition in force, predicted by ``probes``;
    ``adjusted`` predict native labels, by field, as learned from corrections.
    """

    keys: LearnedKeys = field(default_factory=LearnedKeys)
    probes: Mapping[Axis, Probes] = field(default_factory=dict)
    adjusted: Mapping[Field, Probes] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether there is a probe for every learned label of the definition."""
        return all(
            self.probes.get(axis, Probes()).by_key.keys() >= getattr(self.keys, axis)
            for axis in AXES
        )

    @property
    def needs_vectors(self) -> bool:
        """Whether mentions without vectors have to be analysed again."""
        return any(probes.by_key for probes in (*self.probes.values(), *self.adjusted.values()))

    def apply(self, read: Sequence[Columns], vectors: Float32 | None, sent: Sent) -> list[Columns]:
        """The bare readings ``read`` of one item with the learned labels applied.

        ``vectors`` has a row for each; without it only the sender's statements apply. These win: a
        learned label that the sender stated needs no probe, and excludes others.
        """
        labelled = [dict(values) for values in read]
        for name, probes in self.adjusted.items():
            for values, guess in zip(labelled, _choose(probes, vectors, len(read)), strict=True):
                _adjust(values, name, guess)
        for axis in AXES:
            stated = getattr(sent, f"{axis}_sent")
            stated = stated if stated in getattr(self.keys, axis) else ""
            guesses = _choose(self.probes.get(axis), vectors, len(read))
            for values, guess in zip(labelled, guesses, strict=True):
                if values[f"{axis}_provenance"] == EXPLICIT:
                    _name(values, axis, Prediction(stated, 1.0), EXPLICIT)
                else:
                    _name(values, axis, guess, LEARNED)
        return labelled


def _choose(probes: Probes | None, vectors: Float32 | None, n: int) -> Sequence[Prediction]:
    return [_NONE] * n if vectors is None or probes is None else probes.choose(vectors)


def _adjust(values: Columns, name: Field, chosen: Prediction) -> None:
    """Apply a native label learned from corrections, unless the sender has stated one."""
    if chosen.key in ("", values[name]) or values.get(f"{name}_provenance") == EXPLICIT:
        return
    set_label(values, name, chosen.key, LEARNED, chosen.probability)
    if name == "sentiment" and chosen.key != "negative":
        set_label(values, "severity", 0, LEARNED, chosen.probability)


def _name(values: Columns, axis: Axis, chosen: Prediction, by: str) -> None:
    if chosen.key:
        set_label(values, axis, with_learned(values[axis], chosen.key), by, chosen.probability)


NO_LEARNED_LABELS: Final = LearnedLabels()
_cache: dict[tuple[UUID, int, str], LearnedLabels] = {}


def find_learned_labels(session: Session, workspace_id: UUID, model_version: str) -> LearnedLabels:
    """The probes of a workspace; ``NO_LEARNED_LABELS`` for most workspaces.

    Who writes labels by them locks the workspace before (``lock_workspace``, and before any
    feedback), so that they stay the same until the transaction ends.
    """
    row = find_learning(session, workspace_id)
    if row is None:
        return NO_LEARNED_LABELS
    key = (workspace_id, row.stamp, model_version)
    known = _cache.get(key)
    if known is not None:
        return known
    journey = current_map(session, workspace_id)
    trained = load_trained(session, workspace_id, journey.version, model_version)
    corrections = (
        load_trained(session, workspace_id, FROM_CORRECTIONS, model_version) if row.adjusts else []
    )
    learned = LearnedLabels(
        journey.learned,
        {axis: probes_of(trained, axis) for axis in AXES},
        {each.axis: probes_of(corrections, each.axis) for each in corrections},
    )
    if learned.complete:
        if len(_cache) >= _CACHED:
            _cache.clear()
        _cache[key] = learned
    return learned
