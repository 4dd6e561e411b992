"""The tenant: a brand or product."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.types import UtcDateTime, new_id


class Workspace(SQLModel, table=True):
    """A tenant. ``salt`` keys the hashes of its customer references (32 random bytes, hex)."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(unique=True)
    salt: str
    created_at: datetime = Field(sa_type=UtcDateTime)
