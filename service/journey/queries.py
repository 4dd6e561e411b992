"""Statements over the workspace's journey versions."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from models.journey import Journey
from models.workspace import Workspace


class Version(NamedTuple):
    """A stored version, without its definition."""

    number: int
    created_at: datetime


def latest_version(
    session: Session, workspace_id: UUID, at: datetime | None = None
) -> Version | None:
    """The version in effect now or at a given time; None if there was none yet."""
    statement = select(Journey.version, Journey.created_at).where(
        Journey.workspace_id == workspace_id
    )
    if at is not None:
        statement = statement.where(col(Journey.created_at) <= at)
    row = session.exec(statement.order_by(col(Journey.version).desc()).limit(1)).first()
    return None if row is None else Version(*row)


class Stored(NamedTuple):
    """A definition as JSON, and the learned labels known when it was stored, by axis."""

    definition: dict[str, Any]
    known: dict[str, list[str]] | None


def definition_of(session: Session, workspace_id: UUID, version: int) -> Stored:
    """One version that exists."""
    return Stored(
        *session.exec(
            select(Journey.definition, Journey.known).where(
                Journey.workspace_id == workspace_id, Journey.version == version
            )
        ).one()
    )


def lock_workspace(session: Session, workspace_id: UUID, *, share: bool = False) -> None:
    """Lock against others who change what a workspace teaches; with ``share``, readers may go on.

    Intake may go on: rows that refer to the workspace can be stored meanwhile.
    """
    row = select(Workspace.id).where(Workspace.id == workspace_id)
    session.exec(row.with_for_update(read=share, key_share=not share)).all()
