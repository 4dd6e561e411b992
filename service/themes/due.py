"""Which places need a refresh, or only have themes that have grown; and the worker's lease."""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, case, false, or_, select, update
from sqlmodel import Session

from models.feedback import PENDING
from models.tables import FEEDBACK, THEME_REFRESH
from nlp.themes.space import Space
from service.current_analysis import is_current
from service.themes.places import ROW, Arrived, Place, at, stamp

LEAST_LOOSE: Final = 5
"""Loose mentions that make a refresh worthwhile."""
PROPORTION: Final = 20
"""Where there are many mentions already, a twentieth of them must be new."""
LEAST_JOINED: Final = 5
"""Mentions that have to join themes of a place before these are described, however small."""
LEASE: Final = timedelta(seconds=30)
UNFINISHED: Final = ""
"""Not a model's version: the place is due for a worker with the current model, and for no other."""


class Seen(NamedTuple):
    """What a worker saw of the themes of a place when it last described those that had grown.

    ``size`` mentions had themes; when ``room`` more have joined, one of these themes may have grown
    enough to be described again, but not before.
    """

    size: int = 0
    room: int = 0


class Due(NamedTuple):
    """A place where mentions have ``arrived`` that no refresh or description has seen.

    ``anew``: it needs a refresh regardless of their number, since there is another model, a title
    was removed, or not every loose mention has been compared with a new theme.
    """

    place: Place
    arrived: Arrived
    anew: bool

    def worthwhile(self, seen: Seen) -> bool:
        """Whether a refresh is worthwhile."""
        return self.anew or self.arrived.loose >= max(LEAST_LOOSE, seen.size // PROPORTION)

    def grown(self, seen: Seen) -> bool:
        """Whether one of its themes may have grown enough to be described again."""
        return self.arrived.joined >= max(LEAST_JOINED, seen.room)


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
    """The places that may need a worker with the model of ``space``.

    They are of all workspaces. A worker whose model is no longer the current one does not redo
    themes only because they are from another model.
    """
    other = ROW.model_version != space.name if is_current(session, space.version) else false()
    anew = ROW.refreshed_at.is_not(None) & (ROW.model_version.is_(None) | other)
    free = or_(ROW.claimed_until.is_(None), ROW.claimed_until <= now)
    found = (
        select(*(ROW[name] for name in Place._fields), ROW.loose, ROW.joined, anew)
        .where(free, or_(ROW.loose >= LEAST_LOOSE, ROW.joined >= LEAST_JOINED, anew))
        .order_by(ROW.loose.desc(), ROW.joined.desc())
    )
    return [
        Due(Place(*key), Arrived(loose, joined), bool(anew))
        for *key, loose, joined, anew in session.execute(found)
    ]


def has_pending(session: Session, workspace_id: UUID | None = None) -> bool:
    """Whether feedback of a workspace (None: of any) is pending."""
    pending = select(FEEDBACK.c.id).where(FEEDBACK.c.state == PENDING)
    if workspace_id is not None:
        pending = pending.where(FEEDBACK.c.workspace_id == workspace_id)
    return session.execute(pending.limit(1)).first() is not None


def claim(session: Session, place: Place, now: datetime) -> Arrived | None:
    """Take the lease on a place.

    Returns:
        How many mentions are counted there; None if another worker has the lease.
    """
    free = or_(ROW.claimed_until.is_(None), ROW.claimed_until <= now)
    taken = (
        update(THEME_REFRESH)
        .where(at(THEME_REFRESH, place), free)
        .values(claimed_until=now + LEASE)
    )
    counted = session.execute(taken.returning(ROW.loose, ROW.joined)).first()
    return Arrived(*counted) if counted else None


def renew(session: Session, place: Place, now: datetime) -> None:
    """Extend the lease."""
    session.execute(
        update(THEME_REFRESH).where(at(THEME_REFRESH, place)).values(claimed_until=now + LEASE)
    )


def release(session: Session, place: Place, counted: Arrived, followed: Followed | None) -> None:
    """Give the lease back after a refresh.

    ``counted`` are the mentions counted when it was taken: those that came since stay counted.
    ``followed`` are the marks that have been dealt with; later ones stay. If it is None, the
    refresh is incomplete, and a worker with the current model continues it.
    """
    version = case((ROW.marks == followed.marks, followed.version)) if followed else UNFINISHED
    stamp(session, place, **_released(counted), model_version=version)


def release_described(session: Session, place: Place, counted: Arrived) -> None:
    """Give the lease back when only themes that had grown were described.

    Loose mentions stay counted, and marks stay.
    """
    values = _released(Arrived(joined=counted.joined))
    session.execute(update(THEME_REFRESH).where(at(THEME_REFRESH, place)).values(values))


def _released(counted: Arrived) -> dict[str, Any]:
    return {
        "claimed_until": None,
        "loose": _left(ROW.loose, counted.loose),
        "joined": _left(ROW.joined, counted.joined),
    }


def _left(count: ColumnElement[int], counted: int) -> ColumnElement[int]:
    return case((count > counted, count - counted), else_=0)


def marks_of(session: Session, place: Place, version: str) -> Marks:
    """The marks of a place, as a worker whose model is ``version`` sees them."""
    found = select(ROW.marks, ROW.model_version).where(at(THEME_REFRESH, place))
    count, known = session.execute(found).one()
    return Marks(Followed(count, version), known != version)


def mark(session: Session, place: Place) -> None:
    """Request an early refresh of a held place, however few mentions come."""
    stamp(session, place, model_version=None, marks=ROW.marks + 1)
