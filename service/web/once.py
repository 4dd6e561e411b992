"""A write that happens once even if its request is repeated."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from fastapi import Request, Response
from pydantic_core import to_json
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from service.db import Database
from service.web.idempotency import (
    REPLAYED,
    StoredAnswer,
    fingerprint,
    key_of,
    recall,
    remember,
)

Work = Callable[[Session], StoredAnswer]


class Once(NamedTuple):
    """An Idempotency-Key as stored, and the fingerprint of its request."""

    key: str
    fingerprint: str


async def get_once(request: Request, api_key_id: UUID, idempotency_key: str | None) -> Once | None:
    """What identifies a request with an Idempotency-Key."""
    if idempotency_key is None:
        return None
    path = request.url.path + "?" + request.url.query
    print_ = fingerprint(request.method, path, await request.body())
    return Once(key_of(api_key_id, idempotency_key), print_)


def response_of(answer: StoredAnswer) -> Response:
    """A response as sent."""
    return Response(to_json(answer.body), answer.status, answer.headers, "application/json")


def answered_once(
    database: Database, workspace_id: UUID, once: Once | None, work: Work
) -> StoredAnswer:
    """The response of ``work``, run in a write transaction, or the one stored before.

    Raises:
        IdempotencyKeyReused: the key was used for another request.
    """
    if once is None:
        return database.transact(work)

    def work_once(session: Session) -> StoredAnswer:
        return _work_once(session, workspace_id, once, work)

    try:
        return database.transact(work_once)
    except IntegrityError:  # the same request was committed meanwhile: its response is stored now
        return database.transact(work_once)


def _work_once(session: Session, workspace_id: UUID, once: Once, work: Work) -> StoredAnswer:
    stored = recall(session, workspace_id, once.key, once.fingerprint)
    if stored is not None:
        return replace(stored, headers=stored.headers | REPLAYED)
    answer = work(session)
    remember(session, workspace_id, once.key, once.fingerprint, answer)
    return answer
