"""Native cells: the (stage, touchpoint) pairs with which mentions are stored.

A label that a workspace has taught (``docs/journeys.md``) is appended to the native one, which is
kept: ``usage+moving-in`` is the native stage ``usage`` and the learned stage ``moving-in``.
"""

from typing import Final, Literal, NamedTuple

from nlp.labels import NONE, STAGES, TOUCHPOINTS, UNASSIGNED

Axis = Literal["stage", "touchpoint"]
AXES: Final[tuple[Axis, ...]] = ("stage", "touchpoint")
"""The axes of a cell. Senders can state them, so each has a column for its provenance."""
LEARNED_SEPARATOR: Final = "+"


class Cell(NamedTuple):
    """A native stage and touchpoint; either may be ``unassigned`` or have a learned label."""

    stage: str
    touchpoint: str

    @property
    def native(self) -> "Cell":
        """The same without learned labels."""
        return Cell(native_of(self.stage), native_of(self.touchpoint))


NO_CELL: Final = Cell(UNASSIGNED, UNASSIGNED)
"""What items without a mention are of, unless their sender stated a place."""


def native_of(label: str) -> str:
    """The native part of a stored label."""
    return label.partition(LEARNED_SEPARATOR)[0]


def learned_of(label: str) -> str:
    """The key of the learned label in a stored one, "" if there is none."""
    return label.partition(LEARNED_SEPARATOR)[2]


def with_learned(label: str, key: str) -> str:
    """A stored label: the native one, with the learned ``key`` appended unless it is ""."""
    return native_of(label) + (LEARNED_SEPARATOR + key if key else "")


def _stored(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(UNASSIGNED if label == NONE else label for label in labels)


STORED_STAGES: Final = _stored(STAGES)
STORED_TOUCHPOINTS: Final = _stored(TOUCHPOINTS)
CELLS: Final = tuple(Cell(s, t) for s in STORED_STAGES for t in STORED_TOUCHPOINTS)
