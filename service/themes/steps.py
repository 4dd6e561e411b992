"""What a refresh writes: one transaction each, true to what is there by then."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from models.feedback import PENDING
from service import clock
from service.themes.due import Followed, finish, renew
from service.themes.finding import LEAST_ITEMS, LEAST_MENTIONS
from service.themes.members import FEEDBACK, Key, hand_over, hold_items
from service.themes.places import Place, hold
from service.themes.rows import (
    found,
    home_of,
    is_used,
    merge_rows,
    remove_empty,
    reopen_if_said_since,
    themes_at,
)
from service.themes.space import Space


class TooFew(Exception):
    """Too few of the mentions are still there to found a theme."""


def handed(
    session: Session, place: Place, keys: Sequence[Key], given: UUID | None, taken: UUID
) -> int:
    """Let mentions of ``given`` (None: of no theme) be of ``taken``, or of what that went into.

    Returns:
        How many changed hands; none if the theme is gone.
    """
    held = hold_items(session, place.workspace_id, {key.feedback_id for key in keys})
    hold(session, place)
    home = home_of(session, place, taken)
    if home is None or home.id == given:
        return 0
    moved = hand_over(session, held, keys, place, given, home.id)
    if moved:
        reopen_if_said_since(session, place, home, max(said for _, said in moved))
    renew(session, place, clock.now())
    return len(moved)


def founded(
    session: Session, space: Space, place: Place, keys: Sequence[Key], centroid: bytes
) -> UUID:
    """A new theme of these mentions, which belong to none.

    Raises:
        TooFew: some have gone meanwhile, or have found another.
    """
    held = hold_items(session, place.workspace_id, {key.feedback_id for key in keys})
    hold(session, place)
    theme = found(session, space, place, centroid)
    moved = [key for key, _ in hand_over(session, held, keys, place, None, theme.id)]
    if len(moved) < LEAST_MENTIONS or len({key.feedback_id for key in moved}) < LEAST_ITEMS:
        raise TooFew
    renew(session, place, clock.now())
    return theme.id


def merged(session: Session, place: Place, theme: UUID, into: UUID) -> bool:
    """Make ``theme`` a signpost to ``into``, unless a person has had a hand in it meanwhile."""
    hold(session, place)
    rows = {row.id: row for row in themes_at(session, place)}
    younger, older = rows.get(theme), rows.get(into)
    if younger is None or older is None or older.shaped or younger.shaped or is_used(younger):
        return False
    merge_rows(session, place, younger, older)
    return True


def ended(session: Session, place: Place, seen: int, followed: Followed | None) -> None:
    """Remove what is empty, as long as nothing is being read that may belong there, and finish."""
    hold(session, place)
    pending = select(FEEDBACK.c.id).where(
        FEEDBACK.c.workspace_id == place.workspace_id, FEEDBACK.c.state == PENDING
    )
    if session.execute(pending.limit(1)).first() is None:
        remove_empty(session, place, [row.id for row in themes_at(session, place)])
    finish(session, place, seen, followed)
