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
from service.web.idempotency import IdempotentRequest, JsonAnswer, run_once


class NotFailed(Conflict):
    """Only feedback whose analysis failed can be replayed; the analysis of this item has not
    failed.
    """

    code = "not_failed"


def replay(
    database: Database, workspace_id: UUID, id: UUID, idempotency: IdempotentRequest | None
) -> JsonAnswer:
    """Have one failed item analysed again.

    Raises:
        NotFound: the workspace has no such item.
        NotFailed: it is pending or done.
    """

    def work(session: Session) -> JsonAnswer:
        _make_pending_again(session, workspace_id, id)
        return JsonAnswer(202, {"id": str(id), "status": "accepted", "state": PENDING})

    return run_once(database, workspace_id, idempotency, work)


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
