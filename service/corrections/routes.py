"""PATCH /v1/feedback/{feedback_id}/mentions/{ordinal}, /v1/corrections and /v1/journey/learning."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlmodel import Session

from service.corrections.learning import apply_trials, learning_of, set_learning, try_corrections
from service.corrections.schemas import (
    CorrectionIn,
    CorrectionPageOut,
    CorrectionParams,
    LearningIn,
    LearningOut,
)
from service.corrections.service import Target, correct, list_corrections
from service.insights.feedback import feedback_in
from service.insights.filters import journey_for
from service.insights.params import JourneyParams
from service.insights.schemas import FeedbackOut
from service.keys.auth import ManageCaller, ReadCaller
from service.keys.idempotency import RequestIdempotency
from service.web.conditional import conditional
from service.web.dependencies import Db
from service.web.engine import AppEmbedder, AppSpace
from service.web.idempotency import JsonAnswer, response_of, run_once

router = APIRouter(prefix="/v1")

Ordinal = Annotated[int, Path(ge=0, le=2**31 - 1, description="The mention's `ordinal`, from 0.")]


@router.patch("/feedback/{feedback_id}/mentions/{ordinal}", tags=["feedback"])
def correct_mention(
    feedback_id: UUID,
    ordinal: Ordinal,
    body: CorrectionIn,
    caller: ManageCaller,
    database: Db,
    space: AppSpace,
    params: Annotated[JourneyParams, Query()],
) -> FeedbackOut:
    """Correct the labels of a mention. This takes effect at once and survives later analyses."""
    target = Target(caller.workspace_id, caller.key_id, feedback_id, ordinal)

    def work(session: Session) -> FeedbackOut:
        journey = journey_for(session, caller.workspace_id, params)
        correct(session, target, body, journey, space)
        return feedback_in(session, caller.workspace_id, feedback_id, journey)

    return database.transact(work)


@router.get("/journey/learning", response_model=LearningOut, tags=["journey"])
def read_learning(request: Request, caller: ReadCaller, database: Db) -> Response:
    """What was learned from corrections, how it was tested, and whether it is applied."""
    with database.read() as session:
        return conditional(request, learning_of(session, caller.workspace_id))


@router.post("/journey/learning", tags=["journey"], response_model=LearningOut)
def learn_from_corrections(
    caller: ManageCaller, database: Db, reader: AppEmbedder, idempotency: RequestIdempotency
) -> Response:
    """Learn from all corrections, replacing what was learned before."""
    trials = try_corrections(database, caller.workspace_id, reader.version)

    def work(session: Session) -> JsonAnswer:
        apply_trials(session, caller.workspace_id, reader.version, trials)
        learned = learning_of(session, caller.workspace_id)
        return JsonAnswer(200, learned.model_dump(mode="json"))

    return response_of(run_once(database, caller.workspace_id, idempotency, work))


@router.put("/journey/learning", tags=["journey"])
def switch_learning(body: LearningIn, caller: ManageCaller, database: Db) -> LearningOut:
    """Switch what was learned from corrections on or off. Off restores the original labels
    exactly.
    """

    def work(session: Session) -> LearningOut:
        set_learning(session, caller.workspace_id, body.state == "on")
        return learning_of(session, caller.workspace_id)

    return database.transact(work)


@router.get("/corrections", response_model=CorrectionPageOut, tags=["feedback"])
def read_corrections(
    request: Request,
    caller: ReadCaller,
    database: Db,
    params: Annotated[CorrectionParams, Query()],
) -> Response:
    """Who corrected what and when, the latest first; `applied=false` lists those without effect."""
    with database.read() as session:
        return conditional(request, list_corrections(session, caller.workspace_id, params))
