"""Which places need a refresh, and the lease of the worker that does it."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import case, false, or_, select, update
from sqlmodel import Session

from models.feedback import PENDING
from models.tables import FEEDBACK, REFRESH
from nlp.themes.space import Space
from service.current_analysis import is_current
from service.themes.places import ROW, Place, at, stamp

LEAST_LOOSE: Final = 5
"""Loose mentions that make a refresh worthwhile."""
PROPORTION: Final = 20
"""Where there are many mentions already, a twentieth of them must be new."""
LEASE: Final = timedelta(seconds=30)
UNFINISHED: Final = ""
"""Not a model's version: the place is due for a worker with the current model, and for no other."""


class Due(NamedTuple):
    """A place with ``loose`` mentions that have come since its last refresh.

    ``anew``: it needs a refresh regardless of their number, since there is another model, a title
    was removed, or not every loose mention has been compared with a new theme.
    """

    place: Place
    loose: int
    anew: bool

    def worthwhile(self, size: int) -> bool:
        """Whether a refresh is worthwhile at a place where ``size`` mentions have themes."""
        return self.anew or self.loose >= max(LEAST_LOOSE, size // PROPORTION)


class Followed(NamedTuple):
    """A worker with model ``version`` has done what the first ``marks`` of a place ask for."""

    marks: int
    version: str


class Marks(NamedTuple):
    """The marks of a place at a time; ``open`` if some are still to be followed, or because the
    model is another one.
    """

    so_far: Followed
    open: bool


def due(session: Session, space: Space, now: datetime) -> list[Due]:
    """The places that may need a refresh by a worker with the model of ``space``.

    They are of all workspaces. A worker whose model is no longer the current one does not redo
    themes only because they are from another model.
    """
    other = ROW.model_version != space.name if is_current(session, space.version) else false()
    anew = ROW.refreshed_at.is_not(None) & (ROW.model_version.is_(None) | other)
    free = or_(ROW.claimed_until.is_(None), ROW.claimed_until <= now)
    found = (
        select(*(ROW[name] for name in Place._fields), ROW.loose, anew)
        .where(free, or_(ROW.loose >= LEAST_LOOSE, anew))
        .order_by(ROW.loose.desc())
    )
    return [Due(Place(*key), loose, bool(anew)) for *key, loose, anew in session.execute(found)]


def has_pending(session: Session, workspace_id: UUID | None = None) -> bool:
    """Whether feedback of a workspace (None: of any) is pending."""
    pending = select(FEEDBACK.c.id).where(FEEDBACK.c.state == PENDING)
    if workspace_id is not None:
        pending = pending.where(FEEDBACK.c.workspace_id == workspace_id)
    return session.execute(pending.limit(1)).first() is not None


def claim(session: Session, place: Place, now: datetime) -> int | None:
    """Take the lease on a place.

    Returns:
        How many loose mentions are counted there; None if another worker has the lease.
    """
    free = or_(ROW.claimed_until.is_(None), ROW.claimed_until <= now)
    taken = update(REFRESH).where(at(REFRESH, place), free).values(claimed_until=now + LEASE)
    loose: int | None = session.scalar(taken.returning(ROW.loose))
    return loose


def renew(session: Session, place: Place, now: datetime) -> None:
    """Extend the lease."""
    session.execute(update(REFRESH).where(at(REFRESH, place)).values(claimed_until=now + LEASE))


def release(session: Session, place: Place, seen: int, followed: Followed | None) -> None:
    """Give the lease back.

    ``seen`` is the number of loose mentions counted when it was taken: those that came since stay
    counted. ``followed`` are the marks that have been dealt with; later ones stay. If it is None,
    the refresh is incomplete, and a worker with the current model continues it.
    """
    left = case((ROW.loose > seen, ROW.loose - seen), else_=0)
    version = case((ROW.marks == followed.marks, followed.version)) if followed else UNFINISHED
    stamp(session, place, claimed_until=None, loose=left, model_version=version)


def marks_of(session: Session, place: Place, version: str) -> Marks:
    """The marks of a place, as a worker whose model is ``version`` sees them."""
    found = select(ROW.marks, ROW.model_version).where(at(REFRESH, place))
    count, known = session.execute(found).one()
    return Marks(Followed(count, version), known != version)


def mark(session: Session, place: Place) -> None:
    """Request an early refresh of a held place, however few mentions come."""
    stamp(session, place, model_version=None, marks=ROW.marks + 1)
