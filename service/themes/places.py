"""Places: a native cell and a sentiment, each with pain points (or wins) of its own.

A place's row of ``theme_refresh`` is the lock on its pain points, and its ``refreshed_at``
identifies their state: whoever changes one calls ``stamp``.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, select, update
from sqlmodel import Session

from models.pain_point import PAIN, WIN
from models.tables import THEME_REFRESH
from nlp.labels import UNASSIGNED
from service import clock
from service.db import insert_into
from service.journey.native import native_of

ROW: Final = THEME_REFRESH.c


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


class Arrived(NamedTuple):
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


def at(table: Table, place: Place) -> ColumnElement[bool]:
    """Whether a row of ``table`` is of ``place``."""
    return and_(*(table.c[name] == value for name, value in place._asdict().items()))


def hold_and_count(
    session: Session, arrived: Mapping[Place, Arrived]
) -> dict[Place, datetime | None]:
    """Hold places, in order, and add to their counts of mentions that have arrived.

    Returns:
        The stamp of each place.
    """
    if not arrived:
        return {}
    rows = [place._asdict() | arrived[place]._asdict() for place in sorted(arrived)]
    insert = insert_into(session, THEME_REFRESH)
    counting = insert.on_conflict_do_update(
        index_elements=list(THEME_REFRESH.primary_key),
        set_={name: ROW[name] + insert.excluded[name] for name in Arrived._fields},
    ).returning(*(ROW[name] for name in Place._fields), ROW.refreshed_at)
    return {Place(*key): stamp for *key, stamp in session.execute(counting, rows)}


def hold(session: Session, *places: Place) -> None:
    """Keep others from changing pain points of ``places`` until the transaction ends.

    Whoever holds several holds them all at once, or in their order.
    """
    hold_and_count(session, dict.fromkeys(places, Arrived()))


def stamp(session: Session, place: Place, **changes: Any) -> None:
    """Record that pain points of a held place have changed; no two states have the same stamp."""
    before = session.scalar(select(ROW.refreshed_at).where(at(THEME_REFRESH, place)))
    now = clock.now()
    after = max(now, before + timedelta(microseconds=1)) if before else now
    session.execute(
        update(THEME_REFRESH).where(at(THEME_REFRESH, place)).values(refreshed_at=after, **changes)
    )
