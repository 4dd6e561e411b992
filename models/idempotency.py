"""Stored responses, so that a retried POST gets the same response and has no second effect."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.types import Json, UtcDateTime


class Idempotency(SQLModel, table=True):
    """The response to one request.

    ``key`` begins with the id of the API key that sent it; ``fingerprint`` (SHA-256 of method, path
    and body) detects that it is reused for another request.
    """

    workspace_id: UUID = Field(foreign_key="workspace.id", primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    status: int
    body: dict[str, Any] = Field(sa_type=Json)
    headers: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
