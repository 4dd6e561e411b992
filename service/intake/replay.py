"""Puts items whose analysis failed back into the queue."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session

from models.feedback import FAILED, PENDING
from models.tables import FEEDBACK
from service import clock
from service.db import Database
from service.errors import Conflict, NotFound
from service.intake.upserts import make_pending, pending_columns
from service.items import lock_feedback
from service.web.idempotency import StoredAnswer
from service.web.once import Once, answered_once


class NotFailed(Conflict):
    """Only feedback whose analysis failed can be replayed; the analysis of this item has not
    failed.
    """

    code = "not_failed"


def replay(database: Database, workspace_id: UUID, id: UUID, once: Once | None) -> StoredAnswer:
    """Have one failed item analysed again.

    Raises:
        NotFound: the workspace has no such item.
        NotFailed: it is pending or done.
    """

    def work(session: Session) -> StoredAnswer:
        _make_pending_again(session, workspace_id, id)
        return StoredAnswer(202, {"id": str(id), "status": "accepted", "state": PENDING})

    return answered_once(database, workspace_id, once, work)


def _make_pending_again(session: Session, workspace_id: UUID, id: UUID) -> None:
    rows = lock_feedback(session, workspace_id, [id])
    if id not in rows:
        raise NotFound
    if rows[id].state != FAILED:
        raise NotFailed
    make_pending(rows[id], clock.now())


def replay_all_failed(session: Session, now: datetime) -> int:
    """Have the failed items of all workspaces analysed again.

    Returns:
        How many there are.
    """
    failed = update(FEEDBACK).where(FEEDBACK.c.state == FAILED).returning(FEEDBACK.c.id)
    return len(session.execute(failed.values(pending_columns(now))).all())
