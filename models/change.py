"""Changes that a company made, recorded to ask later whether they helped."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.types import Json, UtcDateTime, new_id


class Change(SQLModel, table=True):
    """ "New checkout, 3 May": what was done at ``happened_at``, to which part of the journey.

    ``scope`` has the filters for the affected feedback, as they were sent: ``stage``,
    ``touchpoint``, ``pain_point``, ``kind``, ``source``, ``channel``, ``language``, ``attributes``.
    """

    workspace_id: UUID = Field(foreign_key="workspace.id", primary_key=True)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    title: str
    description: str | None = None
    scope: dict[str, Any] = Field(sa_type=Json)
    happened_at: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: UUID
