"""Statements over corrections."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from models.correction import Correction
from models.feedback import Feedback
from models.mention import Mention


def lock_item(session: Session, workspace_id: UUID, feedback_id: UUID) -> Feedback | None:
    """One piece of feedback, locked until the transaction ends."""
    return session.exec(
        select(Feedback)
        .where(Feedback.workspace_id == workspace_id, Feedback.id == feedback_id)
        .with_for_update()
    ).one_or_none()


def corrections_of(
    session: Session, workspace_id: UUID, feedback_ids: Collection[UUID]
) -> Sequence[Correction]:
    """The corrections of these items, the earliest first."""
    return session.exec(
        select(Correction)
        .where(
            Correction.workspace_id == workspace_id,
            col(Correction.feedback_id).in_(feedback_ids),
        )
        .order_by(col(Correction.id))
    ).all()


def find_corrections(
    session: Session,
    workspace_id: UUID,
    feedback_id: UUID | None,
    applied: bool | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Correction]:
    """The latest corrections: of one item, or (not) in force; all, if neither is asked for."""
    statement = select(Correction).where(Correction.workspace_id == workspace_id)
    if feedback_id is not None:
        statement = statement.where(Correction.feedback_id == feedback_id)
    if applied is not None:
        statement = statement.where(col(Correction.applied).is_(applied))
    if before is not None:
        statement = statement.where(col(Correction.id) < before)
    return session.exec(statement.order_by(col(Correction.id).desc()).limit(limit)).all()


def mentions_of(session: Session, workspace_id: UUID, feedback_id: UUID) -> Sequence[Mention]:
    """The mentions of one item in their order."""
    return session.exec(
        select(Mention)
        .where(Mention.workspace_id == workspace_id, Mention.feedback_id == feedback_id)
        .order_by(col(Mention.ordinal))
    ).all()
