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
from service.rollups.segments import EVERYBODY
from service.rollups.spans import SLICED, SLICES, Span, Stretch, cover, cover_by

KEPT: Final = 500
"""How many statements of each kind are cached; there are few shapes."""


class Stretched(NamedTuple):
    """Consecutive rows of a table, of one ``span`` or (None) of days, open or bounded.

    The names of their bind parameters end in ``place``.
    """

    place: str
    table: str
    span: str | None
    has_first: bool
    has_end: bool


class Shape(NamedTuple):
    """What a statement depends on: ``dimensions`` are those that a selection is filtered by, unless
    it is ``segmented``: filtered by an attribute."""

    postgresql: bool
    by: By | None
    segmented: bool
    dimensions: tuple[str, ...]
    stretches: tuple[Stretched, ...]


class Shaped(NamedTuple):
    """A shape, and the values of its bind parameters."""

    shape: Shape
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


def shaped(
    session: Session,
    selection: Selection,
    by: By | None,
    days: Table,
    spans: Table,
    longest: Span = "year",
) -> Shaped:
    """The rows of ``days`` (a roll-up) and ``spans`` (its longer spans) that make up a selection.

    No row spans more than a period ``by``, or than ``longest``.
    """
    first, end = days_of(selection)
    if not chosen_dimensions(selection):
        stretches = cover_by(first, end, by) if by else cover(first, end, longest)
        return _shaped(session, selection, by, [(spans, one.span, one) for one in stretches])
    if (by or longest) in ("day", "week"):
        return shaped_of_days(session, selection, by, days)
    found = [
        (days, None, one) if one.span == "day" else (spans, SLICES[one.span], one)
        for one in cover(first, end, by or longest, SLICED)
    ]
    return _shaped(session, selection, by, found)


def shaped_of_days(
    session: Session, selection: Selection, by: By | None, days: Table, span: Span | None = None
) -> Shaped:
    """The same from ``days`` alone: a roll-up, or the ``span`` of a day in its table of spans.

    Its bind parameters can be combined with those of ``shaped`` in one statement.
    """
    found = [(days, span, Stretch("day", *days_of(selection)))]
    return _shaped(session, selection, by, found, "days")


def _shaped(
    session: Session,
    selection: Selection,
    by: By | None,
    found: Iterable[tuple[Table, str | None, Stretch]],
    called: str = "",
) -> Shaped:
    chosen = chosen_dimensions(selection)
    segmented = bool(selection.attributes)
    values = {"workspace_id": selection.workspace_id, **chosen}
    if segmented:
        values["segments"] = selection.segments
    stretches = []
    for number, (table, span, stretch) in enumerate(found):
        place = f"{called}{number}"
        ends = {f"first_{place}": stretch.first, f"end_{place}": stretch.end}
        values |= {name: day for name, day in ends.items() if day}
        ended = (bool(stretch.first), bool(stretch.end))
        stretches.append(Stretched(place, table.name, span, *ended))
    shape = Shape(is_postgresql(session), by, segmented, tuple(chosen), tuple(stretches))
    return Shaped(shape, values)


@lru_cache(maxsize=KEPT)
def portions(shape: Shape) -> Sequence[Portion]:
    """The rows of a shape; the values of their bind parameters are in its ``Shaped``."""
    return [_portion(shape, own) for own in shape.stretches]


def _portion(shape: Shape, own: Stretched) -> Portion:
    table = SQLModel.metadata.tables[own.table]
    start = table.c.start if own.span else table.c.day
    conditions: list[ColumnElement[bool]] = [table.c.workspace_id == bindparam("workspace_id")]
    if own.span:
        conditions += [table.c.span == own.span, _segment(table, shape)]
    if own.has_first:
        conditions.append(start >= bindparam(f"first_{own.place}"))
    if own.has_end:
        conditions.append(start < bindparam(f"end_{own.place}"))
    if own.span is None or own.span in SLICES.values():
        conditions += [
            table.c[name].in_(bindparam(name, expanding=True)) for name in shape.dimensions
        ]
    period = _period(shape, own, start)
    return Portion(table, own.span or "day", start, period, conditions)


def _period(shape: Shape, own: Stretched, start: ColumnElement[Any]) -> ColumnElement[Any]:
    """The first day of a row's period: for spans of that length simply their own first day."""
    if shape.by is None:
        return null()
    return start if own.span == shape.by else period_start(shape.postgresql, start, shape.by)


def _segment(table: Table, shape: Shape) -> ColumnElement[bool]:
    if shape.segmented:
        return table.c.segment.in_(bindparam("segments", expanding=True))
    return table.c.segment == EVERYBODY


def added_up(
    by: By | None, found: Sequence[Portion], keys: Sequence[str], counters: Sequence[str]
) -> Select[Any]:
    """The rows of some portions, added up: period (None without ``by``), ``keys``, sums of
    ``counters``."""
    names = (*keys, *counters)
    rows = [of.rows(*(of.table.c[name] for name in names)) for of in found]
    return summed(by, rows, keys, counters)


def summed(
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


def days_of(selection: Selection) -> tuple[date | None, date | None]:
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
