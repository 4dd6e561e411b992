"""Sums of themes, from ``rollup_pain`` or, where that is too coarse, counted from their mentions.

``COUNTS`` are read for all themes, to rank them; the rest only for the themes that are shown.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    cast,
    distinct,
    func,
    select,
)
from sqlmodel import Session

from models.pain_point import WIN
from models.tables import FEEDBACK, MENTION, ROLLUP_PAIN, ROLLUP_PAIN_SPAN, THEME
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries.expressions import as_stored, utc_day
from service.insights.queries.mentions import of_themes
from service.insights.queries.places import Places
from service.insights.queries.portions import (
    CACHED_STATEMENTS,
    BoundShape,
    Portion,
    QueryShape,
    bind_days,
    bind_shape,
    portions,
    sum_portions,
)
from service.insights.queries.recount import (
    FEEDBACK_OF_MENTIONS,
    SCALE,
    analysed_conditions,
    mention_sums,
    rating_sums,
)
from service.insights.queries.themes import theme_conditions
from service.insights.sums import Days, ItemSums, MentionSums, Part, RatingSums
from service.journey.native import Cell
from service.rollups.contributions import COUNTED_EMOTIONS, scale_of
from service.rollups.spans import ITEM_COUNTERS

COUNTS: Final = ("mentions", "severity", "items")
"""What themes are ranked by."""


class ThemeSums(NamedTuple):
    """The sums of one theme, and the days of its mentions."""

    part: Part
    days: Days


class ThemeCounts(NamedTuple):
    """A theme at its place with its counts; ``id`` is a UUID, or its 32 hex digits."""

    id: UUID | str
    stage: str
    touchpoint: str
    sentiment: str
    status: str
    title: str
    mentions: int
    severity: int
    items: int

    @property
    def cell(self) -> Cell:
        """Its cell, as it is stored."""
        return Cell(self.stage, self.touchpoint)

    def placed(self, places: Places) -> "ThemeCounts":
        """The theme at its place in a journey."""
        stage, touchpoint = places.of(self.id, self.cell).cell
        return self._replace(stage=stage, touchpoint=touchpoint)

    @property
    def sums(self) -> MentionSums:
        """Its mentions, without scores and emotions."""
        return _of_sentiment(self.sentiment, mentions=self.mentions, severity=self.severity)


def themes_with_counts(session: Session, selection: Selection, places: Places) -> list[ThemeCounts]:
    """All themes with a mention, of both sentiments, including ignored ones."""
    sums, values = _counts(session, selection, None, None)
    counted = sums.subquery()
    own = [THEME.c[name] for name in ("stage", "touchpoint", "sentiment", "status", "title")]
    counts = [counted.c[name] for name in COUNTS]
    rows = session.execute(
        select(as_stored(THEME.c.id), *own, *counts)
        .select_from(counted.join(THEME, counted.c.pain_point_id == THEME.c.id))
        .where(*theme_conditions(selection, None)),
        values,
    )
    themes = (ThemeCounts(*row).placed(places) for row in rows)
    return [theme for theme in themes if selection.has(theme.cell)]


def counts_by_theme(
    session: Session, selection: Selection, sentiment: str, only: UUID | None = None
) -> dict[UUID, Part]:
    """Mentions, severity and items of all themes of a sentiment that have any, or of one only."""
    rows = session.execute(*_counts(session, selection, sentiment, only))
    return {
        theme: Part(_of_sentiment(sentiment, mentions=mentions, severity=severity), ItemSums(items))
        for theme, mentions, severity, items in rows
    }


def sums_by_theme(
    session: Session, selection: Selection, sentiment: str, themes: Collection[UUID]
) -> dict[UUID, ThemeSums]:
    """All sums of these themes of a sentiment, in two statements."""
    if not themes:
        return {}
    values: Mapping[str, Any] = {}
    if selection.in_rollups:
        shape, values = theme_rows(session, selection, None)
        days, values_of_days = _theme_days(session, selection)
        values = {**values, **values_of_days, "themes": list(themes)}
        mentions, items = _rolled_mentions(shape, days), _rolled_items(shape)
    else:
        mentions = _recounted_mentions(session, selection, themes)
        items = _recounted_items(session, selection, themes)
    touching = _items_by_theme(session.execute(items, values))
    return {
        theme: ThemeSums(
            Part(mention_sums_of(sentiment, counts), touching[theme]), Days(first, last)
        )
        for theme, *counts, first, last in session.execute(mentions, values)
    }


def _counts(
    session: Session, selection: Selection, sentiment: str | None, only: UUID | None
) -> tuple[Select[Any], dict[str, Any]]:
    """The statement for ``pain_point_id`` and ``COUNTS`` of the themes of a sentiment (None: of
    both), and its values."""
    if not selection.in_rollups:
        return _recounted_counts(session, selection, sentiment, only), {}
    shape, values = theme_rows(session, selection, None)
    sums = _rolled_counts(shape, only is not None)
    if only is not None:
        return sums, values | {"themes": [only]}
    if sentiment is None:
        return sums, values
    themes = select(THEME.c.id).where(*theme_conditions(selection, sentiment))
    return sums.where(sums.selected_columns.pain_point_id.in_(themes)), values


@lru_cache(maxsize=CACHED_STATEMENTS)
def _rolled_counts(shape: QueryShape, only_some: bool) -> Select[Any]:
    found = of_some_themes(shape) if only_some else portions(shape)
    return _without_period(sum_portions(shape.by, found, ("pain_point_id",), COUNTS))


def _without_period(sums: Select[Any]) -> Select[Any]:
    return select(*(column for column in sums.subquery().c if column.name != "period"))


def _recounted_counts(
    session: Session, selection: Selection, sentiment: str | None, only: UUID | None
) -> Select[Any]:
    table = MENTION.c
    themes = select(THEME.c.id).where(*theme_conditions(selection, sentiment))
    if only is not None:
        themes = themes.where(THEME.c.id == only)
    return (
        select(
            table.pain_point_id,
            func.count().label("mentions"),
            cast(func.sum(table.severity), BigInteger).label("severity"),
            func.count(distinct(table.feedback_id)).label("items"),
        )
        .select_from(MENTION.join(FEEDBACK, FEEDBACK_OF_MENTIONS))
        .where(of_themes(selection, themes), *analysed_conditions(session, selection))
        .group_by(table.pain_point_id)
    )


@lru_cache(maxsize=CACHED_STATEMENTS)
def _rolled_mentions(shape: QueryShape, of_days: QueryShape) -> Select[Any]:
    """Sums from the spans; the first and the last day of each theme from its days, in order."""
    sums = ("mentions", "score_milli", "severity", *COUNTED_EMOTIONS)
    rows = sum_portions(shape.by, of_some_themes(shape), ("pain_point_id",), sums).subquery()
    (all_days,) = portions(of_days)
    day = all_days.first
    of_theme = all_days.table.c.pain_point_id == rows.c.pain_point_id
    its = select(day).where(*all_days.conditions, of_theme)
    return select(
        rows.c.pain_point_id,
        *(rows.c[name] for name in sums),
        its.order_by(day).limit(1).scalar_subquery(),
        its.order_by(day.desc()).limit(1).scalar_subquery(),
    )


@lru_cache(maxsize=CACHED_STATEMENTS)
def _rolled_items(shape: QueryShape) -> Select[Any]:
    return _without_period(
        sum_portions(shape.by, of_some_themes(shape), ("pain_point_id", "scale"), ITEM_COUNTERS)
    )


def theme_rows(session: Session, selection: Selection, by: By | None) -> BoundShape:
    """The rows of the roll-ups that make up the themes of a selection."""
    return bind_shape(session, selection, by, ROLLUP_PAIN, ROLLUP_PAIN_SPAN)


def _theme_days(session: Session, selection: Selection) -> BoundShape:
    """The same by day; segments only have spans."""
    if selection.attributes:
        return bind_days(session, selection, None, ROLLUP_PAIN_SPAN, "day")
    return bind_days(session, selection, None, ROLLUP_PAIN)


def of_some_themes(shape: QueryShape) -> list[Portion]:
    """The rows of the themes in the bind parameter ``themes``."""
    themes: ColumnElement[Any] = bindparam("themes", expanding=True)
    return [of.where(of.table.c.pain_point_id.in_(themes)) for of in portions(shape)]


def _recounted_mentions(
    session: Session, selection: Selection, themes: Collection[UUID]
) -> Select[Any]:
    table = MENTION.c
    day = utc_day(session, FEEDBACK.c.occurred_at)
    return (
        select(
            table.pain_point_id,
            func.count(),
            *mention_sums(),
            func.min(day),
            func.max(day),
        )
        .select_from(MENTION.join(FEEDBACK, FEEDBACK_OF_MENTIONS))
        .where(of_themes(selection, themes), *analysed_conditions(session, selection))
        .group_by(table.pain_point_id)
    )


def _recounted_items(
    session: Session, selection: Selection, themes: Collection[UUID]
) -> Select[Any]:
    """An item counts once in each theme, however many of its mentions belong to it."""
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
        .where(*analysed_conditions(session, selection))
        .group_by(items.c.pain_point_id, *scale)
    )


def _items_by_theme(rows: Iterable[Row[Any]]) -> dict[UUID, ItemSums]:
    found: dict[UUID, ItemSums] = defaultdict(ItemSums)
    for row in rows:
        theme, *scale = row[: -len(ITEM_COUNTERS)]
        name = scale[0] if len(scale) == 1 else scale_of(*scale)
        rating = RatingSums(*row[-len(ITEM_COUNTERS) :])
        found[theme].add(rating.n, name, rating)
    return found


def mention_sums_of(sentiment: str, counts: Sequence[int]) -> MentionSums:
    """Sums of a theme's mentions from their number, scores x 1000, severities and emotions."""
    mentions, score_milli, severity, *emotions = counts
    found = _of_sentiment(sentiment, mentions=mentions, severity=severity)
    found.score_milli = score_milli
    found.emotion_counts = tuple(emotions)
    return found


def _of_sentiment(sentiment: str, mentions: int, severity: int) -> MentionSums:
    positive = mentions if sentiment == WIN else 0
    return MentionSums(mentions, mentions - positive, positive, severity=severity)
