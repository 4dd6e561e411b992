"""A batch: validated in one pass if everything is valid, else item by item."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from service.errors import InvalidParam, InvalidRequest, PayloadTooLarge, Problem
from service.intake.drafts import Draft, DraftBuilder
from service.intake.schemas import MAX_ITEMS, AnyFeedbackIn, BatchIn, FeedbackIn
from service.intake.submissions import DraftResult, status_of
from service.redaction.quotes import redacted
from service.web.idempotency import JsonAnswer
from service.web.invalid import invalid_request, read_int, unread_json

CheckedItem = Draft | Problem
"""One item: what would be stored, or why it can't be."""
CountItems = Callable[[int], None]
"""Called with the number of items before they are validated; may raise."""

_ITEM: TypeAdapter[FeedbackIn] = TypeAdapter(AnyFeedbackIn)
MAX_NAME_CHARS = 200
_SHOWN = (
    *("kind", "source", "external_id", "text", "subject", "question", "channel", "language"),
    *("occurred_at", "attributes", "stage_sent", "touchpoint_sent"),
)


class TooManyItems(PayloadTooLarge):
    """A batch holds at most 1,000 items; split it."""

    code = "too_many_items"


def check_batch(body: bytes, builder: DraftBuilder, count_items: CountItems) -> list[CheckedItem]:
    """Every item of a batch's body, in order.

    Raises:
        MalformedJson: the body is not JSON.
        InvalidRequest: it is not an object with a list ``items`` that has at least one item.
        TooManyItems: it has more than 1000.
        Problem: what ``count_items`` raises.
    """
    try:
        items: Sequence[Any] = BatchIn.model_validate_json(body).items
    except ValidationError:
        items = _items_of(_parsed(body))
    count_items(len(items))
    return [check_item(item, builder) for item in items]


def check_item(item: Any, builder: DraftBuilder) -> CheckedItem:
    """One item, valid or given as parsed JSON."""
    try:
        valid = item if isinstance(item, FeedbackIn) else _ITEM.validate_python(item)
        return builder.build(valid)
    except ValidationError as error:
        problem = invalid_request(error.errors(include_url=False), item)
        return _named(problem)
    except Problem as problem:
        return problem


def _named(problem: Problem) -> Problem:
    """The problem in a form that can be stored, since its names come from the sender.

    An error without a field is about the whole item.
    """
    params = [
        InvalidParam(_storable_name(param.name) or "item", param.reason)
        for param in problem.invalid_params
    ]
    return type(problem)(problem.detail, invalid_params=params)


def _storable_name(name: str) -> str:
    shown = redacted(name)[:MAX_NAME_CHARS].encode("utf-8", "backslashreplace").decode()
    return shown.replace("\0", "\\x00")


def _parsed(body: bytes) -> Any:
    """Python's parser accepts half surrogates, NaN and, with ``read_int``, overlong numbers.

    So these only fail their own item.
    """
    try:
        return from_json(body)
    except ValueError:
        try:
            return json.loads(body, parse_int=read_int)
        except (ValueError, RecursionError) as error:
            raise unread_json(error) from None


def _items_of(parsed: Any) -> list[Any]:
    if not isinstance(parsed, dict) or not isinstance(parsed.get("items"), list):
        reason = 'is required: a batch is {"items": [{"kind": "survey", …}, …]}'
        raise InvalidRequest(invalid_params=[InvalidParam("items", reason)])
    unknown = [name for name in parsed if name != "items"]
    if unknown:
        reason = "is not known here; a batch only has items"
        raise InvalidRequest(invalid_params=[InvalidParam(name, reason) for name in unknown[:50]])
    items: list[Any] = parsed["items"]
    if not items:
        raise InvalidRequest(
            invalid_params=[InvalidParam("items", "is empty; send at least one item")]
        )
    if len(items) > MAX_ITEMS:
        raise TooManyItems(
            f"A batch holds at most {MAX_ITEMS:,} items, not {len(items):,}; split it."
        )
    return items


def batch_answer(items: Sequence[CheckedItem], results: Sequence[DraftResult]) -> JsonAnswer:
    """The number of items by result and every item, from the checked items and the results of valid
    ones.
    """
    remaining = iter(results)
    all_results = [item if isinstance(item, Problem) else next(remaining) for item in items]
    counts = Counter(accepted=0, updated=0, duplicate=0, invalid=0)
    counts.update(map(status_of, all_results))
    shown = [{"index": index} | _result_json(result) for index, result in enumerate(all_results)]
    return JsonAnswer(200, {**counts, "items": shown})


def _result_json(result: DraftResult) -> dict[str, Any]:
    if isinstance(result, Problem):
        return {"status": "invalid", "error": result.body()}
    return {"status": result.status, "id": str(result.id)}


def dry_run_body(items: Sequence[CheckedItem]) -> dict[str, Any]:
    """What would be stored, and what is invalid; nothing is stored."""
    results = [
        {"index": index, "status": "invalid", "error": item.body()}
        if isinstance(item, Problem)
        else {"index": index, "status": "valid", "record": record_of(item)}
        for index, item in enumerate(items)
    ]
    invalid = sum(isinstance(item, Problem) for item in items)
    return {"valid": len(items) - invalid, "invalid": invalid, "items": results}


def record_of(draft: Draft) -> dict[str, Any]:
    """What a sender determines, as stored and in the form of ``GET /v1/feedback/{id}``."""
    row = draft.row
    rating = {name: row[f"rating_{name}"] for name in ("value", "min", "max", "scale")}
    return {name: row[name] for name in _SHOWN} | {
        "rating": None if row["rating_value"] is None else rating,
        "priority": row["ticket_priority"],
        "status": row["ticket_status"],
    }
