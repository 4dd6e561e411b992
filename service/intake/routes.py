"""POST /v1/feedback/…: submit surveys, reviews and tickets; erasure and replay."""

from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from service.errors import UnsupportedMediaType
from service.insights.schemas import FeedbackOut
from service.intake.batch import TooManyItems
from service.intake.erasure import erase_customer, erase_one
from service.intake.import_routes import router as import_router
from service.intake.normalise import normalise
from service.intake.replay import replay
from service.intake.response_schemas import (
    BATCH_OUT_EXAMPLE,
    DRY_RUN_EXAMPLE,
    AcceptedOut,
    BatchOut,
    DryRunOut,
    ErasedOut,
)
from service.intake.schemas import BATCH_EXAMPLE, MAX_ITEMS, ReviewIn, SurveyIn, TicketIn
from service.intake.service import Intake
from service.intake.waiting import Prefer, wait_of
from service.keys.auth import IngestCaller, ManageCaller
from service.keys.caller import Caller
from service.keys.idempotency import RequestIdempotency
from service.keys.rate import RateLimit
from service.references import pseudonym, salt_of
from service.web.bodies import is_json
from service.web.dependencies import Db
from service.web.idempotency import IdempotencyKey, JsonAnswer, idempotent_request, response_of
from service.web.openapi_headers import LOCATION

router = APIRouter()
feedback = APIRouter(prefix="/v1", tags=["feedback"])

_SCHEMAS: Final = {
    kind: f"#/components/schemas/{model.__name__}"
    for kind, model in (("survey", SurveyIn), ("review", ReviewIn), ("ticket", TicketIn))
}
_BATCH_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["items"],
                    "additionalProperties": False,
                    "properties": {
                        "items": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MAX_ITEMS,
                            "items": {
                                "required": ["kind"],
                                "oneOf": [{"$ref": schema} for schema in _SCHEMAS.values()],
                                "discriminator": {"propertyName": "kind", "mapping": _SCHEMAS},
                            },
                        }
                    },
                },
                "example": BATCH_EXAMPLE,
            }
        },
    }
}
_BATCH_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "application/json": {
                "examples": {
                    "stored": {"value": BATCH_OUT_EXAMPLE},
                    "dry run": {"value": DRY_RUN_EXAMPLE},
                }
            }
        }
    }
}
ANALYSED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": FeedbackOut,
        "description": "Analysed within the time of `Prefer: wait=N`.",
        "headers": LOCATION,
    },
    202: {"headers": LOCATION},
}


# One dependency for all of intake: each costs as much as validating a short item.
async def _intake(
    request: Request, caller: IngestCaller, idempotency_key: IdempotencyKey = None
) -> Intake:
    state = request.app.state
    idempotency = await idempotent_request(request, caller.key_id, idempotency_key)
    return Intake(
        state.database, state.acceptor, caller, state.settings.max_text_chars, idempotency
    )


async def _waiting_intake(
    request: Request,
    caller: IngestCaller,
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Intake:
    intake = await _intake(request, caller, idempotency_key)
    intake.wait_s = wait_of(prefer)
    return intake


def _count_against_rate(rate: RateLimit, caller: Caller, items: int) -> None:
    """Count the items of a browser key's batch; the first one is the request, already counted."""
    most = caller.rate_per_minute
    if not caller.origins or most is None:
        return
    if items > most:
        raise TooManyItems(f"This key may send {most} items a minute; split the batch.")
    rate.count(caller, items - 1)


In = Annotated[Intake, Depends(_intake)]
WaitingIn = Annotated[Intake, Depends(_waiting_intake)]


@feedback.post("/feedback/surveys", status_code=202, response_model=AcceptedOut, responses=ANALYSED)
async def post_survey(item: SurveyIn, intake: WaitingIn) -> Response:
    """Submit one survey answer. A success response means that it is durably stored."""
    return response_of(await intake.one(item))


@feedback.post("/feedback/reviews", status_code=202, response_model=AcceptedOut, responses=ANALYSED)
async def post_review(item: ReviewIn, intake: WaitingIn) -> Response:
    """Submit one review. A success response means that it is durably stored."""
    return response_of(await intake.one(item))


@feedback.post("/feedback/tickets", status_code=202, response_model=AcceptedOut, responses=ANALYSED)
async def post_ticket(item: TicketIn, intake: WaitingIn) -> Response:
    """Submit one ticket. Only the customer's words are analysed and stored."""
    return response_of(await intake.one(item))


@feedback.post(
    "/feedback/batch",
    response_model=BatchOut | DryRunOut,
    responses=_BATCH_ANSWERS,
    openapi_extra=_BATCH_BODY,
)
async def post_batch(
    request: Request,
    intake: In,
    caller: IngestCaller,
    dry_run: Annotated[
        bool,
        Query(description="Validate and return what would be stored, without storing anything."),
    ] = False,
) -> Response:
    """Submit up to 1000 items of any kind. Invalid items are reported and affect no others."""
    if not is_json(request.headers.get("content-type", "")):
        raise UnsupportedMediaType
    body = await request.body()
    count_items = partial(_count_against_rate, request.app.state.rate, caller)
    if dry_run:
        return response_of(JsonAnswer(200, await intake.dry_run(body, count_items)))
    return response_of(await intake.batch(body, count_items))


@feedback.post("/feedback/{feedback_id}/replay", status_code=202, response_model=AcceptedOut)
async def post_replay(
    feedback_id: UUID,
    request: Request,
    caller: ManageCaller,
    database: Db,
    idempotency: RequestIdempotency,
) -> Response:
    """Retry the analysis of an item whose analysis failed."""
    answer = await run_in_threadpool(
        replay, database, caller.workspace_id, feedback_id, idempotency
    )
    request.app.state.wake.set()
    return response_of(answer)


@feedback.delete("/feedback/{feedback_id}")
def delete_feedback(feedback_id: UUID, caller: ManageCaller, database: Db) -> ErasedOut:
    """Erase one item with its mentions and its share of all figures."""
    erased = database.transact(lambda session: erase_one(session, caller.workspace_id, feedback_id))
    return ErasedOut(**erased._asdict())


@feedback.delete("/customers/{reference:path}")
def delete_customer(reference: str, caller: ManageCaller, database: Db) -> ErasedOut:
    """Erase all feedback of a customer, given by your own reference."""
    hashed = pseudonym(salt_of(database, caller.workspace_id), normalise(reference))
    erased = database.transact(lambda session: erase_customer(session, caller.workspace_id, hashed))
    return ErasedOut(**erased._asdict())


router.include_router(feedback)
router.include_router(import_router)
