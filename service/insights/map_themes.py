"""The themes of each part of a map: the most painful, and the most frequent ones of praise."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from sqlmodel import Session

from models.pain_point import IGNORED, PAIN, WIN
from service.insights.axes import Key
from service.insights.filters import Selection
from service.insights.measures import Fields, pain
from service.insights.queries.places import places_of
from service.insights.queries.theme_sums import ThemeCounts, themes_with_counts
from service.insights.samples import MIN_ANSWERS
from service.insights.sums import MentionSums
from service.insights.totals import Before, comparable_part
from service.insights.volume_changes import JudgedChange, judge_changes, trend
from service.journey.native import Cell

MOST_PER_PART: Final = 3
NO_MENTIONS: Final = (MentionSums(), 0)


class ThemeTrend(NamedTuple):
    """A theme's mentions and items in the period before, and how its items changed since then."""

    mentions_before: MentionSums
    items_before: int
    judged: JudgedChange


class ThemeInCell(NamedTuple):
    """A theme, its cell of the journey, and its trend, None without a period before."""

    cell: Cell
    theme: ThemeCounts
    trend: ThemeTrend | None


class Ranked(NamedTuple):
    """Themes with their journey cells: pain points by pain, wins by mentions, greatest first."""

    pains: list[ThemeInCell]
    wins: list[ThemeInCell]


class TopThemes(NamedTuple):
    """The first few themes of each part, as the fields of ``ThemeOut``."""

    pains: Mapping[Key, list[Fields]]
    wins: Mapping[Key, list[Fields]]


def rank_themes(session: Session, selection: Selection, before: Before | None) -> Ranked:
    """All themes with mentions in the selection, without ignored ones.

    Without ``before`` they have no trend.
    """
    places = places_of(session, selection, None)
    themes = themes_with_counts(session, selection, places)
    earlier = themes_with_counts(session, before.selection, places) if before else []
    part = comparable_part(session, before, bool(earlier)) if before else None
    pains, wins = (
        _placed(
            selection,
            [theme for theme in themes if theme.sentiment == sentiment],
            [theme for theme in earlier if theme.sentiment == sentiment],
            part,
        )
        for sentiment in (PAIN, WIN)
    )
    return Ranked(sorted(pains, key=_by_pain), sorted(wins, key=_by_mentions))


def top(ranked: Ranked, part_of: Callable[[Cell], Key]) -> TopThemes:
    """The first ``MOST_PER_PART`` of each part of the map."""
    return TopThemes(*(_first(themes, part_of) for themes in ranked))


def _placed(
    selection: Selection,
    themes: Sequence[ThemeCounts],
    earlier: Sequence[ThemeCounts],
    part: float | None,
) -> list[ThemeInCell]:
    """Themes of one sentiment. Those left out still count in the correction of significance."""
    trends = _trends(themes, earlier, part) if part is not None else [None] * len(themes)
    cells = selection.journey.cells
    return [
        ThemeInCell(cells[theme.cell], theme, found)
        for theme, found in zip(themes, trends, strict=True)
        if theme.status != IGNORED
    ]


def _trends(
    themes: Sequence[ThemeCounts], earlier: Sequence[ThemeCounts], part: float
) -> list[ThemeTrend]:
    known = {theme.id for theme in themes}
    before = {theme.id: (theme.sums, theme.items) for theme in earlier}
    then = [before.get(theme.id, NO_MENTIONS) for theme in themes]
    counts = [(theme.items, items) for theme, (_, items) in zip(themes, then, strict=True)]
    gone = [(0, theme.items) for theme in earlier if theme.id not in known]
    judged = judge_changes([*counts, *gone], part)[: len(themes)]
    return [ThemeTrend(*counted, one) for counted, one in zip(then, judged, strict=True)]


def _pain(theme: ThemeCounts) -> float:
    return pain(theme.sums, theme.items)


def _by_pain(entry: ThemeInCell) -> tuple[float, int, str]:
    theme = entry.theme
    return -_pain(theme), -theme.mentions, str(theme.id)


def _by_mentions(entry: ThemeInCell) -> tuple[int, str]:
    return -entry.theme.mentions, str(entry.theme.id)


def _first(
    entries: Iterable[ThemeInCell], part_of: Callable[[Cell], Key]
) -> Mapping[Key, list[Fields]]:
    found: dict[Key, list[Fields]] = defaultdict(list)
    for entry in entries:
        if len(shown := found[part_of(entry.cell)]) < MOST_PER_PART:
            shown.append(_shown(entry))
    return found


def _shown(entry: ThemeInCell) -> Fields:
    theme = entry.theme
    return {
        "id": theme.id,
        **entry.cell._asdict(),
        "title": theme.title,
        "mentions": theme.mentions,
        "items": theme.items,
        "pain": _pain(theme),
        "small": theme.items < MIN_ANSWERS,
        "trend": entry.trend and trend(theme.mentions, *entry.trend),
    }
