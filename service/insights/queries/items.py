"""Distinct items by parts of a journey: from views of their cells, or from the sets themselves.

A view sees nothing of an item's cells, or their stages, or all of them at one native touchpoint. A
part of the journey is counted exactly by a view that sees all of it: a part that takes in whole
native stages by their view, a part that lies at one native touchpoint by that one's. What no view
sees is counted from the sets of cells, by day, which takes longer.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import Select
from sqlmodel import Session

from service.insights.cells import Cell, cells_in
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries import recount
from service.insights.queries.portions import Portion, added_up, of_days, portions
from service.insights.rollups import ROLLUP_ITEM, ROLLUP_ITEM_SPAN
from service.insights.spans import ITEM_COUNTERS, STAGES, WHOLE
from service.insights.sums import ItemSums, RatingSums

AxisName = Literal["all", "stage", "touchpoint", "cell"]
Key = Any
Counted = tuple[date | None, frozenset[Cell], str, Sequence[int]]
"""Items in a period that touch these cells and no others, on one rating scale: their counters."""
Sums = Mapping[tuple[date | None, Key], ItemSums]
View = Literal["whole", "stages", "touchpoints"]
ALL: Final = "all"

PART_OF: Final[Mapping[AxisName, Callable[[Cell], Key]]] = {
    "all": lambda _cell: ALL,
    "stage": lambda cell: cell.stage,
    "touchpoint": lambda cell: cell.touchpoint,
    "cell": lambda cell: cell,
}
"""How the cells of a journey are put together to parts."""


class Items:
    """The items of a selection, in periods if ``by`` says so; each axis is read when asked for."""

    def __init__(self, session: Session, selection: Selection, by: By | None = None) -> None:
        self._session = session
        self._selection = selection
        self._by = by
        self._known: dict[AxisName, Sums] = {}
        self._rows: dict[View | None, Sequence[Counted]] = {}

    def by_part(self, axis: AxisName) -> Sums:
        """Distinct items by period and by part of the journey."""
        if axis not in self._known:
            self._known[axis] = self._read(axis)
        return self._known[axis]

    def parts(self, axis: AxisName) -> Mapping[Key, ItemSums]:
        """Distinct items by part of the journey, if there are no periods."""
        return {key: sums for (_, key), sums in self.by_part(axis).items()}

    @property
    def whole(self) -> ItemSums:
        """All items, if there are no periods."""
        return self.parts("all").get(ALL, ItemSums())

    @property
    def by_period(self) -> Mapping[date | None, ItemSums]:
        """All items by period."""
        return {period: sums for (period, _), sums in self.by_part("all").items()}

    def _read(self, axis: AxisName) -> Sums:
        view = seen_by(self._selection, axis) if self._selection.in_rollups else None
        if view not in self._rows:
            self._rows[view] = self._rows_of(view)
        count = _Count(self._selection, PART_OF[axis])
        for row in self._rows[view]:
            count.add(*row)
        return count.sums

    def _rows_of(self, view: View | None) -> Sequence[Counted]:
        if not self._selection.in_rollups:
            return [
                (row.period, row.cells, row.scale, (row.items, *row.rating[1:]))
                for row in recount.item_rows(self._session, self._selection, self._by)
            ]
        return [
            (period, _cell_set(mask), scale, [int(amount) for amount in sums])
            for portion in self._portions(view)
            for period, mask, scale, *sums in self._session.execute(portion).all()
        ]

    def _portions(self, view: View | None) -> Iterable[Select[Any]]:
        """Statements for (period, cells, scale, counters)."""
        if view is None:
            return [_added_up([of_days(self._session, self._selection, self._by, ROLLUP_ITEM)])]
        found = portions(self._session, self._selection, self._by, ROLLUP_ITEM, ROLLUP_ITEM_SPAN)
        views = [_viewed(p, view) for p in found if p.table is ROLLUP_ITEM_SPAN]
        sets = [p for p in found if p.table is ROLLUP_ITEM]
        return [_added_up(of) for of in (views, sets) if of]


def seen_by(selection: Selection, axis: AxisName) -> View | None:
    """The view that sees all of every part of an axis, within the selection; None if none does."""
    if selection.cells is None and axis == "all":
        return "whole"
    part_of, cells = PART_OF[axis], selection.journey.cells
    of_stage: dict[str, set[Any]] = defaultdict(set)
    touchpoints: dict[Key, set[str]] = defaultdict(set)
    for cell, mapped in cells.items():
        part = part_of(mapped) if selection.has(cell) else None
        of_stage[cell.stage].add(part)
        if part is not None:
            touchpoints[part].add(cell.native.touchpoint)
    if all(len(parts) == 1 for parts in of_stage.values()):
        return "stages"
    return "touchpoints" if all(len(of) == 1 for of in touchpoints.values()) else None


class _Count:
    """Adds up items by period, part and rating scale; an item counts once in each of its parts."""

    def __init__(self, selection: Selection, part_of: Callable[[Cell], Key]) -> None:
        self._selection = selection
        self._part_of = part_of
        self._parts: dict[frozenset[Cell], Sequence[Key]] = {}
        self._sums: dict[tuple[date | None, Key, str], list[int]] = {}

    def add(
        self, period: date | None, cells: frozenset[Cell], scale: str, counters: Sequence[int]
    ) -> None:
        """Add items that touch ``cells``; ``counters`` as in ``ITEM_COUNTERS``."""
        parts = self._parts.get(cells)
        if parts is None:
            parts = self._parts[cells] = self._parts_of(cells)
        for part in parts:
            known = self._sums.setdefault((period, part, scale), [0, 0, 0, 0])
            for index, amount in enumerate(counters):
                known[index] += amount

    @property
    def sums(self) -> Sums:
        """What was added, by period and part."""
        found: dict[tuple[date | None, Key], ItemSums] = defaultdict(ItemSums)
        for (period, part, scale), counters in self._sums.items():
            found[period, part].add(counters[0], scale, RatingSums(*counters))
        return found

    def _parts_of(self, cells: frozenset[Cell]) -> Sequence[Key]:
        selection, mapped = self._selection, self._selection.journey.cells
        if selection.cells is None and self._part_of is PART_OF["all"]:
            return (ALL,)
        return tuple({self._part_of(mapped[cell]) for cell in cells if selection.has(cell)})


def _viewed(portion: Portion, view: View) -> Portion:
    column = portion.table.c.view
    seen = {
        "whole": column == WHOLE,
        "stages": column == STAGES,
        "touchpoints": column.not_in((STAGES, WHOLE)),
    }
    return portion._replace(conditions=[*portion.conditions, seen[view]])


def _added_up(found: Sequence[Portion]) -> Select[Any]:
    return added_up(found, ("cells", "scale"), ITEM_COUNTERS)


@lru_cache(maxsize=50_000)
def _cell_set(mask: str) -> frozenset[Cell]:
    return frozenset(cells_in(mask))
