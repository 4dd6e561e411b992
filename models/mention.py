"""A span of the feedback's text that makes one point: the unit of classification and counting."""

from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from models.types import Json

Provenance = Literal["explicit", "model", "learned", "human"]
"""Where a label is from: the sender, the model, corrections and examples, or a person."""
EXPLICIT: Final = "explicit"
MODEL: Final = "model"
LEARNED: Final = "learned"
HUMAN: Final = "human"


class Mention(SQLModel, table=True):
    """``[start, end)`` are character offsets into the stored text; labels are native.

    ``score`` is P(positive) - P(negative), -1..1, in steps of 0.001; ``severity`` 0..3.
    ``replaced`` keeps, by field, the model's reading while another label overrides it, so that it
    can be restored exactly: its ``label``, ``confidence``, ``score`` or ``provenance``, and ``by``
    whom it was replaced (``model``: a severity that follows from another's sentiment).
    ``pain_point_id`` is the pain point or win that the mention belongs to, if any;
    ``replaced_pain_point_id`` the one that it had when an override last moved it away from the
    stage, touchpoint and sentiment that the model had read.
    """

    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "feedback_id"],
            ["feedback.workspace_id", "feedback.id"],
            name="fk_mention_feedback",
            ondelete="CASCADE",
        ),
        Index(
            "ix_mention_cell",
            "workspace_id",
            "stage",
            "touchpoint",
            "sentiment",
            "severity",
            "feedback_id",
        ),
        Index("ix_mention_pain_point", "workspace_id", "pain_point_id", "severity", "feedback_id"),
    )

    workspace_id: UUID = Field(primary_key=True)
    feedback_id: UUID = Field(primary_key=True)
    ordinal: int = Field(primary_key=True)
    start: int
    end: int
    sentiment: str
    score: float
    stage: str
    touchpoint: str
    emotion: str
    intent: str
    severity: int
    confidence: dict[str, float] = Field(sa_type=Json)
    candidates: dict[str, Any] = Field(sa_type=Json)
    stage_provenance: str
    touchpoint_provenance: str
    model_version: str
    replaced: dict[str, Any] | None = Field(default=None, sa_type=Json)
    pain_point_id: UUID | None = None
    replaced_pain_point_id: UUID | None = None
