"""Sums of one theme by period, from ``rollup_pain`` or counted from its mentions."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlmodel import Session

from models.tables import FEEDBACK, MENTION
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries.portions import CACHED_STATEMENTS, QueryShape, sum_portions
from service.insights.queries.recount import (
    MENTIONS_OF_FEEDBACK,
    SCALE,
    analysed_conditions,
    mention_sums,
    period_of,
    rating_sums,
)
from service.insights.queries.theme_sums import (
    mention_sums_of,
    of_some_themes,
    theme_rows,
)
from service.insights.queries.themes import Theme
from service.insights.sums import ItemSums, MentionSums, Part, RatingSums
from service.rollups.contributions import COUNTED_EMOTIONS, scale_of
from service.rollups.spans import ITEM_COUNTERS

Sums = dict[date, Part]


def theme_series(session: Session, selection: Selection, theme: Theme, by: By) -> Sums:
    """The sums of a theme in each period that has mentions of it."""
    found: Sums = defaultdict(lambda: Part(MentionSums(), ItemSums()))
    if not selection.has(theme.cell):
        return found
    if selection.in_rollups:
        shape, values = theme_rows(session, selection, by)
        rows = list(session.execute(_rolled(shape), {**values, "themes": [theme.id]}))
        width = 3 + len(COUNTED_EMOTIONS)
        mentions: Iterable[Any] = ((row[0], *row[2 : 2 + width]) for row in rows)
        items: Iterable[Any] = ((*row[:2], *row[2 + width :]) for row in rows)
    else:
        mentions = session.execute(_recounted_mentions(session, selection, theme.id, by))
        counted = session.execute(_recounted_items(session, selection, theme.id, by))
        items = ((row[0], scale_of(*row[1:4]), *row[4:]) for row in counted)
    for period, *sums in mentions:
        found[period].mentions.add(mention_sums_of(theme.sentiment, [int(part) for part in sums]))
    for period, scale, *sums in items:
        rating = RatingSums(*(int(part) for part in sums))
        found[period].items.add(rating.n, scale, rating)
    return found


@lru_cache(maxsize=CACHED_STATEMENTS)
def _rolled(shape: QueryShape) -> Select[Any]:
    names = ("mentions", "score_milli", "severity", *COUNTED_EMOTIONS, *ITEM_COUNTERS)
    return sum_portions(shape.by, of_some_themes(shape), ("scale",), names)


def _recounted_mentions(session: Session, selection: Selection, theme: UUID, by: By) -> Select[Any]:
    table = MENTION.c
    return (
        select(
            period_of(session, by),
            func.count(),
            *mention_sums(),
        )
        .select_from(MENTION.join(FEEDBACK, MENTIONS_OF_FEEDBACK))
        .where(*analysed_conditions(session, selection), table.pain_point_id == theme)
        .group_by("period")
    )


def _recounted_items(session: Session, selection: Selection, theme: UUID, by: By) -> Select[Any]:
    scale = [FEEDBACK.c[name] for name in SCALE]
    of_theme = (
        exists().where(MENTIONS_OF_FEEDBACK, MENTION.c.pain_point_id == theme).correlate(FEEDBACK)
    )
    return (
        select(period_of(session, by), *scale, *rating_sums())
        .where(*analysed_conditions(session, selection), of_theme)
        .group_by("period", *scale)
    )
