"""Withdraws titles and keywords that quote mentions which have left their theme."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from models.pain_point import PainPoint
from models.tables import THEME
from service import clock
from service.themes.leases import mark
from service.themes.places import Place, lock_places
from service.themes.rows import UNTITLED, plain_title


class Quote(NamedTuple):
    """The text of a mention, which a theme may quote, and the ``place`` and ``theme`` it had."""

    place: Place | None
    theme: UUID | None
    text: str


def withdraw_quotes(
    session: Session, quotes: Iterable[Quote], next_places: Iterable[Place] = ()
) -> None:
    """Remove titles and keywords that quote mentions which have left their theme or will.

    The feedback of ``quotes`` is locked. A theme that loses its title is named after its place
    until the next refresh finds another. A title that a person gave stays; its keywords are
    removed.

    ``next_places`` are those that the caller will lock after this. They are locked here, so that
    all places are locked in one order and no two transactions wait for each other.
    """
    texts: dict[UUID, list[str]] = defaultdict(list)
    places: dict[UUID, Place] = {}
    for place, theme, text in quotes:
        if theme is not None and place is not None:
            texts[theme].append(_folded(text))
            places[theme] = place
    if not texts:
        return
    lock_places(session, *places.values(), *next_places)
    changed = {
        places[theme.id]
        for theme in _themes(session, places)
        if _withdraw(theme, places[theme.id], texts[theme.id])
    }
    session.flush()
    for place in sorted(changed):
        mark(session, place)


def _themes(session: Session, places: Mapping[UUID, Place]) -> Sequence[PainPoint]:
    workspaces = {place.workspace_id for place in places.values()}
    found = (
        select(PainPoint)
        .where(THEME.c.workspace_id.in_(workspaces), THEME.c.id.in_(list(places)))
        .execution_options(populate_existing=True)
    )
    return session.scalars(found).all()


def _withdraw(theme: PainPoint, place: Place, texts: Sequence[str]) -> bool:
    """Remove title and keywords if they quote one of ``texts``; returns whether they did.

    The first letter of a title is not compared. It was capitalised, and folding does not restore
    the same letter in every language: "ı" becomes "I", and that becomes "i".
    """
    quote = _folded(theme.title.removesuffix("…")[1:])
    if theme.titled_by is None and any(quote in text for text in texts):
        theme.title = plain_title(place)
    elif not any(_folded(keyword) in text for keyword in theme.keywords for text in texts):
        return False
    theme.keywords, theme.updated_at = UNTITLED, clock.now()
    return True


def _folded(text: str) -> str:
    """Only letters and digits: the words of a keyword may have been separated by other
    characters.
    """
    return "".join(filter(str.isalnum, text.casefold()))
