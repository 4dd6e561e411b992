"""/v1/changes: what was changed in the journey, and whether it helped."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from service.changes import service
from service.changes.impact import measure_impact
from service.changes.schemas import (
    ChangeImpactOut,
    ChangeIn,
    ChangeListParams,
    ChangeOut,
    ChangePageOut,
    ImpactParams,
)
from service.keys.auth import ManageCaller, ReadCaller
from service.keys.idempotency import RequestIdempotency
from service.web.conditional import conditional
from service.web.dependencies import Db
from service.web.idempotency import JsonAnswer, response_of, run_once
from service.web.openapi_headers import LOCATION

router = APIRouter(prefix="/v1/changes", tags=["insights"])


@router.post(
    "",
    summary="Record Change",
    status_code=201,
    response_model=ChangeOut,
    responses={201: {"headers": LOCATION}},
)
def tell_change(
    body: ChangeIn, caller: ManageCaller, database: Db, idempotency: RequestIdempotency
) -> Response:
    """Record what was changed, when, and for which part of the journey."""

    def work(session: Session) -> JsonAnswer:
        made = service.record_change(session, caller.workspace_id, caller.key_id, body)
        headers = {"Location": f"/v1/changes/{made.id}"}
        return JsonAnswer(201, made.model_dump(mode="json"), headers)

    answer = run_once(database, caller.workspace_id, idempotency, work)
    return response_of(answer)


@router.get("", response_model=ChangePageOut)
def list_changes(
    request: Request,
    caller: ReadCaller,
    database: Db,
    params: Annotated[ChangeListParams, Query()],
) -> Response:
    """Recorded changes, the latest first."""
    with database.read() as session:
        return conditional(request, service.changes_page(session, caller.workspace_id, params))


@router.get("/{change_id}", response_model=ChangeOut)
def read_change(request: Request, change_id: UUID, caller: ReadCaller, database: Db) -> Response:
    """One change."""
    with database.read() as session:
        change = service.get_change(session, caller.workspace_id, change_id)
        return conditional(request, service.change_out(change))


@router.delete("/{change_id}", summary="Delete Change", status_code=204)
def forget_change(change_id: UUID, caller: ManageCaller, database: Db) -> None:
    """Delete a change. Feedback is not affected."""
    database.transact(
        lambda session: service.delete_change(session, caller.workspace_id, change_id)
    )


@router.get("/{change_id}/impact", response_model=ChangeImpactOut)
def read_impact(
    request: Request,
    change_id: UUID,
    caller: ReadCaller,
    database: Db,
    params: Annotated[ImpactParams, Query()],
) -> Response:
    """Whether a change helped: before and after, against the rest of the journey."""
    with database.read() as session:
        change = service.get_change(session, caller.workspace_id, change_id)
        out = measure_impact(session, change, params)
    return conditional(request, out)
