"""What mentions of one stage and touchpoint are about: pain points, and wins."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from models.types import Json, UtcDateTime, new_id

PAIN, WIN = "negative", "positive"
"""The sentiment of a pain point's mentions, and of a win's."""
Status = Literal["open", "in_progress", "resolved", "reopened", "ignored"]
OPEN: Final = "open"
IN_PROGRESS: Final = "in_progress"
RESOLVED: Final = "resolved"
REOPENED: Final = "reopened"
IGNORED: Final = "ignored"


class PainPoint(SQLModel, table=True):
    """Mentions of one sentiment and one native cell that are about the same thing.

    ``centroid`` is the mean of its members' theme vectors, scaled to length 1, float32, of the
    model ``model_version``. ``titled_by`` is the key of the person who set ``title``; while it is
    ``None``, the title follows the members. A pain point that was merged into another keeps its
    row: ``merged_into`` is the other one, and nothing is counted here any more. ``shaped`` means
    that a person has merged or split it, so that a refresh neither undoes nor repeats that.
    """

    __tablename__ = "pain_point"
    __table_args__ = (
        Index("ix_pain_point_cell", "workspace_id", "stage", "touchpoint", "sentiment"),
    )

    workspace_id: UUID = Field(foreign_key="workspace.id", primary_key=True)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    stage: str
    touchpoint: str
    sentiment: str
    title: str
    titled_by: UUID | None = None
    keywords: list[str] = Field(default_factory=list, sa_type=Json)
    status: str = OPEN
    owner: str | None = None
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    merged_into: UUID | None = None
    shaped: bool = False
    centroid: bytes = Field(sa_type=LargeBinary)
    model_version: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class ThemeRefresh(SQLModel, table=True):
    """The latest search for themes among the mentions of one native cell and sentiment.

    ``loose`` counts mentions since then that belong to no pain point. ``joined`` counts mentions
    that have joined one on arrival since the pain points that had grown were last described.
    ``claimed_until`` is the lease of the worker that does either. ``marks`` counts how often a
    search has been marked as due, so that a mark that comes during a search is not lost when it
    ends.
    """

    __tablename__ = "theme_refresh"

    workspace_id: UUID = Field(foreign_key="workspace.id", primary_key=True)
    stage: str = Field(primary_key=True)
    touchpoint: str = Field(primary_key=True)
    sentiment: str = Field(primary_key=True)
    loose: int = 0
    joined: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    marks: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    model_version: str | None = None
    refreshed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
