"""Sums of themes, from ``rollup_pain`` or, where that can't tell, counted from their mentions.

Weights are read of all themes, to rank them; the rest only of those that are shown.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, distinct, func, select
from sqlmodel import Session

from models.feedback import DONE
from models.pain_point import WIN
from service.insights.filters import Selection
from service.insights.queries.evidence import of_themes
from service.insights.queries.expressions import utc_day
from service.insights.queries.recount import (
    FEEDBACK,
    MENTION,
    SAID_IN,
    SCALE,
    count_of,
    feedback_conditions,
    milli,
    rating_sums,
    scale_of,
)
from service.insights.queries.sums import rollup_conditions
from service.insights.queries.themes import THEME, theme_conditions
from service.insights.rollups import FELT, ROLLUP_PAIN
from service.insights.sums import ItemSums, MentionSums, RatingSums

ITEM_SUMS: Final = ("items", "value_milli", "high", "low")
COUNTED: Final = len(ITEM_SUMS)


class ThemeSums(NamedTuple):
    """What one theme adds up to; a theme's mentions are all of its sentiment."""

    mentions: MentionSums
    items: ItemSums


def weights(
    session: Session, selection: Selection, sentiment: str, only: UUID | None = None
) -> dict[UUID, ThemeSums]:
    """Mentions, severity and items of all themes of a sentiment that have any, or of one only."""
    statement = _rolled_weights(selection, sentiment)
    table = ROLLUP_PAIN
    if not selection.in_rollups:
        statement, table = _counted_weights(session, selection, sentiment), MENTION
    if only is not None:
        statement = statement.where(table.c.pain_point_id == only)
    return {
        theme: ThemeSums(
            _of_sentiment(sentiment, mentions=int(mentions), severity=int(severity)),
            ItemSums(int(items)),
        )
        for theme, mentions, severity, items in session.execute(statement)
    }


def full_sums(
    session: Session, selection: Selection, sentiment: str, themes: Collection[UUID]
) -> dict[UUID, ThemeSums]:
    """Everything about these themes of a sentiment; two statements."""
    if not themes:
        return {}
    if selection.in_rollups:
        mentions, items = _rolled_mentions(selection, themes), _rolled_items(selection, themes)
    else:
        mentions = _counted_mentions(session, selection, themes)
        items = _counted_items(session, selection, themes)
    touching = _items_by_theme(session.execute(items))
    return {
        theme: ThemeSums(_mention_sums(sentiment, sums), touching[theme])
        for theme, *sums in session.execute(mentions)
    }


def _rolled_weights(selection: Selection, sentiment: str) -> Select[Any]:
    table = ROLLUP_PAIN.c
    of_theme = and_(THEME.c.workspace_id == table.workspace_id, THEME.c.id == table.pain_point_id)
    return (
        select(
            table.pain_point_id, *(func.sum(table[n]) for n in ("mentions", "severity", "items"))
        )
        .select_from(THEME.join(ROLLUP_PAIN, of_theme))
        .where(*theme_conditions(selection, sentiment), *rollup_conditions(ROLLUP_PAIN, selection))
        .group_by(table.pain_point_id)
    )


def _counted_weights(session: Session, selection: Selection, sentiment: str) -> Select[Any]:
    table = MENTION.c
    themes = select(THEME.c.id).where(*theme_conditions(selection, sentiment))
    return (
        select(
            table.pain_point_id,
            func.count(),
            func.sum(table.severity),
            func.count(distinct(table.feedback_id)),
        )
        .select_from(MENTION.join(FEEDBACK, SAID_IN))
        .where(of_themes(selection, themes), *_read(session, selection))
        .group_by(table.pain_point_id)
    )


def _rolled_mentions(selection: Selection, themes: Collection[UUID]) -> Select[Any]:
    table = ROLLUP_PAIN.c
    sums = ("mentions", "score_milli", "severity", *FELT)
    return (
        select(
            table.pain_point_id,
            *(func.sum(table[name]) for name in sums),
            func.min(table.day),
            func.max(table.day),
        )
        .where(*rollup_conditions(ROLLUP_PAIN, selection), table.pain_point_id.in_(themes))
        .group_by(table.pain_point_id)
    )


def _rolled_items(selection: Selection, themes: Collection[UUID]) -> Select[Any]:
    table = ROLLUP_PAIN.c
    return (
        select(table.pain_point_id, table.scale, *(func.sum(table[name]) for name in ITEM_SUMS))
        .where(*rollup_conditions(ROLLUP_PAIN, selection), table.pain_point_id.in_(themes))
        .group_by(table.pain_point_id, table.scale)
    )


def _counted_mentions(
    session: Session, selection: Selection, themes: Collection[UUID]
) -> Select[Any]:
    table = MENTION.c
    day = utc_day(session, FEEDBACK.c.occurred_at)
    return (
        select(
            table.pain_point_id,
            func.count(),
            func.sum(milli(table.score)),
            func.sum(table.severity),
            *(count_of(table.emotion == emotion) for emotion in FELT),
            func.min(day),
            func.max(day),
        )
        .select_from(MENTION.join(FEEDBACK, SAID_IN))
        .where(of_themes(selection, themes), *_read(session, selection))
        .group_by(table.pain_point_id)
    )


def _counted_items(session: Session, selection: Selection, themes: Collection[UUID]) -> Select[Any]:
    """An item counts once in each theme, however many mentions of it are there."""
    table = MENTION.c
    scale = [FEEDBACK.c[name] for name in SCALE]
    items = (
        select(table.workspace_id, table.feedback_id, table.pain_point_id)
        .where(of_themes(selection, themes))
        .distinct()
        .subquery()
    )
    said_in = and_(
        FEEDBACK.c.workspace_id == items.c.workspace_id, FEEDBACK.c.id == items.c.feedback_id
    )
    return (
        select(items.c.pain_point_id, *scale, *rating_sums())
        .select_from(items.join(FEEDBACK, said_in))
        .where(*_read(session, selection))
        .group_by(items.c.pain_point_id, *scale)
    )


def _read(session: Session, selection: Selection) -> list[ColumnElement[bool]]:
    return [FEEDBACK.c.state == DONE, *feedback_conditions(session, selection)]


def _items_by_theme(rows: Iterable[Row[Any]]) -> dict[UUID, ItemSums]:
    found: dict[UUID, ItemSums] = defaultdict(ItemSums)
    for row in rows:
        theme, *scale = row[:-COUNTED]
        name = scale[0] if len(scale) == 1 else scale_of(*scale)
        rating = RatingSums(*map(int, row[-COUNTED:]))
        found[theme].add(rating.n, name, rating)
    return found


def _mention_sums(sentiment: str, sums: list[Any]) -> MentionSums:
    *numbers, first, last = sums
    mentions, score_milli, severity, *felt = map(int, numbers)
    found = _of_sentiment(sentiment, mentions=mentions, severity=severity)
    found.score_milli = score_milli
    found.emotions = Counter(dict(zip(FELT, felt, strict=True)))
    found.first, found.last = first, last
    return found


def _of_sentiment(sentiment: str, mentions: int, severity: int) -> MentionSums:
    positive = mentions if sentiment == WIN else 0
    return MentionSums(mentions, mentions - positive, positive, severity=severity)
