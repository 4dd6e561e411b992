"""A write that happens once, although its request may come again."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from service.db import Database
from service.intake.submissions import Once
from service.web.idempotency import REPLAYED, StoredAnswer, recall, remember

Work = Callable[[Session], StoredAnswer]


def answered_once(
    database: Database, workspace_id: UUID, once: Once | None, work: Work
) -> StoredAnswer:
    """The answer of ``work``, done in a write transaction, or the one that it gave before.

    Raises:
        IdempotencyKeyReused: the key was used for another request.
    """
    if once is None:
        return database.transact(work)

    def work_once(session: Session) -> StoredAnswer:
        return _work_once(session, workspace_id, once, work)

    try:
        return database.transact(work_once)
    except IntegrityError:  # the same request was committed meanwhile: its answer is there now
        return database.transact(work_once)


def _work_once(session: Session, workspace_id: UUID, once: Once, work: Work) -> StoredAnswer:
    stored = recall(session, workspace_id, once.key, once.fingerprint)
    if stored is not None:
        return replace(stored, headers=stored.headers | REPLAYED)
    answer = work(session)
    remember(session, workspace_id, once.key, once.fingerprint, answer)
    return answer
