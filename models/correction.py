"""Corrections of mentions by people: a log that outlives every analysis.

Rows are only added; an analysis updates where and whether the mention is found.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlmodel import Field, SQLModel

from models.types import Json, UtcDateTime, new_id


class Correction(SQLModel, table=True):
    """One correction of one mention, sent with the key ``key_id``.

    ``text`` is the mention's text, by which it is found in later analyses; ``[start, end)`` is its
    position in the latest one in which it was found, and decides between several mentions with this
    text. ``old`` and ``new`` are stored labels, by field; ``None`` in ``new`` revokes earlier
    corrections of the field. Later rows win. If the name that was sent stands for several labels,
    ``among`` has all of them, by field, and ``new`` the likeliest. ``applied`` says whether the
    latest analysis has the mention.
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
