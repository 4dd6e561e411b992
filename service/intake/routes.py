"""POST /v1/feedback/…: surveys, reviews and tickets in; erasure and replay."""

from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from service.errors import UnsupportedMediaType
from service.insights.schemas import FeedbackOut
from service.intake.answers import (
    BATCH_OUT_EXAMPLE,
    DRY_RUN_EXAMPLE,
    AcceptedOut,
    BatchOut,
    DryRunOut,
    ErasedOut,
)
from service.intake.batch import TooManyItems
from service.intake.erasure import erase_customer, erase_one
from service.intake.import_routes import router as import_router
from service.intake.normalise import normalise
from service.intake.replay import replay
from service.intake.schemas import BATCH_EXAMPLE, MOST_ITEMS, ReviewIn, SurveyIn, TicketIn
from service.intake.service import Intake
from service.intake.waiting import Prefer, wait_of
from service.keys.auth import IngestCaller, ManageCaller
from service.keys.once import OnceOnly
from service.keys.pseudonyms import pseudonym, salt_of
from service.keys.rate import RateLimit
from service.keys.ring import Caller
from service.web.bodies import is_json
from service.web.dependencies import Db
from service.web.headers import LOCATION
from service.web.idempotency import IdempotencyKey, StoredAnswer
from service.web.once import get_once, response_of

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
                            "maxItems": MOST_ITEMS,
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


# One dependency does it all that is intake's own: each costs as much as reading a short item.
async def _intake(
    request: Request, caller: IngestCaller, idempotency_key: IdempotencyKey = None
) -> Intake:
    state = request.app.state
    once = await get_once(request, caller.key_id, idempotency_key)
    return Intake(state.database, state.acceptor, caller, state.settings.max_text_chars, once)


async def _waiting_intake(
    request: Request,
    caller: IngestCaller,
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Intake:
    intake = await _intake(request, caller, idempotency_key)
    intake.wait_s = wait_of(prefer)
    return intake


def _charge(rate: RateLimit, caller: Caller, items: int) -> None:
    """Count a browser key's items, which nothing else bounds; the first one is counted already."""
    most = caller.rate_per_minute
    if not caller.origins or most is None:
        return
    if items > most:
        raise TooManyItems(f"This key may send {most} items a minute; split the batch.")
    rate.spend(caller, items - 1)


In = Annotated[Intake, Depends(_intake)]
WaitingIn = Annotated[Intake, Depends(_waiting_intake)]


@feedback.post("/feedback/surveys", status_code=202, response_model=AcceptedOut, responses=ANALYSED)
async def post_survey(item: SurveyIn, intake: WaitingIn) -> Response:
    """Accept one survey answer. The answer means that it is stored durably."""
    return response_of(await intake.one(item))


@feedback.post("/feedback/reviews", status_code=202, response_model=AcceptedOut, responses=ANALYSED)
async def post_review(item: ReviewIn, intake: WaitingIn) -> Response:
    """Accept one review. The answer means that it is stored durably."""
    return response_of(await intake.one(item))


@feedback.post("/feedback/tickets", status_code=202, response_model=AcceptedOut, responses=ANALYSED)
async def post_ticket(item: TicketIn, intake: WaitingIn) -> Response:
    """Accept one ticket; only the customer's words are read and kept."""
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
    dry_run: Annotated[bool, Query(description="Validate and show, store nothing.")] = False,
) -> Response:
    """Accept up to 1000 items of any kind; an invalid one is reported and harms no other."""
    if not is_json(request.headers.get("content-type", "")):
        raise UnsupportedMediaType
    body = await request.body()
    charge = partial(_charge, request.app.state.rate, caller)
    if dry_run:
        return response_of(StoredAnswer(200, await intake.dry_run(body, charge)))
    return response_of(await intake.batch(body, charge))


@feedback.post("/feedback/{feedback_id}/replay", status_code=202, response_model=AcceptedOut)
async def post_replay(
    feedback_id: UUID, request: Request, caller: ManageCaller, database: Db, once: OnceOnly
) -> Response:
    """Have an item analysed again whose analysis has failed."""
    answer = await run_in_threadpool(replay, database, caller.workspace_id, feedback_id, once)
    request.app.state.wake.set()
    return response_of(answer)


@feedback.delete("/feedback/{feedback_id}")
def delete_feedback(feedback_id: UUID, caller: ManageCaller, database: Db) -> ErasedOut:
    """Erase one item with its mentions and all that it adds to any figure."""
    erased = database.transact(lambda session: erase_one(session, caller.workspace_id, feedback_id))
    return ErasedOut(**erased._asdict())


@feedback.delete("/customers/{reference:path}")
def delete_customer(reference: str, caller: ManageCaller, database: Db) -> ErasedOut:
    """Erase everything that a customer (the reference as you sent it) ever said."""
    hashed = pseudonym(salt_of(database, caller.workspace_id), normalise(reference))
    erased = database.transact(lambda session: erase_customer(session, caller.workspace_id, hashed))
    return ErasedOut(**erased._asdict())


router.include_router(feedback)
router.include_router(import_router)
