"""Places: a native cell and a sentiment, each with pain points (or wins) of its own.

A place's row of ``theme_refresh`` is the lock on its pain points, and its ``refreshed_at``
identifies their state: whoever changes one calls ``bump_stamp``.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, and_, select, update
from sqlmodel import Session

from models.pain_point import PAIN, WIN, PainPoint
from models.tables import THEME_REFRESH
from nlp.labels import UNASSIGNED
from service import clock
from service.db import insert_into
from service.journey.native import native_of


class Labelled(Protocol):
    """The columns that determine the place of a mention."""

    @property
    def stage(self) -> str: ...
    @property
    def touchpoint(self) -> str: ...
    @property
    def sentiment(self) -> str: ...


class Place(NamedTuple):
    """``stage`` and ``touchpoint`` are native, without learned labels."""

    workspace_id: UUID
    stage: str
    touchpoint: str
    sentiment: str


class ArrivalCounts(NamedTuple):
    """Mentions that have arrived at a place: those that are ``loose``, and those that have
    ``joined`` a theme.
    """

    loose: int = 0
    joined: int = 0


def place_of(workspace_id: UUID, labelled: Labelled) -> Place | None:
    """The place of a mention's theme; None for neutral mentions and those without a stage."""
    stage, touchpoint = native_of(labelled.stage), native_of(labelled.touchpoint)
    if labelled.sentiment not in (PAIN, WIN) or stage == touchpoint == UNASSIGNED:
        return None
    return Place(workspace_id, stage, touchpoint, labelled.sentiment)


def place_of_theme(theme: PainPoint | Row[Any]) -> Place:
    """The place of a theme's mentions."""
    return Place(theme.workspace_id, theme.stage, theme.touchpoint, theme.sentiment)


def is_at(table: Table, place: Place) -> ColumnElement[bool]:
    """Whether a row of ``table`` is of ``place``."""
    return and_(*(table.c[name] == value for name, value in place._asdict().items()))


def lock_and_count(
    session: Session, arrived: Mapping[Place, ArrivalCounts]
) -> dict[Place, datetime | None]:
    """Lock places, in order, and add to their counts of mentions that have arrived.

    Returns:
        The stamp of each place.
    """
    if not arrived:
        return {}
    rows = [place._asdict() | arrived[place]._asdict() for place in sorted(arrived)]
    insert = insert_into(session, THEME_REFRESH)
    counting = insert.on_conflict_do_update(
        index_elements=list(THEME_REFRESH.primary_key),
        set_={
            name: THEME_REFRESH.c[name] + insert.excluded[name] for name in ArrivalCounts._fields
        },
    ).returning(*(THEME_REFRESH.c[name] for name in Place._fields), THEME_REFRESH.c.refreshed_at)
    return {Place(*key): stamp for *key, stamp in session.execute(counting, rows)}


def lock_places(session: Session, *places: Place) -> None:
    """Keep others from changing pain points of ``places`` until the transaction ends.

    Whoever locks several locks them all at once, or in their order.
    """
    lock_and_count(session, dict.fromkeys(places, ArrivalCounts()))


def bump_stamp(session: Session, place: Place, **changes: Any) -> None:
    """Give a locked place a new stamp, as its pain points have changed; no two states share one."""
    before = session.scalar(select(THEME_REFRESH.c.refreshed_at).where(is_at(THEME_REFRESH, place)))
    now = clock.now()
    after = max(now, before + timedelta(microseconds=1)) if before else now
    session.execute(
        update(THEME_REFRESH)
        .where(is_at(THEME_REFRESH, place))
        .values(refreshed_at=after, **changes)
    )
