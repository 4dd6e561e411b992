"""References that may identify a person are stored as keyed hashes: HMAC-SHA256 with the
workspace's salt.
"""

import hmac
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlmodel import Session, select

from models.workspace import Workspace
from service.db import Database
from service.errors import NotFound

_salts: WeakKeyDictionary[Database, dict[UUID, str]] = WeakKeyDictionary()


def salt_of(database: Database, workspace_id: UUID) -> str:
    """The workspace's salt (hex), read once per process: it never changes.

    Raises:
        NotFound: there is no such workspace.
    """
    known = _salts.setdefault(database, {})
    if workspace_id not in known:
        with database.read() as session:
            known[workspace_id] = salt_in(session, workspace_id)
    return known[workspace_id]


def salt_in(session: Session, workspace_id: UUID) -> str:
    """The same, read in ``session``.

    Raises:
        NotFound: there is no such workspace.
    """
    salt = session.exec(select(Workspace.salt).where(Workspace.id == workspace_id)).first()
    if salt is None:
        raise NotFound
    return salt


def pseudonym(salt: str, reference: str) -> str:
    """The stored form (64 hex digits) of a reference as sent."""
    return hmac.digest(salt.encode(), reference.encode(), "sha256").hex()
