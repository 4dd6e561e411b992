"""The sessions of people who signed in on the page with a key."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.types import UtcDateTime


class WebSession(SQLModel, table=True):
    """``hash`` is the SHA-256 of the cookie's secret; a session is valid only while its key is."""

    __tablename__ = "web_session"

    workspace_id: UUID = Field(foreign_key="workspace.id", index=True)
    hash: str = Field(primary_key=True)
    key_id: UUID = Field(foreign_key="api_key.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
