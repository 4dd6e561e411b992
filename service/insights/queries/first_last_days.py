"""The first and the last day with a mention of a sentiment, by native cell, from the roll-ups.

Spans only say that they have mentions. So the first and the last span with any are found and then
searched: years by their months, shorter spans by their days.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import CompoundSelect, Select, func, literal, select, union_all
from sqlmodel import Session

from models.tables import ROLLUP, ROLLUP_SPAN
from service.insights.filters import Selection
from service.insights.queries.portions import (
    CACHED_STATEMENTS,
    Portion,
    QueryShape,
    bind_shape,
    portions,
)
from service.insights.sums import Days
from service.journey.native import Cell
from service.rollups.spans import Span, length_of, next_start

DAY: Final = "day"


class SpanKey(NamedTuple):
    """A span by its first day; the order of two spans that begin on the same day has no meaning."""

    start: date
    span: str


class Ends(NamedTuple):
    """The first and the last span with a mention."""

    first: SpanKey
    last: SpanKey


def first_and_last_days(
    session: Session, selection: Selection, sentiment: str, longest: Span = "year"
) -> dict[Cell, Days]:
    """The days of each native cell that has a mention of the sentiment."""
    ends = _ends(session, selection, sentiment, longest)
    coarse = {span_key for both in ends.values() for span_key in both if span_key.span != DAY}
    inside = {
        span_key: first_and_last_days(
            session, _within(selection, span_key), sentiment, _finer(span_key)
        )
        for span_key in sorted(coarse)
    }
    return {
        cell: Days(
            inside[first][cell].first if first.span != DAY else first.start,
            inside[last][cell].last if last.span != DAY else last.start,
        )
        for cell, (first, last) in ends.items()
    }


def _ends(
    session: Session, selection: Selection, sentiment: str, longest: Span
) -> dict[Cell, Ends]:
    found: dict[Cell, Ends] = {}
    shape, values = bind_shape(session, selection, None, ROLLUP, ROLLUP_SPAN, longest)
    for span, stage, touchpoint, first, last in session.execute(
        _statement(shape, sentiment), values
    ):
        cell, ends = Cell(stage, touchpoint), Ends(SpanKey(first, span), SpanKey(last, span))
        known = found.get(cell, ends)
        found[cell] = Ends(min(known.first, ends.first), max(known.last, ends.last))
    return found


@lru_cache(maxsize=CACHED_STATEMENTS)
def _statement(shape: QueryShape, sentiment: str) -> CompoundSelect[Any]:
    return union_all(*(_by_cell(portion, sentiment) for portion in portions(shape)))


def _by_cell(portion: Portion, sentiment: str) -> Select[Any]:
    columns = portion.table.c
    cell = (columns.stage, columns.touchpoint)
    return (
        select(
            literal(portion.span).label("span"),
            *cell,
            func.min(portion.first),
            func.max(portion.first),
        )
        .where(*portion.conditions, columns[sentiment] > 0)
        .group_by(*cell)
    )


def _finer(span_key: SpanKey) -> Span:
    """The length of the spans by which a span is searched."""
    return "month" if length_of(span_key.span) == "year" else "day"


def _within(selection: Selection, span_key: SpanKey) -> Selection:
    """The part of a selection in a span that the selection contains entirely."""
    days = (span_key.start, next_start(span_key.start, length_of(span_key.span)))
    return selection.between(*(datetime.combine(day, time(), UTC) for day in days))
