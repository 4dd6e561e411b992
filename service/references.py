"""How references to feedback and its customers are stored.

A customer reference is stored as a keyed hash: HMAC-SHA256 with the workspace's salt. A source or
an external id in which redaction finds no person is stored unchanged, and so is one of digits only:
it is the sender's own number, even if it looks like a phone number. References that differ as sent
differ as stored. They are always checked in the same way, whatever the language of the item.
"""

import hmac
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlmodel import Session, select

from models.workspace import Workspace
from service.db import Database
from service.errors import NotFound
from service.redaction.phones import UNKNOWN_LANGUAGE
from service.redaction.text import redact

DIGITS_OF_SOURCE: Final = 8

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


@lru_cache(maxsize=256)  # called twice per item, and slow for numbers
def is_anonymous(reference: str) -> bool:
    """Whether it is stored unchanged because it identifies no person."""
    return reference.isdigit() or redact(reference, UNKNOWN_LANGUAGE) == reference


def redacted_reference(reference: str) -> str:
    """The reference with persons redacted, for display where it need not be unique."""
    return reference if is_anonymous(reference) else redact(reference, UNKNOWN_LANGUAGE)


def stored_id(salt: str, external_id: str) -> str:
    """An external id as stored: one that identifies a person becomes a keyed hash."""
    return external_id if is_anonymous(external_id) else pseudonym(salt, external_id)


def stored_source(salt: str, source: str) -> str:
    """A source as stored: one that identifies a person is redacted, and a part of its keyed hash
    keeps it distinct: ``[email]_5c1e09ab``.

    Digits after an underscore are not taken for a number, so a source sent in this form is kept.
    """
    if is_anonymous(source):
        return source
    told_apart = pseudonym(salt, source)[:DIGITS_OF_SOURCE]
    return f"{redacted_reference(source)}_{told_apart}"


def sources_in(session: Session, workspace_id: UUID, sources: Iterable[str]) -> list[str]:
    """The forms of ``sources`` to look up in a workspace: as sent, and as intake stores them."""
    wanted = list(sources)
    hidden = [source for source in wanted if not is_anonymous(source)]
    if hidden:
        salt = salt_in(session, workspace_id)
        wanted += [stored_source(salt, source) for source in hidden]
    return wanted
