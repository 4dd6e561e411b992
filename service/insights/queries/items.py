"""Distinct items by part of a journey, from views of their cells or from the sets of their cells.

An item touches a set of cells, so items can't be added up over cells. Roll-ups therefore keep
views of these sets: a view has no cells at all, or only the stages of the cells, or only the cells
at one native touchpoint. A view counts a part of the journey exactly if it covers all of it: the
view of stages counts parts that consist of whole native stages, the view of a touchpoint parts that
lie at that one. Parts that no view covers are counted from the sets of cells, by day, which takes
longer; in a segment, for which sets are not kept, from the mentions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, case, literal, or_, select
from sqlmodel import Session

from models.tables import ROLLUP_ITEM, ROLLUP_ITEM_SPAN
from service.insights.axes import ALL, PART_OF, AxisName, View, view_for
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries import recount
from service.insights.queries.portions import (
    CACHED_STATEMENTS,
    Portion,
    QueryShape,
    bind_days,
    bind_shape,
    portions,
    sum_portions,
    sum_selects,
)
from service.insights.sums import ItemSums, RatingSums
from service.journey.mapping import JourneyMap
from service.journey.native import STORED_TOUCHPOINTS, Cell
from service.rollups.cells import EMPTY_MASK, SILENT_PREFIX, cells_in, mask_of
from service.rollups.spans import ITEM_COUNTERS, ITEMS_ONLY_VIEW, STAGES_VIEW

Counted = tuple[date | None, str, str, int, int, int, int, int]
"""(period, mask, scale, ``ITEM_COUNTERS``, silent): the items that touch exactly the cells of a
mask, rated on one scale; silent ones have no mention."""
Sums = Mapping[tuple[date | None, Any], ItemSums]
MOST_MASKS: Final = 20_000
"""How many sets of cells have their parts cached, for each axis of a journey."""


class Items:
    """The items of a selection, by period if ``by`` is given; each axis is read on first use.

    Unless ``rated``, items are only counted: their ratings are not valid.
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

    def parts(self, axis: AxisName) -> Mapping[Any, ItemSums]:
        """Distinct items by part of the journey.

        Raises:
            ValueError: the items were read by period.
        """
        if self._by is not None:
            raise ValueError("items of several periods can't be told apart by part alone")
        return {key: sums for (_, key), sums in self.by_part(axis).items()}

    @property
    def whole(self) -> ItemSums:
        """All items; raises as ``parts`` does."""
        return self.parts("all").get(ALL, ItemSums())

    @property
    def by_period(self) -> Mapping[date | None, ItemSums]:
        """All items by period."""
        return {period: sums for (period, _), sums in self.by_part("all").items()}

    def _read(self, axis: AxisName) -> Sums:
        selection = self._selection
        view = view_for(selection, axis) if selection.in_rollups else None
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
            shape, values = bind_days(session, selection, self._by, ROLLUP_ITEM)
        else:
            shape, values = bind_shape(session, selection, self._by, ROLLUP_ITEM, ROLLUP_ITEM_SPAN)
            if view != "whole":
                values["views"] = _stored_views(selection, view)
        rows: Sequence[Any] = session.execute(_statement(shape, view, self._rated), values).all()
        return rows


def any_items(session: Session, selection: Selection) -> bool:
    """Whether the selection has any item, with or without mentions."""
    if selection.in_rollups:
        return Items(session, selection, rated=False).whole.items > 0
    return recount.first_day(session, selection) is not None


def first_day(session: Session, selection: Selection) -> date | None:
    """The UTC day of the first item of a selection of all stages; None without any."""
    if not selection.in_rollups:
        return recount.first_day(session, selection)
    days = Items(session, selection, "day", rated=False).by_period
    return min((day for day, sums in days.items() if day and sums.items), default=None)


@lru_cache(maxsize=CACHED_STATEMENTS)
def _statement(shape: QueryShape, view: View | None, rated: bool) -> Select[Any]:
    """A statement for the columns of ``Counted``; without a view, from the sets of cells by day."""
    if view == "whole":
        period, *rest = _whole(shape).subquery().c
        return select(period, literal(EMPTY_MASK), *rest)
    found = portions(shape) if view is None else _of_views(shape)
    if rated:
        rows = sum_portions(shape.by, found, ("cells", "scale"), ITEM_COUNTERS).subquery()
        return select(*rows.c, _silent(rows))
    rows = sum_portions(shape.by, found, ("cells",), ("items",)).subquery()
    return select(rows.c.period, rows.c.cells, *_unrated(rows.c["items"]), _silent(rows))


def _silent(rows: FromClause) -> ColumnElement[Any]:
    return case((_is_silent(rows.c.cells), rows.c["items"]), else_=0)


def _is_silent(cells: ColumnElement[str]) -> ColumnElement[bool]:
    return or_(cells == EMPTY_MASK, cells.startswith(SILENT_PREFIX))


def _whole(shape: QueryShape) -> Select[Any]:
    """All items by period and scale: ``ITEM_COUNTERS``, and how many are silent."""
    found = [rows for of in portions(shape) for rows in _with_silent(of)]
    return sum_selects(shape.by, found, ("scale",), (*ITEM_COUNTERS, "silent"))


def _with_silent(of: Portion) -> Iterator[Select[Any]]:
    """Rows with the number of silent items. Days have them in their sets of cells; in spans, the
    view without cells can't distinguish them, so they come from the view of stages."""
    own = of.table.c
    counters = [own[name] for name in ITEM_COUNTERS]
    if of.table is ROLLUP_ITEM:
        yield of.rows(own.scale, *counters, _silent(of.table).label("silent"))
        return
    yield of.where(own.view == ITEMS_ONLY_VIEW).rows(
        own.scale, *counters, literal(0).label("silent")
    )
    silent = of.where(own.view == STAGES_VIEW, _is_silent(own.cells))
    yield silent.rows(own.scale, *(literal(0) for _ in counters), own["items"])


def _unrated(count: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """The columns of scale and ``ITEM_COUNTERS`` for items whose ratings are not read."""
    return [literal(""), count, *(literal(0) for _ in ITEM_COUNTERS[1:])]


def _of_views(shape: QueryShape) -> Sequence[Portion]:
    """The rows of the views in the bind parameter ``views``, and the sets of cells by day."""
    chosen = ROLLUP_ITEM_SPAN.c.view.in_(bindparam("views", expanding=True))
    return [of if of.table is ROLLUP_ITEM else of.where(chosen) for of in portions(shape)]


def _stored_views(selection: Selection, view: View) -> Sequence[str]:
    """The names of a view in the roll-ups; for touchpoints, of one view for each."""
    if view == "touchpoints":
        cells = selection.cells
        return STORED_TOUCHPOINTS if cells is None else sorted({c.native.touchpoint for c in cells})
    return (STAGES_VIEW,)


class _Parts(dict[str, tuple[Any, ...]]):
    """The parts of an axis that each mask of cells touches, computed on first use."""

    def __init__(self, journey: JourneyMap, chosen: frozenset[Cell] | None, axis: AxisName) -> None:
        super().__init__()
        self._cells = journey.cells
        self._chosen = chosen
        self._part_of = PART_OF[axis]
        self._all = chosen is None and axis == "all"

    @classmethod
    def of(cls, selection: Selection, axis: AxisName) -> "_Parts":
        """The cached parts for the journey and the cells of a selection."""
        found = _parts_of(selection.journey, selection.cells, axis)
        if len(found) > MOST_MASKS:
            found.clear()
        return found

    def __missing__(self, mask: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = (ALL,)
        if not self._all:
            cells = [
                cell for cell in cells_in(mask) if self._chosen is None or cell in self._chosen
            ]
            found = tuple({self._part_of(self._cells[cell]) for cell in cells})
        self[mask] = found
        return found


@lru_cache(maxsize=CACHED_STATEMENTS)
def _parts_of(journey: JourneyMap, chosen: frozenset[Cell] | None, axis: AxisName) -> _Parts:
    return _Parts(journey, chosen, axis)


def _counted(rows: Iterable[Counted], parts_of: _Parts) -> Sums:
    """Items added up by period and part; an item counts once in each of its parts."""
    sums: dict[tuple[date | None, Any, str], list[int]] = {}
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
    found: dict[tuple[date | None, Any], ItemSums] = defaultdict(ItemSums)
    for (period, part, scale), (*counters, silent) in sums.items():
        found[period, part].add(counters[0], scale, RatingSums(*counters))
        found[period, part].silent += silent
    return found
