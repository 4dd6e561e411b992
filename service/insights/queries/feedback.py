"""Feedback as it is stored, and its mentions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, true
from sqlmodel import Session, col, select

from models.feedback import DONE, Feedback
from models.tables import FEEDBACK
from service.insights.conflicts import CONTRADICTIONS
from service.insights.filters import Selection
from service.insights.queries.mentions import in_cells
from service.insights.queries.recount import MENTIONS_OF_FEEDBACK, feedback_conditions
from service.journey.native import NO_CELL


@dataclass(frozen=True, slots=True)
class Search:
    """The filters of a list of feedback, apart from the selection. Empty fields don't filter."""

    states: Sequence[str]
    words: str | None
    external_ids: Sequence[str]
    browser_key_id: UUID | None
    rating_conflict: bool | None
    after: tuple[datetime, UUID] | None


def find_feedback(
    session: Session, selection: Selection, search: Search, limit: int
) -> Sequence[Feedback]:
    """The latest feedback of a selection: by ``occurred_at``, then id."""
    statement = (
        select(Feedback)
        .where(*feedback_conditions(session, selection), *_conditions(search))
        .order_by(col(Feedback.occurred_at).desc(), col(Feedback.id).desc())
        .limit(limit)
    )
    found = [row for where in _places(selection) for row in session.exec(statement.where(where))]
    return sorted(found, key=lambda row: (row.occurred_at, row.id), reverse=True)[:limit]


def feedback_by_id(session: Session, workspace_id: UUID, wanted: UUID) -> Feedback | None:
    """One piece of feedback."""
    return session.get(Feedback, (workspace_id, wanted))


def _places(selection: Selection) -> list[ColumnElement[bool]]:
    """What feedback must satisfy to be in the selection's cells: either that something is said
    there, or, without any mention, that it was stated. Each is sought by an index of its own."""
    if selection.cells is None:
        return [true()]
    columns, said = FEEDBACK.c, exists().where(MENTIONS_OF_FEEDBACK).correlate(FEEDBACK)
    stated = and_(
        or_(columns.stage_sent.is_not(None), columns.touchpoint_sent.is_not(None)),
        columns.state == DONE,
        in_cells(selection.cells - {NO_CELL}, FEEDBACK),
    )
    return [said.where(in_cells(selection.cells)), and_(stated, ~said)]


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    columns = FEEDBACK.c
    conditions: list[ColumnElement[bool]] = []
    if search.states:
        conditions.append(columns.state.in_(search.states))
    if search.external_ids:
        conditions.append(columns.external_id.in_(search.external_ids))
    if search.browser_key_id:
        conditions.append(columns.browser_key_id == search.browser_key_id)
    if search.words:
        texts = (columns.text, columns.subject)
        conditions.append(or_(*(text.icontains(search.words, autoescape=True) for text in texts)))
    if search.rating_conflict is not None:
        conditions.append(_contradicted() == search.rating_conflict)
    if search.after:
        at, id_ = search.after
        same_time = and_(columns.occurred_at == at, columns.id < id_)
        conditions.append(or_(columns.occurred_at < at, same_time))
    return conditions


def _contradicted() -> ColumnElement[bool]:
    """``service.insights.conflicts.contradicts`` for a row; false if it is not analysed."""
    columns = FEEDBACK.c
    contradicted = or_(
        *(
            and_(
                columns.sentiment == rule.sentiment,
                columns.rating_norm.between(*rule.ratings),
                columns.score.between(*rule.scores),
                columns.severity.between(*rule.severities),
            )
            for rule in CONTRADICTIONS
        )
    )
    return func.coalesce(contradicted, false())
