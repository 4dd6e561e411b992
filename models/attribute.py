"""Attributes of feedback that a workspace has declared, so that their values are rolled up."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

BUILDING = "building"
READY = "ready"


class DeclaredAttribute(SQLModel, table=True):
    """A declared attribute, and the progress of its roll-ups.

    While they are ``building``, they contain exactly the feedback up to the id ``counted_to``, none
    if that is ``None``; once they are ``ready``, they contain all feedback.
    """

    __tablename__ = "declared_attribute"
    __table_args__ = (
        CheckConstraint("state IN ('building', 'ready')", name="ck_declared_attribute_state"),
    )

    workspace_id: UUID = Field(foreign_key="workspace.id", primary_key=True)
    name: str = Field(primary_key=True)
    state: str = BUILDING
    counted_to: UUID | None = None
