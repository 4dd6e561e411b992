"""/v1/keys: create, list and revoke the keys of the caller's own workspace."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from service.keys import service
from service.keys.auth import ManageCaller
from service.keys.idempotency import RequestIdempotency
from service.keys.schemas import Key, Keys, MadeKey, NewKey
from service.web.conditional import conditional
from service.web.dependencies import Db
from service.web.idempotency import JsonAnswer, run_once

router = APIRouter(prefix="/v1/keys", tags=["keys"])


@router.post("", summary="Create Key", status_code=201)
def make_key(
    request: Request,
    response: Response,
    wanted: NewKey,
    caller: ManageCaller,
    database: Db,
    idempotency: RequestIdempotency,
) -> MadeKey:
    """Create a key. Its secret is only in this response."""
    secrets: list[str] = []

    def work(session: Session) -> JsonAnswer:
        row, secret = service.make(session, caller.workspace_id, wanted)
        secrets[:] = [secret]
        return JsonAnswer(201, Key.of(row).model_dump(mode="json"))

    answer = run_once(database, caller.workspace_id, idempotency, work)
    request.app.state.keys.forget()
    response.headers.update(answer.headers)
    return MadeKey(**answer.body, secret=None if answer.is_replayed else secrets[0])


@router.get("", response_model=Keys)
def list_keys(
    request: Request,
    caller: ManageCaller,
    database: Db,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """The workspace's keys, oldest first, including revoked ones; never their secrets."""
    with database.read() as session:
        return conditional(request, service.listed(session, caller.workspace_id, cursor, limit))


@router.delete("/{key_id}", status_code=204)
def revoke_key(key_id: UUID, request: Request, caller: ManageCaller, database: Db) -> None:
    """Revoke a key: in this process at once, in others within two seconds."""
    database.transact(lambda session: service.revoke(session, caller.workspace_id, key_id))
    request.app.state.keys.forget()
