"""Reading and writing keys and workspaces.

Only ``by_hash`` and ``live_origins`` look across workspaces: without a key, the workspace is not
known yet.
"""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast
from sqlmodel import Session, and_, col, or_, select

from models.api_key import ApiKey
from models.types import new_id
from models.workspace import Workspace
from service.clock import now
from service.db import insert_into


def by_hash(session: Session, hash_: str) -> ApiKey | None:
    """The key whose secret has this hash; the time this takes reveals nothing about the secret."""
    return session.exec(select(ApiKey).where(ApiKey.hash == hash_)).first()


def live_origins(session: Session, at: datetime) -> frozenset[str]:
    """Every origin listed by a key that is neither revoked nor expired."""
    statement = select(ApiKey.origins).where(
        is_live(at),
        cast(col(ApiKey.origins), String) != "[]",
    )
    return frozenset(origin for origins in session.exec(statement) for origin in origins)


def by_id(session: Session, workspace_id: UUID, key_id: UUID) -> ApiKey | None:
    """A key of this workspace."""
    statement = select(ApiKey).where(ApiKey.workspace_id == workspace_id, ApiKey.id == key_id)
    return session.exec(statement).first()


def page(
    session: Session, workspace_id: UUID, after: UUID | None, limit: int | None
) -> Sequence[ApiKey]:
    """The keys of this workspace with ids after ``after``, oldest first, at most ``limit``."""
    statement = select(ApiKey).where(ApiKey.workspace_id == workspace_id)
    if after is not None:
        statement = statement.where(ApiKey.id > after)
    return session.exec(statement.order_by(col(ApiKey.id)).limit(limit)).all()


def workspace_named(session: Session, name: str) -> Workspace | None:
    """The workspace of this name."""
    return session.exec(select(Workspace).where(Workspace.name == name)).first()


def workspaces(session: Session) -> Sequence[Workspace]:
    """Every workspace, by name."""
    return session.exec(select(Workspace).order_by(col(Workspace.name))).all()


def ensure_workspace(session: Session, name: str) -> Workspace:
    """The workspace of this name, created if new, locked until the transaction ends.

    Rows that refer to it can be stored meanwhile.
    """
    new = {"id": new_id(), "name": name, "salt": token_hex(32), "created_at": now()}
    session.execute(insert_into(session, Workspace).values(new).on_conflict_do_nothing())
    row = select(Workspace).where(Workspace.name == name)
    return session.exec(row.with_for_update(key_share=True)).one()


def live_managers(session: Session, workspace_id: UUID, at: datetime) -> list[ApiKey]:
    """The keys of this workspace with the scope manage that are neither revoked nor expired."""
    statement = select(ApiKey).where(ApiKey.workspace_id == workspace_id, is_live(at))
    return [key for key in session.exec(statement) if "manage" in key.scopes]


def is_live(at: datetime) -> ColumnElement[bool]:
    """Whether a key is neither revoked nor expired at that time."""
    return and_(
        col(ApiKey.revoked_at).is_(None),
        or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > at),
    )
