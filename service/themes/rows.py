"""Rows of pain points, changed while their place is locked."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select, update

from models.mention import Mention
from models.pain_point import OPEN, REOPENED, RESOLVED, PainPoint
from models.tables import MENTION, THEME
from models.types import new_id
from nlp.themes.space import Space
from service import clock
from service.themes.leases import mark
from service.themes.places import Place, bump_stamp, is_at, lock_places, place_of

UNTITLED: Final[list[str]] = []
"""The keywords of a theme whose title is still to be found."""
UNKNOWN_CENTROID: Final = {"centroid": b"", "model_version": ""}
"""A theme whose centroid is still to be found: it can't be compared with anything."""


def plain_title(place: Place) -> str:
    """A title that quotes nobody: "Mobile app at usage"."""
    words = f"{place.touchpoint} at {place.stage}".replace("_", " ")
    return words[:1].upper() + words[1:]


def is_used(theme: PainPoint) -> bool:
    """Whether a person has named it, or given it an owner or a status."""
    return bool(theme.titled_by or theme.owner or theme.status != OPEN)


def themes_at(session: Session, place: Place) -> Sequence[PainPoint]:
    """The themes of a place that are not merged into others, the oldest first."""
    found = select(PainPoint).where(is_at(THEME, place), col(PainPoint.merged_into).is_(None))
    return session.exec(found.order_by(col(PainPoint.id))).all()


def comparable_at(session: Session, space: Space, place: Place) -> Sequence[PainPoint]:
    """Those of ``themes_at`` whose centroids are in ``space``."""
    return [row for row in themes_at(session, place) if row.model_version == space.name]


def merged_with_mentions(session: Session, place: Place) -> dict[UUID, UUID]:
    """The merged themes of a place that still have mentions, and what each was merged into."""
    found = select_columns(THEME.c.id, THEME.c.merged_into).where(
        is_at(THEME, place), THEME.c.merged_into.is_not(None), _has_mentions(place, THEME.c.id)
    )
    return {id: into for id, into in session.execute(found)}


def _has_mentions(place: Place, theme: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether any mention belongs to the theme whose id is in a column."""
    members = select_columns(MENTION.c.feedback_id).where(
        MENTION.c.workspace_id == place.workspace_id, MENTION.c.pain_point_id == theme
    )
    return members.exists()


def surviving_theme(session: Session, workspace_id: UUID, theme: UUID) -> PainPoint | None:
    """A theme, or the one that it was merged into, as stored by now; None if it is gone.

    One step is enough: ``merge_rows`` leaves no chain of merged themes.
    """
    row = session.get(PainPoint, (workspace_id, theme), populate_existing=True)
    if row is not None and row.merged_into is not None:
        return session.get(PainPoint, (workspace_id, row.merged_into), populate_existing=True)
    return row


def add_theme(session: Session, space: Space, place: Place, centroid: bytes) -> PainPoint:
    """Add a theme without mentions to a locked place; its title is still to be found.

    The place is marked as due, so that a refresh compares every loose mention with the new theme.
    """
    now = clock.now()
    theme = PainPoint(
        **place._asdict(),
        id=new_id(),
        title=plain_title(place),
        keywords=UNTITLED,
        centroid=centroid,
        model_version=space.name,
        created_at=now,
        updated_at=now,
    )
    session.add(theme)
    session.flush()
    mark(session, place)
    return theme


def merge_rows(session: Session, place: Place, theme: PainPoint, into: PainPoint) -> None:
    """Merge ``theme`` into another; its mentions are still to be moved.

    Its row stays, without title and keywords, as these may quote customers.
    """
    theme.merged_into, theme.title, theme.keywords = into.id, "", UNTITLED
    theme.updated_at = into.updated_at = clock.now()
    session.flush()
    before = update(PainPoint).where(is_at(THEME, place), col(PainPoint.merged_into) == theme.id)
    session.exec(before.values(merged_into=into.id))
    bump_stamp(session, place)


def reopen_if_resolved_before(
    session: Session, place: Place, theme: PainPoint, said: datetime
) -> None:
    """Reopen a theme that was resolved before ``said``; its place is locked."""
    if theme.status == RESOLVED and theme.resolved_at and said > theme.resolved_at:
        theme.status, theme.updated_at = REOPENED, clock.now()
        session.flush()
        bump_stamp(session, place)


def remove_empty(session: Session, place: Place, themes: Collection[UUID]) -> int:
    """Delete those of ``themes`` that nobody uses and no mention belongs to; the place is locked.

    The rows of themes merged into them are deleted, too. A theme stays while a theme that was
    merged into it has mentions: they are still to be moved to it.

    Returns:
        How many of ``themes`` were deleted.
    """
    awaited = set(merged_with_mentions(session, place).values())
    unused = (
        THEME.c.titled_by.is_(None),
        THEME.c.owner.is_(None),
        THEME.c.status == OPEN,
        THEME.c.shaped.is_(False),
        THEME.c.merged_into.is_(None),
    )
    empty = THEME.delete().where(
        is_at(THEME, place), THEME.c.id.in_(set(themes) - awaited), *unused
    )
    gone = session.scalars(
        empty.where(~_has_mentions(place, THEME.c.id)).returning(THEME.c.id)
    ).all()
    if gone:
        session.execute(THEME.delete().where(is_at(THEME, place), THEME.c.merged_into.in_(gone)))
        bump_stamp(session, place)
    return len(gone)


def remove_emptied(session: Session, workspace_id: UUID, gone: Iterable[Mention]) -> None:
    """Delete the themes that are empty now that the mentions ``gone`` have been deleted.

    Those that stay lose their centroids, which include the erased mentions.
    """
    themes: dict[Place, set[UUID]] = defaultdict(set)
    for mention in gone:
        place = place_of(workspace_id, mention)
        if mention.pain_point_id is not None and place is not None:
            themes[place].add(mention.pain_point_id)
    for place in sorted(themes):
        lock_places(session, place)
        remove_empty(session, place, themes[place])
        _forget_centroids(session, place, themes[place])


def _forget_centroids(session: Session, place: Place, themes: Collection[UUID]) -> None:
    """Let a refresh find the centroids of ``themes`` anew; the place is locked.

    Those of the themes merged into one are kept as long as it has a mention.
    """
    emptied = and_(THEME.c.merged_into.in_(themes), ~_has_mentions(place, THEME.c.merged_into))
    forget = THEME.update().where(is_at(THEME, place), or_(THEME.c.id.in_(themes), emptied))
    if session.scalars(forget.values(UNKNOWN_CENTROID).returning(THEME.c.id)).all():
        mark(session, place)
