"""The progress and the report of one CSV or JSONL upload."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.types import Json, UtcDateTime, new_id


class ImportJob(SQLModel, table=True):
    """``errors`` holds the first row errors ({row, problem}); ``rows`` counts rows read so far.

    ``seen_at`` is when the importing thread last reported that it is alive.
    """

    __tablename__ = "import_job"

    workspace_id: UUID = Field(foreign_key="workspace.id", primary_key=True)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    state: str = "running"
    filename: str
    format: str
    mapping: dict[str, Any] = Field(sa_type=Json)
    rows: int = 0
    accepted: int = 0
    updated: int = 0
    duplicate: int = 0
    invalid: int = 0
    errors: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
