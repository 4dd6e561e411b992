"""Responses kept for a day, so that a repeated POST has no second effect.

Call ``recall`` and ``remember`` in the transaction of the effect itself. Two requests with the same
new key may both recall nothing; the second ``remember`` then fails on the primary key
(``IntegrityError``), its transaction is rolled back, and on retry it finds the first one's
response.
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
        description=(
            "A value that is unique among the requests of one API key. Repeating the same "
            "request within 24 hours returns the same response and has no second effect."
        ),
        examples=["8f14e45f-ceea-467f-a9b8-6d2b6c1f2a3e"],
    ),
]


class IdempotencyKeyReused(Conflict):
    """This Idempotency-Key was used for another request; use a new one for each request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The response to the first request with a key."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_replayed(self) -> bool:
        """Whether this is a stored response, so that the request itself did nothing."""
        return REPLAYED.items() <= self.headers.items()


def key_of(api_key_id: UUID, idempotency_key: str) -> str:
    """An Idempotency-Key as stored: two senders may use the same one."""
    return f"{api_key_id}:{idempotency_key}"


def fingerprint(method: str, path: str, body: bytes) -> str:
    """SHA-256 (hex) that identifies a request; ``path`` includes its query."""
    head = f"{method} {path}\n".encode()
    return sha256(head + body).hexdigest()


def is_kept(answered_at: datetime, at: datetime) -> bool:
    """Whether a response stored then is still returned at ``at``."""
    return answered_at >= at - KEPT


def recall(session: Session, workspace_id: UUID, key: str, fingerprint: str) -> StoredAnswer | None:
    """The response stored under ``key``; ``None`` if there is none or it is older than ``KEPT``.

    Raises:
        IdempotencyKeyReused: the key was used for another request.
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
    """Store ``answer`` under ``key``, in the transaction of its effect."""
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
    """Delete responses older than ``older_than`` in all workspaces; returns their number."""
    result = session.execute(delete(Idempotency).where(col(Idempotency.created_at) < older_than))
    return int(getattr(result, "rowcount", 0))
