"""Statements over changes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from models.change import Change


def find_changes(
    session: Session, workspace_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Change]:
    """The latest changes: by ``happened_at``, then id."""
    happened, id_ = col(Change.happened_at), col(Change.id)
    statement = select(Change).where(Change.workspace_id == workspace_id)
    if after:
        at, last = after
        statement = statement.where(or_(happened < at, and_(happened == at, id_ < last)))
    return session.exec(statement.order_by(happened.desc(), id_.desc()).limit(limit)).all()


def change_by_id(session: Session, workspace_id: UUID, wanted: UUID) -> Change | None:
    """One change."""
    return session.get(Change, (workspace_id, wanted))
