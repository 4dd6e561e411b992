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
from service.themes.places import ArrivalCounts, Place, bump_stamp, is_at

MIN_LOOSE: Final = 5
"""Loose mentions that make a refresh worthwhile."""
PROPORTION: Final = 20
"""Where there are many mentions already, a twentieth of them must be new."""
MIN_JOINED: Final = 5
"""Mentions that have to join themes of a place before these are described, however small."""
LEASE: Final = timedelta(seconds=30)
UNFINISHED: Final = ""
"""Not a model's version: the place is due for a worker with the current model, and for no other."""


class ThemeGrowth(NamedTuple):
    """What a worker saw of the themes of a place when it last described those that had grown.

    ``size`` mentions had themes; when ``until_grown`` more have joined, one of these
    themes may have grown enough to be described again, but not before.
    """

    size: int = 0
    until_grown: int = 0


class DuePlace(NamedTuple):
    """A place where mentions have ``arrived`` that no refresh or description has seen.

    ``must_refresh``: it needs a refresh regardless of their number, since there is another model, a
    title was removed, or not every loose mention has been compared with a new theme.
    """

    place: Place
    arrived: ArrivalCounts
    must_refresh: bool

    def is_worth_refreshing(self, growth: ThemeGrowth) -> bool:
        """Whether a refresh is worthwhile."""
        return self.must_refresh or self.arrived.loose >= max(MIN_LOOSE, growth.size // PROPORTION)

    def may_have_grown(self, growth: ThemeGrowth) -> bool:
        """Whether one of its themes may have grown enough to be described again."""
        return self.arrived.joined >= max(MIN_JOINED, growth.until_grown)


class HandledMarks(NamedTuple):
    """A worker with model ``version`` has done what the first ``marks`` of a place ask for."""

    marks: int
    version: str


class Marks(NamedTuple):
    """The marks of a place at a time; ``open`` if some are still to be handled, or because the
    model is another one. ``so_far`` is to be recorded once they are handled.
    """

    so_far: HandledMarks
    open: bool


def due_places(session: Session, space: Space, now: datetime) -> list[DuePlace]:
    """The places that may need a worker with the model of ``space``.

    They are of all workspaces. A worker whose model is no longer the current one does not redo
    themes only because they are from another model.
    """
    other = (
        THEME_REFRESH.c.model_version != space.name
        if is_current(session, space.version)
        else false()
    )
    must_refresh = THEME_REFRESH.c.refreshed_at.is_not(None) & (
        THEME_REFRESH.c.model_version.is_(None) | other
    )
    free = or_(THEME_REFRESH.c.claimed_until.is_(None), THEME_REFRESH.c.claimed_until <= now)
    found = (
        select(
            *(THEME_REFRESH.c[name] for name in Place._fields),
            THEME_REFRESH.c.loose,
            THEME_REFRESH.c.joined,
            must_refresh,
        )
        .where(
            free,
            or_(
                THEME_REFRESH.c.loose >= MIN_LOOSE,
                THEME_REFRESH.c.joined >= MIN_JOINED,
                must_refresh,
            ),
        )
        .order_by(THEME_REFRESH.c.loose.desc(), THEME_REFRESH.c.joined.desc())
    )
    return [
        DuePlace(Place(*key), ArrivalCounts(loose, joined), bool(must_refresh))
        for *key, loose, joined, must_refresh in session.execute(found)
    ]


def has_pending(session: Session, workspace_id: UUID | None = None) -> bool:
    """Whether feedback of a workspace (None: of any) is pending."""
    pending = select(FEEDBACK.c.id).where(FEEDBACK.c.state == PENDING)
    if workspace_id is not None:
        pending = pending.where(FEEDBACK.c.workspace_id == workspace_id)
    return session.execute(pending.limit(1)).first() is not None


def claim(session: Session, place: Place, now: datetime) -> ArrivalCounts | None:
    """Take the lease on a place.

    Returns:
        How many mentions are counted there; None if another worker has the lease.
    """
    free = or_(THEME_REFRESH.c.claimed_until.is_(None), THEME_REFRESH.c.claimed_until <= now)
    taken = (
        update(THEME_REFRESH)
        .where(is_at(THEME_REFRESH, place), free)
        .values(claimed_until=now + LEASE)
    )
    counted = session.execute(
        taken.returning(THEME_REFRESH.c.loose, THEME_REFRESH.c.joined)
    ).first()
    return ArrivalCounts(*counted) if counted else None


def renew(session: Session, place: Place, now: datetime) -> None:
    """Extend the lease."""
    session.execute(
        update(THEME_REFRESH).where(is_at(THEME_REFRESH, place)).values(claimed_until=now + LEASE)
    )


def release(
    session: Session, place: Place, counted: ArrivalCounts, handled: HandledMarks | None
) -> None:
    """Give the lease back after a refresh.

    ``counted`` are the mentions counted when it was taken: those that came since stay counted.
    ``handled`` are the marks that have been dealt with; later ones stay. If it is None, the
    refresh is incomplete, and a worker with the current model continues it.
    """
    version = (
        case((THEME_REFRESH.c.marks == handled.marks, handled.version)) if handled else UNFINISHED
    )
    bump_stamp(session, place, **_released(counted), model_version=version)


def release_described(session: Session, place: Place, counted: ArrivalCounts) -> None:
    """Give the lease back when only themes that had grown were described.

    Loose mentions stay counted, and marks stay.
    """
    values = _released(ArrivalCounts(joined=counted.joined))
    session.execute(update(THEME_REFRESH).where(is_at(THEME_REFRESH, place)).values(values))


def _released(counted: ArrivalCounts) -> dict[str, Any]:
    return {
        "claimed_until": None,
        "loose": _left(THEME_REFRESH.c.loose, counted.loose),
        "joined": _left(THEME_REFRESH.c.joined, counted.joined),
    }


def _left(count: ColumnElement[int], counted: int) -> ColumnElement[int]:
    return case((count > counted, count - counted), else_=0)


def marks_of(session: Session, place: Place, version: str) -> Marks:
    """The marks of a place, as a worker whose model is ``version`` sees them."""
    found = select(THEME_REFRESH.c.marks, THEME_REFRESH.c.model_version).where(
        is_at(THEME_REFRESH, place)
    )
    count, known = session.execute(found).one()
    return Marks(HandledMarks(count, version), known != version)


def mark(session: Session, place: Place) -> None:
    """Request an early refresh of a locked place, however few mentions come."""
    bump_stamp(session, place, model_version=None, marks=THEME_REFRESH.c.marks + 1)
