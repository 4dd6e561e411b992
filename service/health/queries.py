"""The length of the queue, across all workspaces, as workers serve all of them."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.feedback import FAILED, PENDING, Feedback

MAX_COUNTED: Final = 1_000_000
"""Counting stops here, so that a scrape stays cheap however long the queue is."""


class Queue(NamedTuple):
    """Pending and failed items (both up to ``MAX_COUNTED``), and when the oldest was received."""

    pending: int
    failed: int
    oldest: datetime | None


def queue(session: Session) -> Queue:
    """The current queue."""
    oldest = select(func.min(col(Feedback.received_at))).where(Feedback.state == PENDING)
    return Queue(
        _count(session, PENDING), _count(session, FAILED), session.exec(oldest).one_or_none()
    )


def _count(session: Session, state: str) -> int:
    rows = select(Feedback.id).where(Feedback.state == state).limit(MAX_COUNTED).subquery()
    return session.exec(select(func.count()).select_from(rows)).one()
