"""What a workspace has taught: probes, and how far stored mentions have been labelled by them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from models.types import Json, UtcDateTime


class LearnedProbe(SQLModel, table=True):
    """A probe on the embedding of one model: float32 ``weights``, the intercept last.

    ``journey_version`` is the definition whose examples it was taught by, -1 for the workspace's
    corrections; ``axis`` is stage, touchpoint or sentiment, ``label`` a key of the definition, or
    a native label. ``estimate`` is what left-out examples say of it.
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
    """A workspace that has taught something. ``stamp`` grows with every change of its probes.

    ``reached`` and ``finished`` say how far stored feedback was labelled anew, in the order of its
    ids. ``adjusts`` is the owner's switch for what is learned from corrections; ``report`` is the
    last comparison that was made of it.
    """

    workspace_id: UUID = Field(foreign_key="workspace.id", primary_key=True)
    stamp: int = 1
    reached: UUID | None = None
    finished: bool = False
    adjusts: bool = True
    report: dict[str, Any] | None = Field(default=None, sa_type=Json)
