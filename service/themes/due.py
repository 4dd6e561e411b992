"""Which places are to be looked through, and the lease of the worker that does it."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import case, false, or_, select, update
from sqlmodel import Session

from models.feedback import PENDING
from service.current_analysis import is_current
from service.themes.members import FEEDBACK
from service.themes.places import REFRESH, ROW, Place, at, stamp
from service.themes.space import Space

LEAST_LOOSE: Final = 5
"""Mentions without a theme that make it worth looking."""
PROPORTION: Final = 20
"""Where there are many mentions already, a twentieth of them must be new."""
LEASE: Final = timedelta(seconds=30)
UNFINISHED: Final = ""
"""No model's version: the place is due for the model that has the last word, and for no other."""


class Due(NamedTuple):
    """A place with ``loose`` mentions since it was looked through; ``anew`` if its themes must be
    worked over whatever has come: by another model, or because a title was taken away or a theme
    has come with which not everything loose has been compared."""

    place: Place
    loose: int
    anew: bool

    def worthwhile(self, size: int) -> bool:
        """Whether to look now, at a place where ``size`` mentions have themes."""
        return self.anew or self.loose >= max(LEAST_LOOSE, size // PROPORTION)


class Followed(NamedTuple):
    """The first ``marks`` of a place have been followed by a worker whose model is ``version``."""

    marks: int
    version: str


class Marks(NamedTuple):
    """The marks of a place at a time; ``stand`` if some are still to be followed, because of them
    or of another model."""

    so_far: Followed
    stand: bool


def due(session: Session, space: Space, now: datetime) -> list[Due]:
    """What might be looked through by a worker whose model is that of ``space``, in all workspaces.

    Not all over for it, if a worker with another one has started since.
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


def is_busy(session: Session) -> bool:
    """Whether feedback waits for its analysis."""
    pending = select(FEEDBACK.c.id).where(FEEDBACK.c.state == PENDING).limit(1)
    return session.execute(pending).first() is not None


def claim(session: Session, place: Place, now: datetime) -> int | None:
    """Take the lease on a place: how many mentions are loose there; None if another has it."""
    free = or_(ROW.claimed_until.is_(None), ROW.claimed_until <= now)
    taken = update(REFRESH).where(at(REFRESH, place), free).values(claimed_until=now + LEASE)
    loose: int | None = session.scalar(taken.returning(ROW.loose))
    return loose


def renew(session: Session, place: Place, now: datetime) -> None:
    """Prolong the lease."""
    session.execute(update(REFRESH).where(at(REFRESH, place)).values(claimed_until=now + LEASE))


def finish(session: Session, place: Place, seen: int, followed: Followed | None) -> None:
    """Give the lease back; ``seen`` of the loose mentions have been looked at.

    A mark that has come since those that were ``followed`` stays. If that is None, the model that
    has the last word is to go on.
    """
    left = case((ROW.loose > seen, ROW.loose - seen), else_=0)
    version = case((ROW.marks == followed.marks, followed.version)) if followed else UNFINISHED
    stamp(session, place, claimed_until=None, loose=left, model_version=version)


def marks_of(session: Session, place: Place, version: str) -> Marks:
    """What is to be followed at a place by a worker whose model is ``version``."""
    found = select(ROW.marks, ROW.model_version).where(at(REFRESH, place))
    count, known = session.execute(found).one()
    return Marks(Followed(count, version), known != version)


def mark(session: Session, place: Place) -> None:
    """Have a held place worked over soon, whatever comes."""
    stamp(session, place, model_version=None, marks=ROW.marks + 1)
