"""The themes of each part of a map: the most painful, and the most frequent ones of praise."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from sqlmodel import Session

from models.pain_point import IGNORED, PAIN, WIN
from service.insights.filters import Selection
from service.insights.measures import Fields, pain_of
from service.insights.queries.places import places_of
from service.insights.queries.theme_sums import Weighed, weighed
from service.insights.samples import FEWEST
from service.insights.sums import MentionSums
from service.insights.totals import Before, comparable_part
from service.insights.trend_tests import Judged, judge, trend
from service.journey.native import Cell

MOST: Final = 3
NOTHING: Final = (MentionSums(), 0)

Key = str | Cell
"""The key of a stage or a touchpoint, or a cell of the journey."""


class Course(NamedTuple):
    """A theme's mentions and items in the period before, and how its items changed since then."""

    mentions_before: MentionSums
    items_before: int
    judged: Judged


class Placed(NamedTuple):
    """A theme, its cell of the journey, and its course, None without a period before."""

    cell: Cell
    theme: Weighed
    course: Course | None


class Ranked(NamedTuple):
    """Themes with their journey cells: pain points by pain, wins by mentions, greatest first."""

    pains: list[Placed]
    wins: list[Placed]


class Top(NamedTuple):
    """The first few themes of each part, as the fields of ``ThemeOut``."""

    pains: Mapping[Key, list[Fields]]
    wins: Mapping[Key, list[Fields]]


def rank_themes(session: Session, selection: Selection, before: Before | None) -> Ranked:
    """All themes with mentions in the selection, without ignored ones.

    Without ``before`` they have no trend.
    """
    places = places_of(session, selection, None)
    themes = weighed(session, selection, places)
    earlier = weighed(session, before.selection, places) if before else []
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


def top(ranked: Ranked, part_of: Callable[[Cell], Key]) -> Top:
    """The first ``MOST`` of each part of the map."""
    return Top(*(_first(themes, part_of) for themes in ranked))


def _placed(
    selection: Selection,
    themes: Sequence[Weighed],
    earlier: Sequence[Weighed],
    part: float | None,
) -> list[Placed]:
    """Themes of one sentiment. Those left out still count in the correction of significance."""
    courses = _courses(themes, earlier, part) if part is not None else [None] * len(themes)
    cells = selection.journey.cells
    return [
        Placed(cells[theme.cell], theme, found)
        for theme, found in zip(themes, courses, strict=True)
        if theme.status != IGNORED
    ]


def _courses(themes: Sequence[Weighed], earlier: Sequence[Weighed], part: float) -> list[Course]:
    known = {theme.id for theme in themes}
    before = {theme.id: (theme.sums, theme.items) for theme in earlier}
    then = [before.get(theme.id, NOTHING) for theme in themes]
    counts = [(theme.items, items) for theme, (_, items) in zip(themes, then, strict=True)]
    gone = [(0, theme.items) for theme in earlier if theme.id not in known]
    judged = judge([*counts, *gone], part)[: len(themes)]
    return [Course(*counted, one) for counted, one in zip(then, judged, strict=True)]


def _pain(theme: Weighed) -> float:
    return pain_of(theme.items, theme.severity, theme.mentions)


def _by_pain(entry: Placed) -> tuple[float, int, str]:
    theme = entry.theme
    return -_pain(theme), -theme.mentions, str(theme.id)


def _by_mentions(entry: Placed) -> tuple[int, str]:
    return -entry.theme.mentions, str(entry.theme.id)


def _first(entries: Iterable[Placed], part_of: Callable[[Cell], Key]) -> Mapping[Key, list[Fields]]:
    found: dict[Key, list[Fields]] = defaultdict(list)
    for entry in entries:
        if len(mine := found[part_of(entry.cell)]) < MOST:
            mine.append(_shown(entry))
    return found


def _shown(entry: Placed) -> Fields:
    theme = entry.theme
    return {
        "id": theme.id,
        **entry.cell._asdict(),
        "title": theme.title,
        "mentions": theme.mentions,
        "items": theme.items,
        "pain": _pain(theme),
        "small": theme.items < FEWEST,
        "trend": entry.course and trend(theme.mentions, *entry.course),
    }
