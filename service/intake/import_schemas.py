"""Requests and responses of imports."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.intake.cell_values import NAIVE_TIMES
from service.intake.response_schemas import ID_EXAMPLE, RECORD_EXAMPLE

_MAPPING: Final[dict[str, Any]] = {
    "kind": "survey",
    "source": "import",
    "columns": [
        {"column": "Date", "field": "occurred_at", "confidence": 0.95, "because": "header"},
        {"column": "Comment", "field": "text", "confidence": 0.95, "because": "header"},
        {"column": "NPS", "field": "rating", "confidence": 0.95, "because": "header"},
        {"column": "Name", "field": None, "confidence": 0.0, "because": "not used"},
    ],
    "rating": {"scale": "nps", "min": 0, "max": 10},
    "notes": ["Dates have the year first, or the month as a word.", NAIVE_TIMES],
}
_ERROR: Final[dict[str, Any]] = {
    "row": 3,
    "problem": {
        "type": "urn:verbatim:problem:invalid_row",
        "title": "Invalid row",
        "status": 422,
        "detail": "Date: 'soon' can't be read as a date",
        "code": "invalid_row",
    },
}


class RowErrorOut(BaseModel):
    """A row that was not imported; ``row`` is the line where it begins (the header is line 1)."""

    row: int
    problem: dict[str, Any]


class ImportOut(BaseModel):
    """An import: its progress, its results, and how it read the file."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID_EXAMPLE,
                    "state": "done",
                    "filename": "march.csv",
                    "format": "csv",
                    "mapping": _MAPPING,
                    "rows": 1200,
                    "accepted": 1198,
                    "updated": 0,
                    "duplicate": 1,
                    "invalid": 1,
                    "errors": [_ERROR],
                    "created_at": "2026-03-01T09:30:00Z",
                    "finished_at": "2026-03-01T09:30:02Z",
                }
            ]
        }
    )

    id: UUID
    state: Literal["running", "done", "failed", "interrupted"] = Field(
        description=(
            "Send the file again to continue an interrupted import: rows that are already "
            "stored count as duplicate. A failed import met an unexpected error, which is in the "
            "log; what it had stored before remains."
        )
    )
    filename: str
    format: Literal["csv", "jsonl"]
    mapping: dict[str, Any]
    rows: int = Field(description="Rows read so far.")
    accepted: int
    updated: int
    duplicate: int
    invalid: int
    errors: list[RowErrorOut] = Field(
        description="The first errors; GET /v1/imports/{import_id}/errors has all that are kept."
    )
    created_at: datetime
    finished_at: datetime | None


class StartedOut(BaseModel):
    """An import has started; see Location for its progress."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": ID_EXAMPLE, "state": "running", "mapping": _MAPPING}]
        }
    )

    id: UUID
    state: Literal["running"]
    mapping: dict[str, Any]


class ImportPreviewOut(BaseModel):
    """How a file would be read, and its first rows as they would be stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "format": "csv",
                    "mapping": _MAPPING,
                    "rows": 2,
                    "valid": 1,
                    "invalid": 1,
                    "records": [
                        RECORD_EXAMPLE
                        | {
                            "source": "import",
                            "external_id": "3ba149fba45d90ca:2",
                            "channel": "other",
                            "text": "Checkout refused my card twice, call me at [email]",
                            "question": None,
                            "attributes": {},
                        }
                    ],
                    "errors": [_ERROR],
                }
            ]
        }
    )

    format: Literal["csv", "jsonl"]
    mapping: dict[str, Any]
    rows: int = Field(description="Rows that were checked, at most 1000.")
    valid: int
    invalid: int
    records: list[dict[str, Any]]
    errors: list[RowErrorOut]
