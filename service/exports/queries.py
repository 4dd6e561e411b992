"""Statements of exports."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import Session, col, select

from models.correction import Correction
from models.feedback import Feedback
from service.insights.filters import Selection
from service.insights.queries.recount import feedback_conditions


def corrected_feedback(
    session: Session, selection: Selection, after: UUID | None, limit: int
) -> Sequence[Feedback]:
    """Feedback with a corrected or confirmed mention, by id, the latest first."""
    corrected = exists().where(
        col(Correction.workspace_id) == col(Feedback.workspace_id),
        col(Correction.feedback_id) == col(Feedback.id),
    )
    statement = select(Feedback).where(*feedback_conditions(session, selection), corrected)
    if after is not None:
        statement = statement.where(col(Feedback.id) < after)
    return session.exec(statement.order_by(col(Feedback.id).desc()).limit(limit)).all()
