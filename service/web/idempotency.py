"""Responses kept for a day, so that a request that is repeated has no second effect.

The response is stored in the transaction of the effect itself. Of two requests with the same new
key that run at the same time, the second one fails on the primary key, its transaction is rolled
back, and on retry it finds the first one's response. ``run_once`` does this for a single request,
``service.intake.group`` for many in one transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from fastapi import Header, Request, Response
from pydantic_core import to_json
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models.idempotency import Idempotency
from service.clock import now
from service.db import Database
from service.errors import Conflict

RETENTION: Final = timedelta(hours=24)
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


class IdempotentRequest(NamedTuple):
    """An Idempotency-Key as stored, and the fingerprint of its request."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """A response with a JSON object as its body, in a form that can be stored."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_replayed(self) -> bool:
        """Whether this is a stored response, so that the request itself did nothing."""
        return REPLAYED.items() <= self.headers.items()


Work = Callable[[Session], JsonAnswer]


async def idempotent_request(
    request: Request, api_key_id: UUID, idempotency_key: str | None
) -> IdempotentRequest | None:
    """What identifies a request with an Idempotency-Key."""
    if idempotency_key is None:
        return None
    path = request.url.path + "?" + request.url.query
    print_ = fingerprint(request.method, path, await request.body())
    return IdempotentRequest(key_of(api_key_id, idempotency_key), print_)


def key_of(api_key_id: UUID, idempotency_key: str) -> str:
    """An Idempotency-Key as stored: two senders may use the same one."""
    return f"{api_key_id}:{idempotency_key}"


def fingerprint(method: str, path: str, body: bytes) -> str:
    """SHA-256 (hex) that identifies a request; ``path`` includes its query."""
    head = f"{method} {path}\n".encode()
    return sha256(head + body).hexdigest()


def response_of(answer: JsonAnswer) -> Response:
    """A response as sent."""
    return Response(to_json(answer.body), answer.status, answer.headers, "application/json")


def run_once(
    database: Database, workspace_id: UUID, idempotency: IdempotentRequest | None, work: Work
) -> JsonAnswer:
    """The response of ``work``, run in a write transaction, or the one stored before.

    Raises:
        IdempotencyKeyReused: the key was used for another request.
    """
    if idempotency is None:
        return database.transact(work)

    def run_or_replay(session: Session) -> JsonAnswer:
        return _run_or_replay(session, workspace_id, idempotency, work)

    try:
        return database.transact(run_or_replay)
    except IntegrityError:  # the same request was committed meanwhile: its response is stored now
        return database.transact(run_or_replay)


def _run_or_replay(
    session: Session, workspace_id: UUID, idempotency: IdempotentRequest, work: Work
) -> JsonAnswer:
    stored = find_answer(session, workspace_id, idempotency)
    if stored is not None:
        return stored
    answer = work(session)
    store_answer(session, workspace_id, idempotency, answer)
    return answer


def find_answer(
    session: Session, workspace_id: UUID, idempotency: IdempotentRequest
) -> JsonAnswer | None:
    """The response stored under the key, marked as replayed; ``None`` if there is none or it is
    older than ``RETENTION``.

    Raises:
        IdempotencyKeyReused: the key was used for another request.
    """
    stored = session.get(Idempotency, (workspace_id, idempotency.key))
    if stored is None:
        return None
    if has_expired(stored.created_at, now()):
        session.delete(stored)
        session.flush()
        return None
    return replayed(stored.model_dump(), idempotency)


def store_answer(
    session: Session, workspace_id: UUID, idempotency: IdempotentRequest, answer: JsonAnswer
) -> None:
    """Store ``answer`` under the key, in the transaction of its effect."""
    session.add(Idempotency(**row_of(workspace_id, idempotency, answer, now())))
    session.flush()


def row_of(
    workspace_id: UUID, idempotency: IdempotentRequest, answer: JsonAnswer, at: datetime
) -> dict[str, Any]:
    """The row that stores ``answer``."""
    return {
        "workspace_id": workspace_id,
        "key": idempotency.key,
        "fingerprint": idempotency.fingerprint,
        "status": answer.status,
        "body": answer.body,
        "headers": answer.headers,
        "created_at": at,
    }


def replayed(row: Mapping[str, Any], idempotency: IdempotentRequest) -> JsonAnswer:
    """The response in a stored row, marked as replayed.

    Raises:
        IdempotencyKeyReused: it answers another request.
    """
    if row["fingerprint"] != idempotency.fingerprint:
        raise IdempotencyKeyReused
    return JsonAnswer(row["status"], row["body"], row["headers"] | REPLAYED)


def has_expired(answered_at: datetime, at: datetime) -> bool:
    """Whether a response stored then is no longer returned at ``at``."""
    return answered_at < at - RETENTION


def purge(session: Session, older_than: datetime) -> int:
    """Delete responses older than ``older_than`` in all workspaces; returns their number."""
    result = session.execute(delete(Idempotency).where(col(Idempotency.created_at) < older_than))
    return int(getattr(result, "rowcount", 0))
