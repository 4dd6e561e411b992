"""Sessions of people who signed in to the dashboard with a key: a cookie's secret stands for the
key.

A session is looked up at every request together with its key, so it ends at once when the key is
revoked or expires, when its time is over, or when its owner signs out. Only the SHA-256 of the
secret is stored; with 256 random bits it needs no slow hash.
"""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models.api_key import ApiKey
from models.web_session import WebSession
from models.workspace import Workspace
from service.clock import now
from service.errors import Forbidden
from service.keys import queries
from service.keys.auth import MANAGE
from service.keys.caller import Caller
from service.keys.tokens import hash_of

LASTS: Final = timedelta(hours=12)
SECRET_BYTES: Final = 32
READS: Final = frozenset({"read", MANAGE})
"""Scopes that grant access to the dashboard."""


class KeyCannotRead(Forbidden):
    """This key can't read, so there is nothing to show; use a key with the scope 'read'."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in: the caller of their key, and the name of their workspace."""

    caller: Caller
    workspace: str


def sign_in(session: Session, caller: Caller) -> str:
    """A new session for the key of ``caller``, and its secret; deletes expired sessions.

    Raises:
        KeyCannotRead: the key has neither the scope read nor manage.
    """
    if READS.isdisjoint(caller.scopes):
        raise KeyCannotRead
    moment, secret = now(), token_urlsafe(SECRET_BYTES)
    ends = [at for at in (moment + LASTS, caller.expires_at) if at is not None]
    session.execute(delete(WebSession).where(col(WebSession.expires_at) <= moment))
    session.add(
        WebSession(
            workspace_id=caller.workspace_id,
            hash=hash_of(secret),
            key_id=caller.key_id,
            created_at=moment,
            expires_at=min(ends),
        )
    )
    return secret


def visitor_with(session: Session, secret: str) -> Visitor | None:
    """The visitor of the cookie's secret; None if it is unknown or expired, or its key is not
    valid.
    """
    moment = now()
    statement = (
        select(ApiKey, Workspace)
        .where(WebSession.hash == hash_of(secret), col(WebSession.expires_at) > moment)
        .where(ApiKey.workspace_id == WebSession.workspace_id, ApiKey.id == WebSession.key_id)
        .where(queries.is_live(moment))
        .where(Workspace.id == WebSession.workspace_id)
    )
    found = session.exec(statement).first()
    if found is None:
        return None
    key, workspace = found
    return Visitor(Caller.of(key), workspace.name)


def sign_out(session: Session, secret: str) -> None:
    """End the session with this secret; an unknown one is not an error."""
    session.execute(delete(WebSession).where(col(WebSession.hash) == hash_of(secret)))
