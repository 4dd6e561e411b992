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
from service.themes import shaping
from service.themes.places import Place
from service.themes.schemas import MergeIn, PainPointIn, SplitIn
from service.themes.shaping import Move, Person
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
        person = _person(session, caller, params)
        theme = shaping.update(session, person, pain_point_id, body)
        return shaping.place_of_theme(theme), theme.id

    place, theme = database.transact(work)
    if "title" in body.model_fields_set and body.title is None:
        shaping.describe_again(database, space, place, [theme])
    with database.read() as session:
        return _shown(session, caller, theme, params)


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

    def deed(session: Session) -> Done:
        person = _person(session, caller, params)
        move = shaping.merge(session, person, pain_point_id, body.into)
        return Done(shaping.find(session, person, body.into).id, move)

    return _done(database, space, View(caller, params, HTTPStatus.OK), idempotency, deed)


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
                person = _person(session, caller, params)
                keys = shaping.halves(session, space, person, pain_point_id)
        except Problem as problem:  # the response is not one of an earlier request
            refusal = problem

    def deed(session: Session) -> Done:
        if refusal is not None:
            raise refusal
        person = _person(session, caller, params)
        move = shaping.split(session, space, person, pain_point_id, keys, body.title)
        return Done(move.target, move)

    return _done(database, space, View(caller, params, HTTPStatus.CREATED), idempotency, deed)


class View(NamedTuple):
    """The reader of a pain point, the journey to name it in, and the status."""

    caller: Caller
    params: JourneyParams
    status: int

    def answer(self, theme: UUID) -> JsonAnswer:
        """The stored response: which pain point, and nothing that anybody has said."""
        made = self.status == HTTPStatus.CREATED
        headers = {"Location": f"/v1/pain-points/{theme}"} if made else {}
        return JsonAnswer(self.status, {"id": str(theme)}, headers)


class Done(NamedTuple):
    """What was done: the pain point to show, and which mentions were moved from where to where."""

    theme: UUID
    move: Move | None


def _done(
    database: Database,
    space: Space,
    view: View,
    idempotency: IdempotentRequest | None,
    deed: Callable[[Session], Done],
) -> Response:
    """Do it once; then move the remaining mentions, and find titles for what has changed.

    The response shows the current pain point, even if the request is repeated: what has been erased
    meanwhile is in no response.
    """
    workspace_id = view.caller.workspace_id
    done: list[Done] = []

    def work(session: Session) -> JsonAnswer:
        done[:] = [deed(session)]
        return view.answer(done[0].theme)

    answer = run_once(database, workspace_id, idempotency, work)
    if not answer.is_replayed and (move := done[0].move):
        if move.rest:
            shaping.move_rest(database, move)
        shaping.describe_again(database, space, move.place, [move.source, move.target])
    with database.read() as session:
        shown = _shown(session, view.caller, UUID(answer.body["id"]), view.params)
    body = to_json(shown.model_dump(mode="json"))
    return Response(body, answer.status, answer.headers, "application/json")


def _shown(session: Session, caller: Caller, theme: UUID, params: JourneyParams) -> OnePainPointOut:
    filters = FilterParams(journey=params.journey)
    return one_pain_point(session, caller.workspace_id, theme, filters)


def _person(session: Session, caller: Caller, params: JourneyParams) -> Person:
    journey = journey_for(session, caller.workspace_id, params)
    return Person(caller.workspace_id, caller.key_id, journey)
