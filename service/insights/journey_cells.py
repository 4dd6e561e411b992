"""The titles, owners and departments of journey cells, and the ids of their pain points. Pure."""

from itertools import product
from typing import Final
from uuid import UUID, uuid5

from models.pain_point import PAIN, WIN
from nlp.labels import UNASSIGNED
from service.insights.errors import NoSuchPainPoint
from service.journey.definition import Entry, Stage, Touchpoint
from service.journey.mapping import JourneyMap
from service.journey.native import Cell

UNASSIGNED_NAME: Final = "Unassigned"
_KINDS: Final = {PAIN: "pain-point", WIN: "win"}


def stage_named(journey: JourneyMap, key: str) -> Stage | None:
    """The stage with that key; None for ``unassigned``."""
    return next((stage for stage in journey.stages if stage.key == key), None)


def touchpoint_named(journey: JourneyMap, key: str) -> Touchpoint | None:
    """The touchpoint with that key; None for ``unassigned``."""
    return next((entry for entry in journey.touchpoints if entry.key == key), None)


def title(journey: JourneyMap, cell: Cell) -> str:
    """A journey cell in words: "Checkout at Purchase"."""
    stage = stage_named(journey, cell.stage)
    touchpoint = touchpoint_named(journey, cell.touchpoint)
    names = [entry.name if entry else UNASSIGNED_NAME for entry in (touchpoint, stage)]
    return " at ".join(names)


def definitions_of(journey: JourneyMap, cell: Cell) -> list[Entry]:
    """The touchpoint and the stage of a cell, as far as the definition has them."""
    both = (touchpoint_named(journey, cell.touchpoint), stage_named(journey, cell.stage))
    return [entry for entry in both if entry]


def owner(journey: JourneyMap, cell: Cell) -> str | None:
    """The owner of a cell: that of the touchpoint, else that of the stage."""
    return next((entry.owner for entry in definitions_of(journey, cell) if entry.owner), None)


def department(journey: JourneyMap, cell: Cell) -> str | None:
    """The department of a cell: that of the touchpoint, else that of the stage."""
    return next(
        (entry.department for entry in definitions_of(journey, cell) if entry.department), None
    )


def cell_id(workspace_id: UUID, cell: Cell, sentiment: str) -> UUID:
    """The id of a journey cell's pain point or win; it never changes."""
    return uuid5(workspace_id, f"{_KINDS[sentiment]}:{cell.stage}/{cell.touchpoint}")


def cell_with_id(journey: JourneyMap, workspace_id: UUID, wanted: UUID) -> tuple[Cell, str]:
    """The journey cell whose pain point or win has this id, and the sentiment of that.

    Raises:
        NoSuchPainPoint: no cell has this id.
    """
    stages = [*(stage.key for stage in journey.stages), UNASSIGNED]
    touchpoints = [*(touchpoint.key for touchpoint in journey.touchpoints), UNASSIGNED]
    for pair in product(stages, touchpoints):
        for sentiment in _KINDS:
            if cell_id(workspace_id, Cell(*pair), sentiment) == wanted:
                return Cell(*pair), sentiment
    raise NoSuchPainPoint
