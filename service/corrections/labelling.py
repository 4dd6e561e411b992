"""Applies what a workspace has taught on top of the model's reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from sqlmodel import Session

from models.mention import EXPLICIT, LEARNED
from nlp.arrays import Float32
from service.corrections.layers import Values, laid_over
from service.journey.learned import Chosen, Field, Probes, probes_of
from service.journey.mapping import Keys
from service.journey.native import AXES, Axis, with_learned
from service.journey.service import current_map
from service.journey.taught import FROM_CORRECTIONS, find_learning, taught_by

_CACHED: Final = 1000
_NONE: Final = Chosen("", 0.0)


class Sent(Protocol):
    """What the sender stated, as keys of the journey."""

    @property
    def stage_sent(self) -> str | None: ...
    @property
    def touchpoint_sent(self) -> str | None: ...


@dataclass(frozen=True)
class Learned:
    """The probes that label mentions with vectors of one model.

    ``keys`` are the learned labels of the definition in force, predicted by ``probes``;
    ``adjusted`` predict native labels, by field, as learned from corrections.
    """

    keys: Keys = field(default_factory=Keys)
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

    def laid(self, read: Sequence[Values], vectors: Float32 | None, sent: Sent) -> list[Values]:
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
                    _name(values, axis, Chosen(stated, 1.0), EXPLICIT)
                else:
                    _name(values, axis, guess, LEARNED)
        return labelled


def _choose(probes: Probes | None, vectors: Float32 | None, n: int) -> Sequence[Chosen]:
    return [_NONE] * n if vectors is None or probes is None else probes.choose(vectors)


def _adjust(values: Values, name: Field, chosen: Chosen) -> None:
    """Apply a native label learned from corrections, unless the sender has stated one."""
    if chosen.key in ("", values[name]) or values.get(f"{name}_provenance") == EXPLICIT:
        return
    laid_over(values, name, chosen.key, LEARNED, chosen.chance)
    if name == "sentiment" and chosen.key != "negative":
        laid_over(values, "severity", 0, LEARNED, chosen.chance)


def _name(values: Values, axis: Axis, chosen: Chosen, by: str) -> None:
    if chosen.key:
        laid_over(values, axis, with_learned(values[axis], chosen.key), by, chosen.chance)


NOTHING: Final = Learned()
_states: dict[tuple[UUID, int, str], Learned] = {}


def learned_in(
    session: Session, workspace_id: UUID, model_version: str, lock: bool = True
) -> Learned:
    """The probes of a workspace; ``NOTHING`` for most workspaces.

    With ``lock`` they stay the same until the caller's write transaction ends: call it before any
    feedback is locked.
    """
    row = find_learning(session, workspace_id, lock)
    if row is None:
        return NOTHING
    key = (workspace_id, row.stamp, model_version)
    known = _states.get(key)
    if known is not None:
        return known
    journey = current_map(session, workspace_id)
    taught = taught_by(session, workspace_id, journey.version, model_version)
    corrections = (
        taught_by(session, workspace_id, FROM_CORRECTIONS, model_version) if row.adjusts else []
    )
    learned = Learned(
        journey.learned,
        {axis: probes_of(taught, axis) for axis in AXES},
        {each.axis: probes_of(corrections, each.axis) for each in corrections},
    )
    if learned.complete:
        if len(_states) >= _CACHED:
            _states.clear()
        _states[key] = learned
    return learned
