"""/v1/keys: make, list and revoke the keys of the caller's own workspace."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from service.keys import idempotent, service
from service.keys.auth import ManageCaller
from service.keys.schemas import Keys, MadeKey, NewKey
from service.web.conditional import conditional
from service.web.dependencies import Db
from service.web.idempotency import IdempotencyKey, fingerprint, key_of

router = APIRouter(prefix="/v1/keys", tags=["keys"])


@router.post("", status_code=201)
async def make_key(
    request: Request,
    response: Response,
    wanted: NewKey,
    caller: ManageCaller,
    database: Db,
    idempotency_key: IdempotencyKey = None,
) -> MadeKey:
    """Make a key. Its secret is in this answer and nowhere else."""
    print_ = fingerprint(request.method, request.url.path, await request.body())
    key = key_of(caller.key_id, idempotency_key) if idempotency_key else None
    made, headers = await run_in_threadpool(
        idempotent.make, database, caller.workspace_id, wanted, key, print_
    )
    request.app.state.keys.forget()
    response.headers.update(headers)
    return made


@router.get("", response_model=Keys)
def list_keys(
    request: Request,
    caller: ManageCaller,
    database: Db,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """The workspace's keys, oldest first, revoked ones included; never their secrets."""
    with database.read() as session:
        return conditional(request, service.listed(session, caller.workspace_id, cursor, limit))


@router.delete("/{key_id}", status_code=204)
def revoke_key(key_id: UUID, request: Request, caller: ManageCaller, database: Db) -> None:
    """Revoke a key: here at once, in other processes within two seconds."""
    database.transact(lambda session: service.revoke(session, caller.workspace_id, key_id))
    request.app.state.keys.forget()
