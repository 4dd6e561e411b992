"""PATCH /v1/feedback/{id}/mentions/{n} and /v1/corrections."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlmodel import Session

from service.corrections.schemas import CorrectionIn, CorrectionPageOut, CorrectionParams
from service.corrections.service import Target, correct, list_corrections
from service.insights.feedback import feedback_in
from service.insights.filters import journey_for
from service.insights.params import JourneyParams
from service.insights.schemas import FeedbackOut
from service.keys.auth import ManageCaller, ReadCaller
from service.web.conditional import conditional
from service.web.dependencies import Db

router = APIRouter(prefix="/v1", tags=["feedback"])

Ordinal = Annotated[int, Path(ge=0, le=2**31 - 1, description="Number of the mention, from 0.")]


@router.patch("/feedback/{feedback_id}/mentions/{number}")
def correct_mention(
    feedback_id: UUID,
    number: Ordinal,
    body: CorrectionIn,
    caller: ManageCaller,
    database: Db,
    params: Annotated[JourneyParams, Query()],
) -> FeedbackOut:
    """Say what a mention really is; it counts at once, and again after every later analysis."""
    target = Target(caller.workspace_id, caller.key_id, feedback_id, number)

    def work(session: Session) -> FeedbackOut:
        journey = journey_for(session, caller.workspace_id, params)
        correct(session, target, body, journey)
        return feedback_in(session, caller.workspace_id, feedback_id, journey)

    return database.transact(work)


@router.get("/corrections", response_model=CorrectionPageOut)
def read_corrections(
    request: Request,
    caller: ReadCaller,
    database: Db,
    params: Annotated[CorrectionParams, Query()],
) -> Response:
    """Who corrected what and when, the latest first; with `applied=false`, what found no place."""
    with database.read() as session:
        return conditional(request, list_corrections(session, caller.workspace_id, params))
