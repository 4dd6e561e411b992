"""How that is stored which tells feedback apart: a source, and an external id.

One in which redaction finds nobody is stored as it is, and so is a number in one piece: it is the
sender's own, however like a telephone's. What differs as sent differs as stored, and is looked at
alike always, whatever the language of the item.
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


@lru_cache(maxsize=256)  # asked twice of an item, and of numbers it takes time
def is_kept(reference: str) -> bool:
    """Whether it is stored as it is: it tells no person."""
    return reference.isdigit() or redact(reference, UNKNOWN_LANGUAGE) == reference


def masked(reference: str) -> str:
    """It without whom it tells of, to be shown where nothing has to be told apart."""
    return reference if is_kept(reference) else redact(reference, UNKNOWN_LANGUAGE)


def stored_id(salt: str, external_id: str) -> str:
    """An external id as it is stored: one that tells a person is a keyed hash."""
    return external_id if is_kept(external_id) else pseudonym(salt, external_id)


def stored_source(salt: str, source: str) -> str:
    """A source as it is stored: one that tells a person is redacted, and a part of its keyed hash
    tells it from others: ``[email]_5c1e09ab``.

    Behind an underscore digits are taken for no number: sent like that, it is kept.
    """
    if is_kept(source):
        return source
    told_apart = pseudonym(salt, source)[:DIGITS_OF_SOURCE]
    return f"{masked(source)}_{told_apart}"


def sources_in(session: Session, workspace_id: UUID, sources: Iterable[str]) -> list[str]:
    """What to look for in a workspace for these ``sources``: as sent, and as intake stores them."""
    wanted = list(sources)
    hidden = [source for source in wanted if not is_kept(source)]
    if hidden:
        salt = salt_in(session, workspace_id)
        wanted += [stored_source(salt, source) for source in hidden]
    return wanted
