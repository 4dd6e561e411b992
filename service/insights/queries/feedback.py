"""Feedback as it is stored, and its mentions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlmodel import Session, col, select

from models.feedback import Feedback
from models.tables import FEEDBACK
from service.insights.conflicts import CONTRADICTIONS
from service.insights.filters import Selection
from service.insights.queries.evidence import in_cells
from service.insights.queries.recount import OF_FEEDBACK, feedback_conditions


@dataclass(frozen=True, slots=True)
class Search:
    """The filters of a list of feedback, apart from the selection. Empty fields don't filter."""

    states: Sequence[str]
    words: str | None
    external_ids: Sequence[str]
    rating_conflict: bool | None
    after: tuple[datetime, UUID] | None


def find_feedback(
    session: Session, selection: Selection, search: Search, limit: int
) -> Sequence[Feedback]:
    """The latest feedback of a selection: by ``occurred_at``, then id."""
    order = (col(Feedback.occurred_at).desc(), col(Feedback.id).desc())
    return session.exec(
        select(Feedback)
        .where(*feedback_conditions(session, selection), *_conditions(selection, search))
        .order_by(*order)
        .limit(limit)
    ).all()


def feedback_by_id(session: Session, workspace_id: UUID, wanted: UUID) -> Feedback | None:
    """One piece of feedback."""
    return session.get(Feedback, (workspace_id, wanted))


def _conditions(selection: Selection, search: Search) -> list[ColumnElement[bool]]:
    columns = FEEDBACK.c
    conditions: list[ColumnElement[bool]] = []
    if selection.cells is not None:
        conditions.append(
            exists().where(OF_FEEDBACK, in_cells(selection.cells)).correlate(FEEDBACK)
        )
    if search.states:
        conditions.append(columns.state.in_(search.states))
    if search.external_ids:
        conditions.append(columns.external_id.in_(search.external_ids))
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
