"""Responses to senders."""

from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.web.problems import PROBLEM_EXAMPLE, ProblemBody

ID_EXAMPLE: Final = "0199b8a4-6f0e-7c3a-9b1e-0a4f5c6d7e8f"
RECORD_EXAMPLE: Final[dict[str, Any]] = {
    "kind": "survey",
    "source": "website",
    "external_id": "r-1042",
    "text": "Checkout refused my card twice and nobody could tell me why.",
    "subject": None,
    "question": "What is the main reason for your score?",
    "channel": "website",
    "language": "und",
    "occurred_at": "2026-03-01T09:30:00Z",
    "attributes": {"country": "GB", "persona": "smb"},
    "stage_sent": None,
    "touchpoint_sent": None,
    "rating": {"value": 3.0, "min": 0.0, "max": 10.0, "scale": "nps"},
    "priority": None,
    "status": None,
}
BATCH_OUT_EXAMPLE: Final[dict[str, Any]] = {
    "accepted": 1,
    "updated": 0,
    "duplicate": 0,
    "invalid": 1,
    "items": [
        {"index": 0, "status": "accepted", "id": ID_EXAMPLE},
        {"index": 1, "status": "invalid", "error": PROBLEM_EXAMPLE},
    ],
}
DRY_RUN_EXAMPLE: Final[dict[str, Any]] = {
    "valid": 1,
    "invalid": 1,
    "items": [
        {"index": 0, "status": "valid", "record": RECORD_EXAMPLE},
        {"index": 1, "status": "invalid", "error": PROBLEM_EXAMPLE},
    ],
}


class AcceptedOut(BaseModel):
    """One item is stored, and will be analysed if it is new or changed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": ID_EXAMPLE, "status": "accepted", "state": "pending"}]
        }
    )

    id: UUID
    status: Literal["accepted", "updated", "duplicate"]
    state: Literal["pending", "done", "failed"]


class ItemOut(BaseModel):
    """The result of one item of a batch; ``index`` is its position, from 0."""

    index: int
    status: Literal["accepted", "updated", "duplicate", "invalid"]
    id: UUID | None = None
    error: ProblemBody | None = None


class RecordOut(BaseModel):
    """A valid item as it would be stored: normalised and redacted."""

    index: int
    status: Literal["valid", "invalid"]
    record: dict[str, Any] | None = None
    error: ProblemBody | None = None


class BatchOut(BaseModel):
    """The number of items by result, and the result of every item."""

    model_config = ConfigDict(json_schema_extra={"examples": [BATCH_OUT_EXAMPLE]})

    accepted: int
    updated: int
    duplicate: int
    invalid: int
    items: list[ItemOut]


class DryRunOut(BaseModel):
    """What a batch would store."""

    model_config = ConfigDict(json_schema_extra={"examples": [DRY_RUN_EXAMPLE]})

    valid: int
    invalid: int
    items: list[RecordOut]


class ErasedOut(BaseModel):
    """How much was erased, permanently."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"feedback": 3, "mentions": 7}]})

    feedback: int
    mentions: int
