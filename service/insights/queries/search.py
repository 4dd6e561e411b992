"""Statements of the search: mentions from the latest on, and the vectors of mentions.

If an index (of words, themes or cells) leaves few mentions, the statement starts from it and checks
the other conditions. If it would leave many, the statement starts from the latest feedback: the
first page is soon full.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Row,
    Select,
    and_,
    func,
    or_,
    select,
    union_all,
)
from sqlmodel import Session

from models.tables import FEEDBACK, MENTION, MENTION_VECTOR, THEME
from service.insights.filters import Selection
from service.insights.queries.expressions import InOrder
from service.insights.queries.mentions import in_cells, of_themes, own_text
from service.insights.queries.recount import (
    FEEDBACK_OF_MENTIONS,
    MENTIONS_OF_FEEDBACK,
    feedback_conditions,
)
from service.insights.queries.words import candidate_ids, candidate_rows
from service.insights.words import Term

FEW: Final = 5_000
"""Up to so many items, or mentions, a statement starts from their index."""
AT_ONCE: Final = 500
"""Rows fetched at a time."""


class Point(NamedTuple):
    """The place of a mention among others, the latest first."""

    occurred_at: datetime
    feedback_id: UUID
    ordinal: int


@dataclass(frozen=True, slots=True)
class MentionCriteria:
    """The mentions of a selection to find. Empty sequences don't filter."""

    selection: Selection
    sentiments: Sequence[str] = ()
    emotions: Sequence[str] = ()
    intents: Sequence[str] = ()
    severity: int | None = None
    themes: Sequence[UUID] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions on rows of mentions, apart from their workspace."""
        columns = MENTION.c
        chosen = (
            (columns.sentiment, self.sentiments),
            (columns.emotion, self.emotions),
            (columns.intent, self.intents),
        )
        conditions: list[ColumnElement[bool]] = [
            column.in_(values) for column, values in chosen if values
        ]
        if self.severity is not None:
            conditions.append(columns.severity >= self.severity)
        if self.themes:
            conditions.append(columns.pain_point_id.in_(self.themes))
        if self.selection.cells is not None:
            conditions.append(in_cells(self.selection.cells))
        return conditions


def latest(
    session: Session,
    criteria: MentionCriteria,
    terms: Sequence[Term],
    after: Point | None,
    limit: int,
    besides: Sequence[ColumnElement[Any]] = (),
) -> Iterator[Row[Any]]:
    """``occurred_at``, ``feedback_id``, ``ordinal`` and ``text`` of mentions, the latest first.

    And ``besides``, columns of the mention or its feedback. ``terms`` only narrow the candidates:
    check each with ``Query.find``. Rows are fetched on iteration, up to ``limit``.
    """
    table = MENTION.c
    statement = (
        select(FEEDBACK.c.occurred_at, table.feedback_id, table.ordinal, own_text(), *besides)
        .select_from(_source(session, criteria, terms))
        .where(*feedback_conditions(session, criteria.selection), *criteria.conditions())
        .order_by(FEEDBACK.c.occurred_at.desc(), FEEDBACK.c.id.desc(), table.ordinal)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(*_follows(after))
    found = session.execute(statement, execution_options={"yield_per": AT_ONCE})
    try:
        yield from found
    finally:
        found.close()


def _source(session: Session, criteria: MentionCriteria, terms: Sequence[Term]) -> FromClause:
    if terms and is_few(session, candidate_rows(session, terms)):
        lead = materialized(candidate_ids(session, criteria.selection.workspace_id, terms))
        return InOrder(_items_at(lead), MENTION, MENTIONS_OF_FEEDBACK)
    if (keys := _few_keys(session, criteria)) is not None:
        lead = materialized(keys)
        at_key = and_(MENTIONS_OF_FEEDBACK, MENTION.c.ordinal == lead.c.ordinal)
        return InOrder(_items_at(lead), MENTION, at_key)
    return InOrder(FEEDBACK, MENTION, MENTIONS_OF_FEEDBACK)


def _items_at(lead: CTE) -> FromClause:
    return InOrder(lead, FEEDBACK, FEEDBACK.c.id == lead.c.feedback_id)


def _few_keys(session: Session, criteria: MentionCriteria) -> Select[Any] | None:
    """Feedback ids and ordinals of the wanted mentions, if themes or cells leave few."""
    if not criteria.themes and criteria.selection.cells is None:
        return None
    own = MENTION.c.workspace_id == criteria.selection.workspace_id
    keys = select(MENTION.c.feedback_id, MENTION.c.ordinal).where(own, *criteria.conditions())
    return keys if is_few(session, keys) else None


def materialized(few: Select[Any] | CompoundSelect[Any]) -> CTE:
    """``few`` rows as a CTE that the database computes first."""
    return few.cte("lead").prefix_with("MATERIALIZED")


def is_few(session: Session, rows: Select[Any]) -> bool:
    """Whether a statement has at most ``FEW`` rows; reads only one more than that."""
    some = rows.limit(FEW + 1).subquery()
    count: int = session.execute(select(func.count()).select_from(some)).scalar_one()
    return count <= FEW


def _follows(after: Point) -> list[ColumnElement[bool]]:
    """The first condition is for the index, the second is exact."""
    at, id_ = FEEDBACK.c.occurred_at, FEEDBACK.c.id
    same_item = and_(id_ == after.feedback_id, MENTION.c.ordinal > after.ordinal)
    same_time = and_(at == after.occurred_at, or_(id_ < after.feedback_id, same_item))
    return [at <= after.occurred_at, or_(at < after.occurred_at, same_time)]


def centroids(session: Session, selection: Selection, space: str) -> list[tuple[UUID, bytes]]:
    """The themes of ``space`` in the selection's cells, with their centroids."""
    table = THEME.c
    rows = session.execute(
        select(table.id, table.centroid, table.stage, table.touchpoint).where(
            table.workspace_id == selection.workspace_id,
            table.model_version == space,
            table.merged_into.is_(None),
        )
    )
    cells = selection.cells
    return [
        (id_, centroid) for id_, centroid, *cell in rows if cells is None or tuple(cell) in cells
    ]


def latest_vectors(
    session: Session, criteria: MentionCriteria, version: str, limit: int
) -> Iterator[Sequence[Row[Any]]]:
    """The vectors (feedback_id, ordinal, vector) that were received last, in parts."""
    keys = _few_keys(session, criteria)
    statement = (
        _vectors(session, criteria, version, None if keys is None else materialized(keys))
        .order_by(MENTION_VECTOR.c.feedback_id.desc(), MENTION_VECTOR.c.ordinal.desc())
        .limit(limit)
    )
    yield from session.execute(statement, execution_options={"yield_per": AT_ONCE}).partitions()


def vectors_of_themes(
    session: Session, criteria: MentionCriteria, version: str, themes: Sequence[UUID], each: int
) -> Iterator[Sequence[Row[Any]]]:
    """The vectors of the ``each`` most severe mentions of each theme, in parts."""
    if not themes:
        return
    members = [
        select(
            select(MENTION.c.feedback_id, MENTION.c.ordinal)
            .where(of_themes(criteria.selection, [theme]))
            .order_by(MENTION.c.severity.desc(), MENTION.c.feedback_id.desc())
            .limit(each)
            .subquery()
        )
        for theme in themes
    ]
    statement = _vectors(session, criteria, version, materialized(union_all(*members)))
    yield from session.execute(statement, execution_options={"yield_per": AT_ONCE}).partitions()


def _vectors(
    session: Session, criteria: MentionCriteria, version: str, lead: CTE | None
) -> Select[Any]:
    """Vectors of one model; mentions and feedback are joined only if conditions need them."""
    table = MENTION_VECTOR.c
    source: FromClause = MENTION_VECTOR
    if lead is not None:
        at_key = and_(table.feedback_id == lead.c.feedback_id, table.ordinal == lead.c.ordinal)
        source = InOrder(lead, MENTION_VECTOR, at_key)
    of_mention = and_(
        MENTION.c.workspace_id == table.workspace_id,
        MENTION.c.feedback_id == table.feedback_id,
        MENTION.c.ordinal == table.ordinal,
    )
    [_, *of_feedback] = feedback_conditions(session, criteria.selection)
    of_mentions = criteria.conditions()
    if of_mentions or of_feedback:
        source = InOrder(source, MENTION, of_mention)
    if of_feedback:
        source = InOrder(source, FEEDBACK, FEEDBACK_OF_MENTIONS)
    return (
        select(table.feedback_id, table.ordinal, table.vector)
        .select_from(source)
        .where(
            table.workspace_id == criteria.selection.workspace_id,
            table.model_version == version,
            *of_mentions,
            *of_feedback,
        )
    )
