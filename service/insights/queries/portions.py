"""Which rows of the roll-ups make up a selection: the longest spans possible, days at the edges.

Spans are summed over all dimensions; with a filter on one, whole years and months come from the
slices. With a filter on a declared attribute, everything comes from the spans of its segments.
Building a statement takes longer than reading its few rows, so statements are cached: they depend
only on the shape of a selection, and its values are bound on execution.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Table,
    bindparam,
    cast,
    func,
    null,
    select,
    union_all,
)
from sqlmodel import Session, SQLModel

from service.db import is_postgresql
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries.expressions import period_start
from service.rollups.segments import ALL_FEEDBACK
from service.rollups.spans import SLICED, SLICES, Span, SpanRange, cover, cover_by

CACHED_STATEMENTS: Final = 500
"""How many statements of each kind are cached; there are few shapes."""


class RowRange(NamedTuple):
    """Consecutive rows of a table, of one ``span`` or (None) of days, open or bounded.

    The names of their bind parameters end in ``suffix``.
    """

    suffix: str
    table: str
    span: str | None
    has_first: bool
    has_end: bool


class QueryShape(NamedTuple):
    """What a statement depends on: ``dimensions`` are those that a selection is filtered by, unless
    it is ``segmented``: filtered by an attribute."""

    postgresql: bool
    by: By | None
    segmented: bool
    dimensions: tuple[str, ...]
    ranges: tuple[RowRange, ...]


class BoundShape(NamedTuple):
    """A shape, and the values of its bind parameters."""

    shape: QueryShape
    values: dict[str, Any]


class Portion(NamedTuple):
    """Rows of one table, of one kind of span, that are disjoint from those of other portions.

    ``first`` is the column with the first day of a row's span, ``period`` the expression for the
    period that the row belongs to.
    """

    table: Table
    span: str
    first: ColumnElement[Any]
    period: ColumnElement[Any]
    conditions: Sequence[ColumnElement[bool]]

    def where(self, *conditions: ColumnElement[bool]) -> "Portion":
        """The rows that also satisfy ``conditions``."""
        return self._replace(conditions=[*self.conditions, *conditions])

    def rows(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """The statement that selects the rows: period, ``columns``."""
        return select(self.period.label("period"), *columns).where(*self.conditions)


def bind_shape(
    session: Session,
    selection: Selection,
    by: By | None,
    days: Table,
    spans: Table,
    longest: Span = "year",
) -> BoundShape:
    """The rows of ``days`` (a roll-up) and ``spans`` (its longer spans) that make up a selection.

    No row spans more than a period ``by``, or than ``longest``.
    """
    first, end = day_bounds(selection)
    if not chosen_dimensions(selection):
        ranges = cover_by(first, end, by) if by else cover(first, end, longest)
        return _bound(session, selection, by, [(spans, one.span, one) for one in ranges])
    if (by or longest) in ("day", "week"):
        return bind_days(session, selection, by, days)
    found = [
        (days, None, one) if one.span == "day" else (spans, SLICES[one.span], one)
        for one in cover(first, end, by or longest, SLICED)
    ]
    return _bound(session, selection, by, found)


def bind_days(
    session: Session, selection: Selection, by: By | None, days: Table, span: Span | None = None
) -> BoundShape:
    """The same from ``days`` alone: a roll-up, or the ``span`` of a day in its table of spans.

    Its bind parameters can be combined with those of ``bind_shape`` in one statement.
    """
    found = [(days, span, SpanRange("day", *day_bounds(selection)))]
    return _bound(session, selection, by, found, "days")


def _bound(
    session: Session,
    selection: Selection,
    by: By | None,
    found: Iterable[tuple[Table, str | None, SpanRange]],
    prefix: str = "",
) -> BoundShape:
    chosen = chosen_dimensions(selection)
    segmented = bool(selection.attributes)
    values = {"workspace_id": selection.workspace_id, **chosen}
    if segmented:
        values["segments"] = selection.segments
    ranges = []
    for number, (table, span, span_range) in enumerate(found):
        suffix = f"{prefix}{number}"
        ends = {f"first_{suffix}": span_range.first, f"end_{suffix}": span_range.end}
        values |= {name: day for name, day in ends.items() if day}
        ended = (bool(span_range.first), bool(span_range.end))
        ranges.append(RowRange(suffix, table.name, span, *ended))
    shape = QueryShape(is_postgresql(session), by, segmented, tuple(chosen), tuple(ranges))
    return BoundShape(shape, values)


@lru_cache(maxsize=CACHED_STATEMENTS)
def portions(shape: QueryShape) -> Sequence[Portion]:
    """The rows of a shape; the values of their bind parameters are in its ``BoundShape``."""
    return [_portion(shape, own) for own in shape.ranges]


def _portion(shape: QueryShape, own: RowRange) -> Portion:
    table = SQLModel.metadata.tables[own.table]
    start = table.c.start if own.span else table.c.day
    conditions: list[ColumnElement[bool]] = [table.c.workspace_id == bindparam("workspace_id")]
    if own.span:
        conditions += [table.c.span == own.span, _segment(table, shape)]
    if own.has_first:
        conditions.append(start >= bindparam(f"first_{own.suffix}"))
    if own.has_end:
        conditions.append(start < bindparam(f"end_{own.suffix}"))
    if own.span is None or own.span in SLICES.values():
        conditions += [
            table.c[name].in_(bindparam(name, expanding=True)) for name in shape.dimensions
        ]
    period = _period(shape, own, start)
    return Portion(table, own.span or "day", start, period, conditions)


def _period(shape: QueryShape, own: RowRange, start: ColumnElement[Any]) -> ColumnElement[Any]:
    """The first day of a row's period: for spans of that length simply their own first day."""
    if shape.by is None:
        return null()
    return start if own.span == shape.by else period_start(shape.postgresql, start, shape.by)


def _segment(table: Table, shape: QueryShape) -> ColumnElement[bool]:
    if shape.segmented:
        return table.c.segment.in_(bindparam("segments", expanding=True))
    return table.c.segment == ALL_FEEDBACK


def sum_portions(
    by: By | None, found: Sequence[Portion], keys: Sequence[str], counters: Sequence[str]
) -> Select[Any]:
    """The rows of some portions, added up: period (None without ``by``), ``keys``, sums of
    ``counters``."""
    names = (*keys, *counters)
    rows = [of.rows(*(of.table.c[name] for name in names)) for of in found]
    return sum_selects(by, rows, keys, counters)


def sum_selects(
    by: By | None, found: Sequence[Select[Any]], keys: Sequence[str], counters: Sequence[str]
) -> Select[Any]:
    """The same for statements from ``Portion.rows``.

    SQLite sorts rows to group them, which takes a third longer with a period that all of them
    share. Of a single portion, though, it would give up its range for an index in the order of
    ``keys``, and read far more.
    """
    rows = union_all(*found).subquery()
    named = [rows.c[name] for name in keys]
    sums = [cast(func.sum(rows.c[name]), BigInteger).label(name) for name in counters]
    if by is None and named and len(found) > 1:
        return select(null().label("period"), *named, *sums).group_by(*named)
    group = [rows.c.period, *named]
    return select(*group, *sums).group_by(*group)


def day_bounds(selection: Selection) -> tuple[date | None, date | None]:
    """The days [first, end) of a selection of whole days; None is open."""
    since, until = selection.since, selection.until
    return since and since.date(), until and until.date()


def chosen_dimensions(selection: Selection) -> Mapping[str, Sequence[str]]:
    """The dimensions that a selection is filtered by, with their values."""
    chosen = {
        "kind": selection.kinds,
        "source": selection.sources,
        "channel": selection.channels,
        "language": selection.languages,
    }
    return {name: values for name, values in chosen.items() if values}
