"""The axes of a journey and their parts, and which view of the roll-ups counts those. Pure.

``queries.items`` explains views.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, Literal

from service.insights.filters import Selection
from service.journey.mapping import JourneyMap
from service.journey.native import Cell

AxisName = Literal["all", "stage", "touchpoint", "cell"]
View = Literal["whole", "stages", "touchpoints"]
Key = str | Cell
"""The key of a stage or a touchpoint, a cell of the journey, or ``ALL``."""
ALL: Final = "all"
"""The key of the only part of the axis "all"."""
PART_OF: Final[Mapping[AxisName, Callable[[Cell], Any]]] = {
    "all": lambda _cell: ALL,
    "stage": lambda cell: cell.stage,
    "touchpoint": lambda cell: cell.touchpoint,
    "cell": lambda cell: cell,
}
"""The part of an axis that a cell of the journey belongs to."""


def view_for(selection: Selection, axis: AxisName) -> View | None:
    """The view that covers every part of an axis within the selection; None if none does."""
    return _view_for(selection.journey, selection.cells, axis)


@lru_cache(maxsize=500)
def _view_for(journey: JourneyMap, chosen: frozenset[Cell] | None, axis: AxisName) -> View | None:
    if chosen is None and axis == "all":
        return "whole"
    part_of = PART_OF[axis]
    of_stage: dict[str, set[Any]] = defaultdict(set)
    touchpoints: dict[Key, set[str]] = defaultdict(set)
    for cell, mapped in journey.cells.items():
        part = part_of(mapped) if chosen is None or cell in chosen else None
        of_stage[cell.stage].add(part)
        if part is not None:
            touchpoints[part].add(cell.native.touchpoint)
    if all(len(parts) == 1 for parts in of_stage.values()):
        return "stages"
    return "touchpoints" if all(len(of) == 1 for of in touchpoints.values()) else None
