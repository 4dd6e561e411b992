"""Customer references are stored as keyed hashes: HMAC-SHA256 with the workspace's salt."""

import hmac
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlmodel import select

from models.workspace import Workspace
from service.db import Database
from service.errors import NotFound

_salts: WeakKeyDictionary[Database, dict[UUID, str]] = WeakKeyDictionary()


def salt_of(database: Database, workspace_id: UUID) -> str:
    """The workspace's salt (hex), read once in a process: it never changes.

    Raises:
        NotFound: there is no such workspace.
    """
    known = _salts.setdefault(database, {})
    if workspace_id not in known:
        with database.read() as session:
            salt = session.exec(select(Workspace.salt).where(Workspace.id == workspace_id)).first()
        if salt is None:
            raise NotFound
        known[workspace_id] = salt
    return known[workspace_id]


def customer_ref(salt: str, customer: str) -> str:
    """The stored form (64 hex digits) of a customer reference as sent."""
    return hmac.digest(salt.encode(), customer.encode(), "sha256").hex()
