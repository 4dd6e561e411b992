"""Probes learned from a workspace, and how far they have been applied to stored mentions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from models.types import Json, UtcDateTime


class LearnedProbe(SQLModel, table=True):
    """A probe on the embedding of one model: float32 ``weights``, the intercept last.

    ``journey_version`` is the journey definition whose examples it was fitted to, -1 for the
    workspace's corrections; ``axis`` is stage, touchpoint or sentiment, ``label`` a key of the
    definition, or a native label. ``estimate`` is how it did on left-out examples.
    """

    __tablename__ = "learned_probe"

    workspace_id: UUID = Field(foreign_key="workspace.id", primary_key=True)
    journey_version: int = Field(primary_key=True)
    model_version: str = Field(primary_key=True)
    axis: str = Field(primary_key=True)
    label: str = Field(primary_key=True)
    weights: bytes = Field(sa_type=LargeBinary)
    estimate: dict[str, Any] = Field(sa_type=Json)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Learning(SQLModel, table=True):
    """The state of a workspace that has probes. ``stamp`` grows with every change of them.

    ``reached`` and ``finished`` say how far stored feedback has been relabelled, in the order of
    its ids. ``adjusts`` is the owner's switch for applying what was learned from corrections;
    ``report`` is the result of the latest trial of it.
    """

    workspace_id: UUID = Field(foreign_key="workspace.id", primary_key=True)
    stamp: int = 1
    reached: UUID | None = None
    finished: bool = False
    adjusts: bool = True
    report: dict[str, Any] | None = Field(default=None, sa_type=Json)
