"""What a refresh writes: one transaction per step, each of which checks again what it changes.

A refresh decides on the basis of earlier reads, without a lock. By the time it writes, mentions may
be gone or have another theme, and themes may have been merged or changed by people. Each step locks
what it changes and skips what no longer fits.
"""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from sqlmodel import Session

from nlp.themes.space import Space
from service import clock
from service.db import Database
from service.themes import leases
from service.themes.finding import MIN_ITEMS, MIN_MENTIONS
from service.themes.leases import HandledMarks
from service.themes.moving import MOVE_BATCH, lock_items, move_mentions
from service.themes.places import ArrivalCounts, Place, lock_places
from service.themes.queries import Key, keys_of
from service.themes.rows import (
    add_theme,
    is_used,
    merge_rows,
    remove_empty,
    reopen_if_resolved_before,
    surviving_theme,
    themes_at,
)


class TooFew(Exception):
    """Too few of the mentions still exist for a new theme."""


def move(
    session: Session, place: Place, keys: Sequence[Key], source: UUID | None, target: UUID
) -> int:
    """Move mentions from the theme ``source`` (None: without a theme) to ``target``.

    If ``target`` has been merged meanwhile, they go to the theme that it was merged into.

    Returns:
        How many have been moved; 0 if the target is gone.
    """
    items = lock_items(session, place.workspace_id, {key.feedback_id for key in keys})
    lock_places(session, place)
    theme = surviving_theme(session, place.workspace_id, target)
    if theme is None or theme.id == source:
        return 0
    moved = move_mentions(session, items, keys, place, source, theme.id)
    if moved:
        reopen_if_resolved_before(session, place, theme, max(said for _, said in moved))
    leases.renew(session, place, clock.now())
    return len(moved)


def move_all(database: Database, place: Place, source: UUID, target: UUID) -> None:
    """Move every mention of a merged theme, a few per transaction."""
    while True:
        with database.read() as session:
            keys = keys_of(session, place.workspace_id, [source], MOVE_BATCH)
        step = partial(move, place=place, keys=keys, source=source, target=target)
        if not keys or not database.transact(step):
            return


def create(
    session: Session, space: Space, place: Place, keys: Sequence[Key], centroid: bytes
) -> UUID:
    """Make a new theme of mentions that have none.

    Raises:
        TooFew: too many of them are gone or have another theme by now.
    """
    items = lock_items(session, place.workspace_id, {key.feedback_id for key in keys})
    lock_places(session, place)
    theme = add_theme(session, space, place, centroid)
    moved = [key for key, _ in move_mentions(session, items, keys, place, None, theme.id)]
    if len(moved) < MIN_MENTIONS or len({key.feedback_id for key in moved}) < MIN_ITEMS:
        raise TooFew
    leases.renew(session, place, clock.now())
    return theme.id


def merge(session: Session, place: Place, theme: UUID, into: UUID) -> bool:
    """Merge ``theme`` into another, unless people have shaped one of them, or use it, meanwhile.

    Its mentions are still to be moved.

    Returns:
        Whether it was merged.
    """
    lock_places(session, place)
    rows = {row.id: row for row in themes_at(session, place)}
    younger, older = rows.get(theme), rows.get(into)
    if younger is None or older is None or older.shaped or younger.shaped or is_used(younger):
        return False
    merge_rows(session, place, younger, older)
    return True


def finish(
    session: Session, place: Place, counted: ArrivalCounts, handled: HandledMarks | None
) -> None:
    """Remove empty themes and give the lease back; see ``leases.release`` for the arguments.

    Nothing is removed while feedback is pending: its mentions may belong there.
    """
    lock_places(session, place)
    if not leases.has_pending(session, place.workspace_id):
        remove_empty(session, place, [row.id for row in themes_at(session, place)])
    leases.release(session, place, counted, handled)
