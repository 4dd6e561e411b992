"""What the parts of a map are about: the most painful themes of each, and the most praised."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from sqlmodel import Session

from models.pain_point import WIN
from service.insights.filters import Selection
from service.insights.measures import Fields, pain_of
from service.insights.queries.theme_sums import Weighed, weighed
from service.journey.native import Cell

MOST: Final = 3

Key = str | Cell
"""Of a stage or a touchpoint, or a cell of the journey."""
OfCell = tuple[Cell, Weighed]
"""A theme, and the cell of the journey that it is in."""


class Ranked(NamedTuple):
    """Themes with their journey cells, the weightiest first."""

    pains: list[OfCell]
    wins: list[OfCell]


class Top(NamedTuple):
    """The first few themes of each part, as the fields of ``ThemeOut``."""

    pains: Mapping[Key, list[Fields]]
    wins: Mapping[Key, list[Fields]]


def rank_themes(session: Session, selection: Selection) -> Ranked:
    """All themes with mentions in the selection, but those that people ignore."""
    ranked, cells = Ranked([], []), selection.journey.cells
    for theme in weighed(session, selection):
        own = ranked.wins if theme.sentiment == WIN else ranked.pains
        own.append((cells[theme.cell], theme))
    ranked.pains.sort(key=_by_pain)
    ranked.wins.sort(key=_by_mentions)
    return ranked


def top(ranked: Ranked, part_of: Callable[[Cell], Key]) -> Top:
    """The first ``MOST`` of each part of the map."""
    return Top(*(_first(themes, part_of) for themes in ranked))


def _pain(theme: Weighed) -> float:
    return pain_of(theme.items, theme.severity, theme.mentions)


def _by_pain(entry: OfCell) -> tuple[float, int, str]:
    theme = entry[1]
    return -_pain(theme), -theme.mentions, str(theme.id)


def _by_mentions(entry: OfCell) -> tuple[int, str]:
    return -entry[1].mentions, str(entry[1].id)


def _first(themes: Iterable[OfCell], part_of: Callable[[Cell], Key]) -> Mapping[Key, list[Fields]]:
    found: dict[Key, list[Fields]] = defaultdict(list)
    for cell, theme in themes:
        if len(mine := found[part_of(cell)]) < MOST:
            mine.append(_shown(theme))
    return found


def _shown(theme: Weighed) -> Fields:
    return {
        "id": theme.id,
        "title": theme.title,
        "mentions": theme.mentions,
        "items": theme.items,
        "pain": _pain(theme),
    }
