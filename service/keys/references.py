"""How references to feedback are stored: a source, and an external id.

A reference in which redaction finds no person is stored unchanged, and so is one of digits only: it
is the sender's own number, even if it looks like a phone number. References that differ as sent
differ as stored. They are always checked in the same way, whatever the language of the item.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlmodel import Session

from service.keys.pseudonyms import pseudonym, salt_in
from service.redaction.phones import UNKNOWN_LANGUAGE
from service.redaction.text import redact

DIGITS_OF_SOURCE: Final = 8


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
