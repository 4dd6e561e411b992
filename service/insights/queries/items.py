"""Distinct items by parts of a journey: from views of their cells, or from the sets themselves.

A view sees nothing of an item's cells, or their stages, or all of them at one native touchpoint. A
part of the journey is counted exactly by a view that sees all of it: a part that takes in whole
native stages by their view, a part that lies at one native touchpoint by that one's. What no view
sees is counted from the sets of cells, by day, which takes longer; in a segment, whose sets are not
kept, from the mentions.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, case, literal, or_, select
from sqlmodel import Session

from models.tables import ROLLUP_ITEM, ROLLUP_ITEM_SPAN
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries import recount
from service.insights.queries.portions import (
    KEPT,
    Portion,
    Shape,
    added_up,
    portions,
    shaped,
    shaped_of_days,
    summed,
)
from service.insights.sums import ItemSums, RatingSums
from service.journey.mapping import JourneyMap
from service.journey.native import STORED_TOUCHPOINTS, Cell
from service.rollups.cells import NOWHERE, SILENT, cells_in, mask_of
from service.rollups.spans import ITEM_COUNTERS, STAGES, WHOLE

AxisName = Literal["all", "stage", "touchpoint", "cell"]
Key = Any
Counted = tuple[date | None, str, str, int, int, int, int, int]
"""Items in a period that touch the cells of a mask and no others, on one rating scale:
``ITEM_COUNTERS``, and how many of them are silent: without any mention."""
Sums = Mapping[tuple[date | None, Key], ItemSums]
View = Literal["whole", "stages", "touchpoints"]
ALL: Final = "all"
MOST_MASKS: Final = 20_000
"""Sets of cells whose parts are kept, of each axis of a journey."""

PART_OF: Final[Mapping[AxisName, Callable[[Cell], Key]]] = {
    "all": lambda _cell: ALL,
    "stage": lambda cell: cell.stage,
    "touchpoint": lambda cell: cell.touchpoint,
    "cell": lambda cell: cell,
}
"""How the cells of a journey are put together to parts."""


class Items:
    """The items of a selection, in periods if ``by`` says so; each axis is read when asked for.

    If they are not ``rated`` they are counted only: their ratings are not to be read.
    """

    def __init__(
        self, session: Session, selection: Selection, by: By | None = None, *, rated: bool = True
    ) -> None:
        self._session = session
        self._selection = selection
        self._by = by
        self._rated = rated
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
        selection = self._selection
        view = seen_by(selection, axis) if selection.in_rollups else None
        if view not in self._rows:
            self._rows[view] = self._rows_of(view)
        return _counted(self._rows[view], _Parts.of(selection, axis))

    def _rows_of(self, view: View | None) -> Sequence[Counted]:
        session, selection = self._session, self._selection
        if selection.cells is not None and not selection.cells:
            return []
        if not selection.in_rollups or (view is None and selection.attributes):
            return [
                (
                    row.period,
                    mask_of(row.cells, silent=row.silent),
                    row.scale,
                    row.items,
                    *row.rating[1:],
                    row.items if row.silent else 0,
                )
                for row in recount.item_rows(session, selection, self._by)
            ]
        if view is None:
            shape, values = shaped_of_days(session, selection, self._by, ROLLUP_ITEM)
        else:
            shape, values = shaped(session, selection, self._by, ROLLUP_ITEM, ROLLUP_ITEM_SPAN)
            if view != "whole":
                values["views"] = _stored_views(selection, view)
        rows: Sequence[Any] = session.execute(_statement(shape, view, self._rated), values).all()
        return rows


@lru_cache(maxsize=KEPT)
def _statement(shape: Shape, view: View | None, rated: bool) -> Select[Any]:
    """A statement for the columns of ``Counted``; days have the sets themselves."""
    if view == "whole":
        period, *rest = _whole(shape).subquery().c
        return select(period, literal(NOWHERE), *rest)
    found = portions(shape) if view is None else _of_views(shape)
    if rated:
        rows = added_up(found, ("cells", "scale"), ITEM_COUNTERS).subquery()
        return select(*rows.c, _silent(rows))
    rows = added_up(found, ("cells",), ("items",)).subquery()
    return select(rows.c.period, rows.c.cells, *_unrated(rows.c["items"]), _silent(rows))


def _silent(rows: FromClause) -> ColumnElement[Any]:
    return case((_is_silent(rows.c.cells), rows.c["items"]), else_=0)


def _is_silent(cells: ColumnElement[str]) -> ColumnElement[bool]:
    return or_(cells == NOWHERE, cells.startswith(SILENT))


def _whole(shape: Shape) -> Select[Any]:
    """All items by period and scale: ``ITEM_COUNTERS``, silent ones."""
    found = [rows for of in portions(shape) for rows in _with_silent(of)]
    return summed(found, ("scale",), (*ITEM_COUNTERS, "silent"))


def _with_silent(of: Portion) -> Iterator[Select[Any]]:
    """Sets of days tell who is silent; beside the view of the whole, that of stages does."""
    own = of.table.c
    counters = [own[name] for name in ITEM_COUNTERS]
    if of.table is ROLLUP_ITEM:
        yield of.rows(own.scale, *counters, _silent(of.table).label("silent"))
        return
    yield of.where(own.view == WHOLE).rows(own.scale, *counters, literal(0).label("silent"))
    silent = of.where(own.view == STAGES, _is_silent(own.cells))
    yield silent.rows(own.scale, *(literal(0) for _ in counters), own["items"])


def _unrated(count: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """A scale and ``ITEM_COUNTERS`` of items whose ratings are not told."""
    return [literal(""), count, *(literal(0) for _ in ITEM_COUNTERS[1:])]


def _of_views(shape: Shape) -> Sequence[Portion]:
    """Rows of the stored views that the parameter ``views`` lists, and sets of days."""
    chosen = ROLLUP_ITEM_SPAN.c.view.in_(bindparam("views", expanding=True))
    return [of if of.table is ROLLUP_ITEM else of.where(chosen) for of in portions(shape)]


def _stored_views(selection: Selection, view: View) -> Sequence[str]:
    """What a view is called in the roll-ups; of touchpoints, those of the selection."""
    if view == "touchpoints":
        cells = selection.cells
        return STORED_TOUCHPOINTS if cells is None else sorted({c.native.touchpoint for c in cells})
    return (STAGES,)


def seen_by(selection: Selection, axis: AxisName) -> View | None:
    """The view that sees all of every part of an axis, within the selection; None if none does."""
    return _seen_by(selection.journey, selection.cells, axis)


@lru_cache(maxsize=KEPT)
def _seen_by(journey: JourneyMap, chosen: frozenset[Cell] | None, axis: AxisName) -> View | None:
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


class _Parts(dict[str, tuple[Key, ...]]):
    """The parts of an axis that each mask of cells touches, found once."""

    def __init__(self, journey: JourneyMap, chosen: frozenset[Cell] | None, axis: AxisName) -> None:
        super().__init__()
        self._cells = journey.cells
        self._chosen = chosen
        self._part_of = PART_OF[axis]
        self._all = chosen is None and axis == "all"

    @classmethod
    def of(cls, selection: Selection, axis: AxisName) -> "_Parts":
        """Those within a selection."""
        found = _parts_of(selection.journey, selection.cells, axis)
        if len(found) > MOST_MASKS:
            found.clear()
        return found

    def __missing__(self, mask: str) -> tuple[Key, ...]:
        found: tuple[Key, ...] = (ALL,)
        if not self._all:
            cells = [
                cell for cell in cells_in(mask) if self._chosen is None or cell in self._chosen
            ]
            found = tuple({self._part_of(self._cells[cell]) for cell in cells})
        self[mask] = found
        return found


@lru_cache(maxsize=KEPT)
def _parts_of(journey: JourneyMap, chosen: frozenset[Cell] | None, axis: AxisName) -> _Parts:
    return _Parts(journey, chosen, axis)


def _counted(rows: Iterable[Counted], parts_of: _Parts) -> Sums:
    """Items added up by period and part; an item counts once in each of its parts."""
    sums: dict[tuple[date | None, Key, str], list[int]] = {}
    for period, mask, scale, items, value_milli, high, low, silent in rows:
        for part in parts_of[mask]:
            key = (period, part, scale)
            known = sums.get(key)
            if known is None:
                sums[key] = [items, value_milli, high, low, silent]
            else:
                known[0] += items
                known[1] += value_milli
                known[2] += high
                known[3] += low
                known[4] += silent
    found: dict[tuple[date | None, Key], ItemSums] = defaultdict(ItemSums)
    for (period, part, scale), (*counters, silent) in sums.items():
        found[period, part].add(counters[0], scale, RatingSums(*counters))
        found[period, part].silent += silent
    return found
