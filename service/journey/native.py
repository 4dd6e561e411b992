"""Native cells: the (stage, touchpoint) pairs that mentions are stored with."""

from typing import Final, NamedTuple

from nlp.labels import NONE, STAGES, TOUCHPOINTS, UNASSIGNED


class Cell(NamedTuple):
    """A native stage and touchpoint, either of which may be ``unassigned``."""

    stage: str
    touchpoint: str


def _stored(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(UNASSIGNED if label == NONE else label for label in labels)


STORED_STAGES: Final = _stored(STAGES)
STORED_TOUCHPOINTS: Final = _stored(TOUCHPOINTS)
CELLS: Final = tuple(Cell(s, t) for s in STORED_STAGES for t in STORED_TOUCHPOINTS)
