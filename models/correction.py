"""What people said a mention really is: an append-only log that outlives every analysis."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlmodel import Field, SQLModel

from models.types import Json, UtcDateTime, new_id


class Correction(SQLModel, table=True):
    """One correction of one mention, as somebody sent it with the key ``key_id``.

    ``text`` is the mention's, ``[start, end)`` where it was found then: it names the span in later
    analyses. ``old`` and ``new`` are labels as they are stored, by field; ``None`` in ``new`` takes
    earlier corrections of the field back. Later rows win. ``among`` has, by field, all labels that
    the name which was sent stands for, if these are several: ``new`` has the likeliest. ``applied``
    says whether the latest analysis has the span.
    """

    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "feedback_id"],
            ["feedback.workspace_id", "feedback.id"],
            name="fk_correction_feedback",
            ondelete="CASCADE",
        ),
        Index("ix_correction_feedback", "workspace_id", "feedback_id"),
    )

    workspace_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    feedback_id: UUID
    start: int
    end: int
    text: str = Field(sa_type=Text)
    old: dict[str, Any] = Field(sa_type=Json)
    new: dict[str, Any] = Field(sa_type=Json)
    among: dict[str, list[str]] | None = Field(default=None, sa_type=Json)
    key_id: UUID
    created_at: datetime = Field(sa_type=UtcDateTime)
    applied: bool = True
