"""A workspace's versioned journey definitions; the highest version is in effect."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.types import Json, UtcDateTime


class Journey(SQLModel, table=True):
    """One version of a definition, as validated JSON. Versions start at 1 and are never changed.

    ``known`` has the keys of all learned stages and touchpoints up to this version, by axis,
    because mentions may still have labels of earlier versions.
    """

    workspace_id: UUID = Field(foreign_key="workspace.id", primary_key=True)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = Field(sa_type=Json)
    created_at: datetime = Field(sa_type=UtcDateTime)
    known: dict[str, list[str]] | None = Field(default=None, sa_type=Json)
