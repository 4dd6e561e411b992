"""One survey answer, review or ticket, as received, and the item-level reading of it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import Field, SQLModel

from models.types import Json, UtcDateTime, new_id

PENDING = "pending"
DONE = "done"
FAILED = "failed"


class Feedback(SQLModel, table=True):
    """A piece of feedback; its ``state`` and ``analysis_version`` are the work queue.

    ``content_hash`` (SHA-256, hex, of what was sent) distinguishes a changed item from a repeated
    one; ``revision`` grows with every change, so that the analysis of an older text is discarded.
    ``browser_key_id`` is the browser key that stored the item, if one did: a browser key can
    replace only its own items. ``claimed_until`` and ``claimed_by`` are a worker's lease;
    ``due_at`` delays a retry. Readings (``sentiment`` … ``candidates``) are in native labels, and
    ``None`` until the item is analysed. For an item without a mention, ``stage`` and ``touchpoint``
    are what its sender stated, and where roll-ups count it.
    """

    __table_args__ = (
        UniqueConstraint("workspace_id", "source", "external_id", name="uq_feedback_external"),
        CheckConstraint("kind IN ('survey', 'review', 'ticket')", name="ck_feedback_kind"),
        CheckConstraint("state IN ('pending', 'done', 'failed')", name="ck_feedback_state"),
        Index("ix_feedback_occurred", "workspace_id", "occurred_at", "id"),
        Index("ix_feedback_customer", "workspace_id", "customer_ref"),
        Index(
            "ix_feedback_pending",
            "state",  # constant here, but without it SQLite prefers to sort ix_feedback_version
            "received_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_feedback_sent_again",
            "workspace_id",
            "occurred_at",
            "id",
            sqlite_where=text("revision > 1"),
            postgresql_where=text("revision > 1"),
        ),
        Index(
            "ix_feedback_stated",
            "workspace_id",
            "occurred_at",
            "id",
            sqlite_where=text("stage_sent IS NOT NULL OR touchpoint_sent IS NOT NULL"),
            postgresql_where=text("stage_sent IS NOT NULL OR touchpoint_sent IS NOT NULL"),
        ),
        Index("ix_feedback_version", "state", "analysis_version", "occurred_at"),
        Index("ix_feedback_state", "workspace_id", "state"),
    )

    workspace_id: UUID = Field(foreign_key="workspace.id", primary_key=True)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str
    source: str
    external_id: str | None = None
    text: str = Field(sa_type=Text)
    subject: str | None = Field(default=None, sa_type=Text)
    question: str | None = Field(default=None, sa_type=Text)
    rating_value: float | None = None
    rating_min: float | None = None
    rating_max: float | None = None
    rating_scale: str | None = None
    rating_norm: float | None = None
    channel: str
    language: str
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    customer_ref: str | None = None
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    ticket_priority: str | None = None
    ticket_status: str | None = None
    stage_sent: str | None = None
    touchpoint_sent: str | None = None
    content_hash: str
    browser_key_id: UUID | None = None
    revision: int = 1

    state: str = PENDING
    attempts: int = 0
    error: str | None = Field(default=None, sa_type=Text)
    due_at: datetime = Field(sa_type=UtcDateTime)
    claimed_by: str | None = None
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)

    analysis_version: str | None = None
    analysed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    language_read: str | None = None
    sentiment: str | None = None
    score: float | None = None
    stage: str | None = None
    touchpoint: str | None = None
    emotion: str | None = None
    intent: str | None = None
    severity: int | None = None
    confidence: dict[str, float] | None = Field(default=None, sa_type=Json)
    candidates: dict[str, Any] | None = Field(default=None, sa_type=Json)


TEXT_COLUMNS: Final[tuple[InstrumentedAttribute[object], ...]] = tuple(
    getattr(Feedback, name) for name in ("text", "subject", "question")
)
"""The columns with most of a row's bytes; code that only counts or moves mentions skips them."""
