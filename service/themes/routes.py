"""PATCH /v1/pain-points/{id}, and …/merge and …/split: people edit themes."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic_core import to_json
from sqlmodel import Session

from nlp.themes.space import Space
from service.db import Database
from service.errors import Problem
from service.insights.filters import journey_for
from service.insights.pain_points import one_pain_point
from service.insights.pain_schemas import OnePainPointOut
from service.insights.params import FilterParams, JourneyParams
from service.keys.auth import ManageCaller
from service.keys.caller import Caller
from service.keys.idempotency import RequestIdempotency
from service.themes import editing
from service.themes.editing import Editor, Move
from service.themes.places import Place, place_of_theme
from service.themes.schemas import MergeIn, PainPointIn, SplitIn
from service.web.dependencies import Db
from service.web.engine import AppSpace
from service.web.idempotency import IdempotentRequest, JsonAnswer, run_once
from service.web.openapi_headers import LOCATION

router = APIRouter(prefix="/v1/pain-points", tags=["insights"])


Journey = Annotated[JourneyParams, Query()]


@router.patch("/{pain_point_id}")
def update_pain_point(
    pain_point_id: UUID,
    body: PainPointIn,
    caller: ManageCaller,
    database: Db,
    space: AppSpace,
    params: Journey,
) -> OnePainPointOut:
    """Set the title, status or owner of a pain point or a win."""

    def work(session: Session) -> tuple[Place, UUID]:
        editor = _editor(session, caller, params)
        theme = editing.update(session, editor, pain_point_id, body)
        return place_of_theme(theme), theme.id

    place, theme = database.transact(work)
    if "title" in body.model_fields_set and body.title is None:
        editing.describe_again(database, space, place, [theme])
    with database.read() as session:
        return _pain_point_out(session, caller, theme, params)


@router.post("/{pain_point_id}/merge", response_model=OnePainPointOut)
def merge_pain_point(
    pain_point_id: UUID,
    body: MergeIn,
    caller: ManageCaller,
    database: Db,
    space: AppSpace,
    params: Journey,
    idempotency: RequestIdempotency,
) -> Response:
    """Merge a pain point into another of the same place. Its id then returns the other one."""

    def edit(session: Session) -> EditResult:
        editor = _editor(session, caller, params)
        move = editing.merge(session, editor, pain_point_id, body.into)
        return EditResult(editing.find(session, editor, body.into).id, move)

    return _edit_once(
        database, space, ResponseContext(caller, params, HTTPStatus.OK), idempotency, edit
    )


@router.post(
    "/{pain_point_id}/split",
    status_code=201,
    response_model=OnePainPointOut,
    responses={201: {"headers": LOCATION}},
)
def split_pain_point(
    pain_point_id: UUID,
    body: SplitIn,
    caller: ManageCaller,
    database: Db,
    space: AppSpace,
    params: Journey,
    idempotency: RequestIdempotency,
) -> Response:
    """Split mentions off a pain point into a new one, which is returned."""
    keys, refusal = [mention.key for mention in body.mentions or ()], None
    if body.mentions is None:
        try:
            with database.read() as session:
                editor = _editor(session, caller, params)
                keys = editing.smaller_cluster(session, space, editor, pain_point_id)
        except Problem as problem:  # a repeated request gets its response even if it can't any more
            refusal = problem

    def edit(session: Session) -> EditResult:
        if refusal is not None:
            raise refusal
        editor = _editor(session, caller, params)
        move = editing.split(session, space, editor, pain_point_id, keys, body.title)
        return EditResult(move.target, move)

    return _edit_once(
        database, space, ResponseContext(caller, params, HTTPStatus.CREATED), idempotency, edit
    )


class ResponseContext(NamedTuple):
    """The reader of a pain point, the journey to name it in, and the status."""

    caller: Caller
    params: JourneyParams
    status: int

    def answer(self, theme: UUID) -> JsonAnswer:
        """The stored response: which pain point, and nothing that anybody has said."""
        made = self.status == HTTPStatus.CREATED
        headers = {"Location": f"/v1/pain-points/{theme}"} if made else {}
        return JsonAnswer(self.status, {"id": str(theme)}, headers)


class EditResult(NamedTuple):
    """The pain point to show, and which mentions were moved from where to where."""

    theme: UUID
    move: Move | None


def _edit_once(
    database: Database,
    space: Space,
    context: ResponseContext,
    idempotency: IdempotentRequest | None,
    edit: Callable[[Session], EditResult],
) -> Response:
    """Edit once; then move the remaining mentions, and find titles for what has changed.

    The response shows the current pain point, even if the request is repeated: what has been erased
    meanwhile is in no response.
    """
    workspace_id = context.caller.workspace_id
    results: list[EditResult] = []

    def work(session: Session) -> JsonAnswer:
        results[:] = [edit(session)]
        return context.answer(results[0].theme)

    answer = run_once(database, workspace_id, idempotency, work)
    if not answer.is_replayed and (move := results[0].move):
        if move.rest:
            editing.move_rest(database, move)
        editing.describe_again(database, space, move.place, [move.source, move.target])
    with database.read() as session:
        shown = _pain_point_out(session, context.caller, UUID(answer.body["id"]), context.params)
    body = to_json(shown.model_dump(mode="json"))
    return Response(body, answer.status, answer.headers, "application/json")


def _pain_point_out(
    session: Session, caller: Caller, theme: UUID, params: JourneyParams
) -> OnePainPointOut:
    filters = FilterParams(journey=params.journey)
    return one_pain_point(session, caller.workspace_id, theme, filters)


def _editor(session: Session, caller: Caller, params: JourneyParams) -> Editor:
    journey = journey_for(session, caller.workspace_id, params)
    return Editor(caller.workspace_id, caller.key_id, journey)
