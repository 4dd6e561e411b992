"""API keys: scoped, stored hashed, bound to one workspace."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.types import Json, UtcDateTime, new_id


class ApiKey(SQLModel, table=True):
    """A key as stored: ``hash`` is the SHA-256 of the secret, ``prefix`` its readable start.

    ``origins`` lists the web origins a browser key may be used from (empty: not a browser key);
    ``rate_per_minute`` is its limit in requests.
    """

    __tablename__ = "api_key"

    workspace_id: UUID = Field(foreign_key="workspace.id", index=True)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str
    prefix: str
    hash: str = Field(unique=True)
    scopes: list[str] = Field(sa_type=Json)
    origins: list[str] = Field(default_factory=list, sa_type=Json)
    rate_per_minute: int | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
