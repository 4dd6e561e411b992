"""Answers kept for a day, so that a POST sent again has no second effect.

``recall`` and ``remember`` belong into the transaction of the effect itself. Two requests with
the same new key may both recall nothing; the second ``remember`` then fails on the primary key
(``IntegrityError``), its transaction is undone, and done again it finds the first one's answer.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Header
from sqlalchemy import delete
from sqlmodel import Session, col

from models.idempotency import Idempotency
from service.clock import now
from service.errors import Conflict

KEPT: Final = timedelta(hours=24)
REPLAYED: Final = {"Idempotency-Replayed": "true"}

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Any value that is unique among the requests of one API key. The same request "
        "again within 24 hours gets the same answer and has no second effect.",
        examples=["8f14e45f-ceea-467f-a9b8-6d2b6c1f2a3e"],
    ),
]


class IdempotencyKeyReused(Conflict):
    """This Idempotency-Key was used for another request; use a new one for each request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer that a request got the first time."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_replayed(self) -> bool:
        """Whether it was given before, so that nothing was done for it now."""
        return REPLAYED.items() <= self.headers.items()


def key_of(api_key_id: UUID, idempotency_key: str) -> str:
    """An Idempotency-Key as it is stored: two senders may use the same one."""
    return f"{api_key_id}:{idempotency_key}"


def fingerprint(method: str, path: str, body: bytes) -> str:
    """SHA-256 (hex) of what makes a request this request; ``path`` with its query."""
    head = f"{method} {path}\n".encode()
    return sha256(head + body).hexdigest()


def is_kept(answered_at: datetime, at: datetime) -> bool:
    """Whether an answer from then is still given at ``at``."""
    return answered_at >= at - KEPT


def recall(session: Session, workspace_id: UUID, key: str, fingerprint: str) -> StoredAnswer | None:
    """The answer stored under ``key``, ``None`` if there is none or it is older than ``KEPT``.

    Raises:
        IdempotencyKeyReused: it was given to another request.
    """
    stored = session.get(Idempotency, (workspace_id, key))
    if stored is None:
        return None
    if not is_kept(stored.created_at, now()):
        session.delete(stored)
        session.flush()
        return None
    if stored.fingerprint != fingerprint:
        raise IdempotencyKeyReused()
    return StoredAnswer(stored.status, stored.body, stored.headers)


def remember(
    session: Session, workspace_id: UUID, key: str, fingerprint: str, answer: StoredAnswer
) -> None:
    """Store ``answer`` under ``key``, in the transaction that has its effect."""
    row = Idempotency(
        workspace_id=workspace_id,
        key=key,
        fingerprint=fingerprint,
        status=answer.status,
        body=answer.body,
        headers=answer.headers,
        created_at=now(),
    )
    session.add(row)
    session.flush()


def purge(session: Session, older_than: datetime) -> int:
    """Delete the answers of every workspace from before ``older_than``; how many there were."""
    result = session.execute(delete(Idempotency).where(col(Idempotency.created_at) < older_than))
    return int(getattr(result, "rowcount", 0))
