"""What the parts of a map are about: the most painful themes of each, and the most praised."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from sqlmodel import Session

from models.pain_point import IGNORED, PAIN, WIN
from service.insights.cells import Cell
from service.insights.filters import Selection
from service.insights.map_schemas import ThemeOut
from service.insights.measures import pain
from service.insights.queries.theme_sums import weights
from service.insights.queries.themes import themes_of

MOST: Final = 3

Key = str | Cell
"""Of a stage or a touchpoint, or a cell of the journey."""


class Ranked(NamedTuple):
    """Themes with their journey cells, the weightiest first."""

    pains: list[tuple[Cell, ThemeOut]]
    wins: list[tuple[Cell, ThemeOut]]


class Top(NamedTuple):
    """The first few themes of each part."""

    pains: Mapping[Key, list[ThemeOut]]
    wins: Mapping[Key, list[ThemeOut]]


def rank_themes(session: Session, selection: Selection) -> Ranked:
    """All themes with mentions in the selection, but those that people ignore."""
    return Ranked(
        sorted(_themes(session, selection, PAIN), key=_by_pain),
        sorted(_themes(session, selection, WIN), key=_by_mentions),
    )


def top(ranked: Ranked, part_of: Callable[[Cell], Key]) -> Top:
    """The first ``MOST`` of each part of the map."""
    return Top(*(_first(themes, part_of) for themes in ranked))


def _themes(session: Session, selection: Selection, sentiment: str) -> list[tuple[Cell, ThemeOut]]:
    sums = weights(session, selection, sentiment)
    if not sums:
        return []
    return [
        (
            selection.journey.cells[theme.cell],
            ThemeOut(
                id=theme.id,
                title=theme.title,
                mentions=found.mentions.mentions,
                items=found.items.items,
                pain=pain(found.mentions, found.items.items),
            ),
        )
        for theme in themes_of(session, selection, sentiment)
        if theme.status != IGNORED and (found := sums.get(theme.id))
    ]


def _by_pain(entry: tuple[Cell, ThemeOut]) -> tuple[float, int, str]:
    return -entry[1].pain, -entry[1].mentions, str(entry[1].id)


def _by_mentions(entry: tuple[Cell, ThemeOut]) -> tuple[int, str]:
    return -entry[1].mentions, str(entry[1].id)


def _first(
    themes: list[tuple[Cell, ThemeOut]], part_of: Callable[[Cell], Key]
) -> Mapping[Key, list[ThemeOut]]:
    found: dict[Key, list[ThemeOut]] = defaultdict(list)
    for cell, theme in themes:
        if len(mine := found[part_of(cell)]) < MOST:
            mine.append(theme)
    return found
