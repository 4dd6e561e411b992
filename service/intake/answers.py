"""What senders get back."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.web.problems import ProblemBody

ID_EXAMPLE = "0199b8a4-6f0e-7c3a-9b1e-0a4f5c6d7e8f"


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
    """What became of one item of a batch; ``index`` is its place, from 0."""

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
    """How many of each, and every item."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "accepted": 1,
                    "updated": 0,
                    "duplicate": 0,
                    "invalid": 1,
                    "items": [
                        {"index": 0, "status": "accepted", "id": ID_EXAMPLE},
                        {
                            "index": 1,
                            "status": "invalid",
                            "error": {
                                "type": "urn:verbatim:problem:invalid_request",
                                "title": "Invalid request",
                                "status": 422,
                                "detail": "The request has fields that can't be accepted; "
                                "invalid_params says how to fix each.",
                                "code": "invalid_request",
                                "invalid_params": [
                                    {
                                        "name": "rating",
                                        "reason": "11 is outside the scale nps from 0 to 10; "
                                        "correct the value, or send the scale's own min and max",
                                    }
                                ],
                            },
                        },
                    ],
                }
            ]
        }
    )

    accepted: int
    updated: int
    duplicate: int
    invalid: int
    items: list[ItemOut]


class DryRunOut(BaseModel):
    """What a batch would store."""

    valid: int
    invalid: int
    items: list[RecordOut]


class ErasedOut(BaseModel):
    """How much was erased, for good."""

    feedback: Annotated[int, Field(examples=[3])]
    mentions: Annotated[int, Field(examples=[7])]
