"""Which rows of the roll-ups make up a selection: the longest spans first, days at the edges.

Spans add up all dimensions; with a filter on one, whole months come from the slices.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, Table, cast, func, null, select, union_all
from sqlmodel import Session

from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries.expressions import period_start
from service.insights.spans import SLICE, Span, Stretch, cover, cover_by


class Portion(NamedTuple):
    """Rows of one table, of one kind of span, that are disjoint from those of other portions.

    ``first`` is the column with the first day of what a row adds up, ``period`` the expression for
    the period that it belongs to.
    """

    table: Table
    span: str
    first: ColumnElement[Any]
    period: ColumnElement[Any]
    conditions: Sequence[ColumnElement[bool]]


def portions(
    session: Session,
    selection: Selection,
    by: By | None,
    days: Table,
    spans: Table,
    longest: Span = "year",
) -> list[Portion]:
    """The rows of ``days`` (a roll-up) and ``spans`` (its longer ones) that make up a selection.

    None spans more than ``by``, or ``longest``.
    """
    first, end = days_of(selection)
    if not chosen_dimensions(selection):
        stretches = cover_by(first, end, by) if by else cover(first, end, longest)
        return [
            _portion(session, selection, by, spans, stretch.span, stretch) for stretch in stretches
        ]
    if (by or longest) in ("day", "week"):
        return [of_days(session, selection, by, days)]
    months, edges = months_and_edges(first, end)
    return [
        *(_portion(session, selection, by, spans, SLICE, stretch) for stretch in months),
        *(_portion(session, selection, by, days, None, stretch) for stretch in edges),
    ]


def added_up(found: Sequence[Portion], keys: Sequence[str], counters: Sequence[str]) -> Select[Any]:
    """The rows of some portions, added up: period, ``keys``, sums of ``counters``."""
    names = (*keys, *counters)
    rows = union_all(
        *(
            select(of.period.label("period"), *(of.table.c[name] for name in names)).where(
                *of.conditions
            )
            for of in found
        )
    ).subquery()
    group = [rows.c.period, *(rows.c[name] for name in keys)]
    sums = [cast(func.sum(rows.c[name]), BigInteger).label(name) for name in counters]
    return select(*group, *sums).group_by(*group)


def of_days(session: Session, selection: Selection, by: By | None, days: Table) -> Portion:
    """The rows of ``days``, a roll-up, that make up a selection."""
    return _portion(session, selection, by, days, None, Stretch("day", *days_of(selection)))


def days_of(selection: Selection) -> tuple[date | None, date | None]:
    """The days [first, end) of a selection of whole days; None is open."""
    since, until = selection.since, selection.until
    return since and since.date(), until and until.date()


def months_and_edges(
    first: date | None, end: date | None
) -> tuple[Sequence[Stretch], Sequence[Stretch]]:
    """The whole months of [first, end), and the days before and after them."""
    months = [stretch for stretch in cover(first, end, "month") if stretch.span == "month"]
    if not months:
        return [], [Stretch("day", first, end)]
    (inner,) = months
    edges = []
    if inner.first != first:
        edges.append(Stretch("day", first, inner.first))
    if inner.end != end:
        edges.append(Stretch("day", inner.end, end))
    return months, edges


def chosen_dimensions(selection: Selection) -> Mapping[str, Sequence[str]]:
    """The dimensions that a selection is narrowed by, with their values."""
    chosen = {
        "kind": selection.kinds,
        "source": selection.sources,
        "channel": selection.channels,
        "language": selection.languages,
    }
    return {name: values for name, values in chosen.items() if values}


def _portion(
    session: Session,
    selection: Selection,
    by: By | None,
    table: Table,
    span: str | None,
    stretch: Stretch,
) -> Portion:
    """Rows of a table of days if ``span`` is None, or of that span."""
    start = table.c.start if span else table.c.day
    conditions: list[ColumnElement[bool]] = [table.c.workspace_id == selection.workspace_id]
    if span:
        conditions.append(table.c.span == span)
    if stretch.first:
        conditions.append(start >= stretch.first)
    if stretch.end:
        conditions.append(start < stretch.end)
    if span in (None, SLICE):
        chosen = chosen_dimensions(selection)
        conditions += [table.c[name].in_(values) for name, values in chosen.items()]
    period = period_start(session, start, by) if by else null()
    return Portion(table, span or "day", start, period, conditions)
