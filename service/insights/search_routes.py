"""/v1/mentions and /v1/review: single mentions, to search or to review."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.insights.review import list_review
from service.insights.routes import ATTRIBUTE_PARAMETER
from service.insights.search import list_mentions, refuse_contradictions
from service.insights.search_params import MentionParams, ReviewParams
from service.insights.search_schemas import MentionPageOut, ReviewQueueOut
from service.insights.similarity import meaning_of
from service.keys.auth import ReadCaller
from service.web.conditional import conditional
from service.web.dependencies import Db
from service.web.engine import AppEmbedder

router = APIRouter(prefix="/v1", tags=["insights"])


@router.get("/mentions", response_model=MentionPageOut, openapi_extra=ATTRIBUTE_PARAMETER)
def read_mentions(
    request: Request,
    caller: ReadCaller,
    database: Db,
    embedder: AppEmbedder,
    params: Annotated[MentionParams, Query()],
) -> Response:
    """Search mentions by words (`q`) or meaning (`like`); without either, the latest ones."""
    refuse_contradictions(params)
    meaning = meaning_of(params.like, embedder) if params.like is not None else None
    with database.read() as session:
        return conditional(request, list_mentions(session, caller.workspace_id, params, meaning))


@router.get(
    "/review",
    summary="Read Review Queue",
    response_model=ReviewQueueOut,
    openapi_extra=ATTRIBUTE_PARAMETER,
)
def read_review(
    request: Request, caller: ReadCaller, database: Db, params: Annotated[ReviewParams, Query()]
) -> Response:
    """The least certain readings where most mentions are, each with the body that confirms it."""
    with database.read() as session:
        return conditional(request, list_review(session, caller.workspace_id, params))
