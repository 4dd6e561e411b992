"""The same sums as the roll-ups hold, counted from feedback and its mentions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    null,
    select,
)
from sqlalchemy.sql.functions import aggregate_strings
from sqlmodel import Session

from models.feedback import DONE
from models.tables import FEEDBACK, MENTION
from service.db import is_postgresql
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries.expressions import (
    attribute_is,
    only_compared,
    period_start,
    utc_day,
)
from service.insights.sums import Days, ItemRow, MentionRow, item_row, mention_row
from service.journey.native import NO_CELL, Cell
from service.rollups.contributions import COUNTED_EMOTIONS, DETRACTOR, HIGH, LOW, PROMOTER, scale_of

MENTIONS_OF_FEEDBACK: Final = and_(
    MENTION.c.workspace_id == FEEDBACK.c.workspace_id,
    MENTION.c.feedback_id == FEEDBACK.c.id,
    MENTION.c.ordinal >= 0,
)
"""Joins mentions to their feedback. The condition on ``ordinal`` leads SQLite to the primary key:
without statistics, it prefers an index that covers all columns in use, even if it must read all of
that index."""
FEEDBACK_OF_MENTIONS: Final = and_(
    FEEDBACK.c.workspace_id == MENTION.c.workspace_id, FEEDBACK.c.id == MENTION.c.feedback_id
)
"""The same join without that condition, for the few mentions that an index leads to."""
LANGUAGE: Final = func.coalesce(FEEDBACK.c.language_read, FEEDBACK.c.language)
"""The language of feedback: as it was read, else as it was sent."""
SCALE: Final = ("rating_scale", "rating_min", "rating_max")


def feedback_conditions(
    session: Session, selection: Selection, moment: ColumnElement[Any] = FEEDBACK.c.occurred_at
) -> list[ColumnElement[bool]]:
    """The conditions of a selection on rows of feedback, without those of its cells.

    The first one is that of the workspace, which callers may drop. ``moment`` is the expression
    for when feedback occurred.
    """
    columns = FEEDBACK.c
    conditions = [columns.workspace_id == selection.workspace_id]
    if selection.since:
        conditions.append(moment >= selection.since)
    if selection.until:
        conditions.append(moment < selection.until)
    chosen = (
        (columns.kind, selection.kinds),
        (columns.source, selection.sources),
        (columns.channel, selection.channels),
        (LANGUAGE, selection.languages),
    )
    conditions += [column.in_(values) for column, values in chosen if values]
    conditions += [
        attribute_is(session, columns.attributes, name, values)
        for name, values in selection.attributes.items()
    ]
    return conditions


def analysed_conditions(session: Session, selection: Selection) -> list[ColumnElement[bool]]:
    """The same, and that the feedback has been analysed."""
    return [FEEDBACK.c.state == DONE, *feedback_conditions(session, selection)]


def first_day(session: Session, selection: Selection) -> date | None:
    """The UTC day of the first analysed feedback of a selection of all stages; None without any."""
    state, moment = only_compared(session, FEEDBACK.c.state), FEEDBACK.c.occurred_at
    found = select(moment).where(state == DONE, *feedback_conditions(session, selection))
    first: datetime | None = session.execute(found.order_by(moment).limit(1)).scalar()
    return first and first.date()


def mention_rows(session: Session, selection: Selection, by: By | None) -> list[MentionRow]:
    """Mention sums by native cell (and period), within the selection's cells."""
    columns = MENTION.c
    statement = (
        select(
            period_of(session, by),
            columns.stage,
            columns.touchpoint,
            func.count(),
            count_of(columns.sentiment == "negative"),
            count_of(columns.sentiment == "positive"),
            *mention_sums(),
        )
        .select_from(MENTION.join(FEEDBACK, MENTIONS_OF_FEEDBACK))
        .where(*analysed_conditions(session, selection))
        .group_by("period", columns.stage, columns.touchpoint)
    )
    rows = (mention_row(*row) for row in session.execute(statement))
    return [row for row in rows if selection.has(row.cell)]


def first_and_last_days(session: Session, selection: Selection, sentiment: str) -> dict[Cell, Days]:
    """The days of each native cell that has a mention of the sentiment."""
    columns, day = MENTION.c, utc_day(session, FEEDBACK.c.occurred_at)
    statement = (
        select(columns.stage, columns.touchpoint, func.min(day), func.max(day))
        .select_from(MENTION.join(FEEDBACK, MENTIONS_OF_FEEDBACK))
        .where(*analysed_conditions(session, selection), columns.sentiment == sentiment)
        .group_by(columns.stage, columns.touchpoint)
    )
    rows = session.execute(statement)
    return {Cell(stage, touchpoint): Days(first, last) for stage, touchpoint, first, last in rows}


def item_rows(session: Session, selection: Selection, by: By | None) -> list[ItemRow]:
    """Item sums by the set of native cells that they touch, and by rating scale (and period)."""
    conditions = analysed_conditions(session, selection)
    sets = _cell_sets(conditions)
    stated = case((sets.c.cells.is_(None), FEEDBACK.c.stage + "/" + FEEDBACK.c.touchpoint))
    scale = [FEEDBACK.c[name] for name in SCALE]
    statement = (
        select(period_of(session, by), sets.c.cells, stated.label("stated"), *scale, *rating_sums())
        .select_from(FEEDBACK.outerjoin(sets, sets.c.feedback_id == FEEDBACK.c.id))
        .where(*conditions)
        .group_by("period", sets.c.cells, "stated", *scale)
    )
    rows = [
        item_row(
            period,
            _cells(cells) if cells else _cells(stated) - {NO_CELL},
            scale_of(name, least, greatest),
            *sums,
            silent=not cells,
        )
        for period, cells, stated, name, least, greatest, *sums in session.execute(statement)
    ]
    return [row for row in rows if selection.touched_by(row.cells)]


def _cell_sets(conditions: Sequence[ColumnElement[bool]]) -> Subquery:
    """For each item with mentions, its distinct native cells as one text."""
    cell = (MENTION.c.stage + "/" + MENTION.c.touchpoint).label("cell")
    touched: Select[Any] = (
        select(MENTION.c.feedback_id, cell)
        .select_from(MENTION.join(FEEDBACK, MENTIONS_OF_FEEDBACK))
        .where(*conditions)
        .distinct()
    )
    pairs = touched.subquery()
    return (
        select(pairs.c.feedback_id, aggregate_strings(pairs.c.cell, ",").label("cells"))
        .group_by(pairs.c.feedback_id)
        .subquery()
    )


def _cells(text: str | None) -> frozenset[Cell]:
    return frozenset(Cell(*pair.split("/")) for pair in (text or "").split(",") if pair)


def mention_sums() -> list[ColumnElement[Any]]:
    """Sums of mentions: 1000 x score, severity, and how many have each of ``COUNTED_EMOTIONS``."""
    columns = MENTION.c
    emotions = (count_of(columns.emotion == emotion) for emotion in COUNTED_EMOTIONS)
    return [func.sum(milli(columns.score)), func.sum(columns.severity), *emotions]


def rating_sums() -> list[ColumnElement[Any]]:
    """Items, value_milli, high and low, as ``rollups.contributions`` defines them."""
    value, norm = FEEDBACK.c.rating_value, FEEDBACK.c.rating_norm
    is_nps = FEEDBACK.c.rating_scale == "nps"
    return [
        func.count(),
        func.coalesce(func.sum(milli(value)), 0),
        count_of((is_nps & (value >= PROMOTER)) | (~is_nps & (norm >= HIGH))),
        count_of((is_nps & (value <= DETRACTOR)) | (~is_nps & (norm <= LOW))),
    ]


def period_of(session: Session, by: By | None) -> ColumnElement[Any]:
    """The first day of the period that feedback occurred in, as ``period``; NULL without ``by``."""
    if by is None:
        return null().label("period")
    day = utc_day(session, FEEDBACK.c.occurred_at)
    return period_start(is_postgresql(session), day, by).label("period")


def milli(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """1000 x a number as an integer, so that sums are exact."""
    return cast(func.round(column * 1000), Integer())


def count_of(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many rows satisfy ``condition``."""
    return func.sum(case((condition, 1), else_=0))
