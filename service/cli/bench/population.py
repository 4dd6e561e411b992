"""Who says what, and how often: the distributions that seeded feedback is drawn from.

Cells, languages and themes are Zipf-distributed (Zipf 1949): the k-th has weight k^-s. Everything
but the ids depends on one seed and on nothing else.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.journey.native import CELLS, Cell

Weights = NDArray[np.float64]

LANGUAGES: Final = ("en", "de", "es", "fr", "it", "nl", "pt", "pl", "sv", "tr", "ja", "zh")
PERSONAS: Final = ("consumer", "family", "smb", "enterprise")
COUNTRIES: Final = ("us", "de", "gb", "fr", "es", "it", "nl", "br", "pl", "jp")
MENTIONS: Final = {1: 0.45, 2: 0.30, 3: 0.15, 4: 0.10}
"""How many mentions an item has."""
WEEKDAYS: Final = (1.1, 1.1, 1.0, 1.0, 1.0, 0.7, 0.6)
"""Monday first."""
MONTHS: Final = (1.1, 0.9, 0.95, 0.95, 1.0, 1.0, 0.9, 0.85, 1.0, 1.05, 1.25, 1.4)
SAME_TOUCHPOINT_SHARE: Final = 0.4
"""The probability that a further mention has the touchpoint of the first one."""
CELL_EXPONENT: Final = 1.0
THEME_EXPONENT: Final = 0.8
THEME_SHARE: Final = 0.7
"""The share of negative and positive mentions that belong to a theme."""
ONE_THEME_EACH: Final = 4000
"""A cell has one theme per this many millionths of all mentions, up to ``MAX_THEMES``."""
MAX_THEMES: Final = 12


class Rating(NamedTuple):
    """A rating scale, and the weights of its whole values from ``least`` on."""

    scale: str
    least: int
    greatest: int
    weights: tuple[float, ...]


NPS: Final = Rating("nps", 0, 10, (5, 2, 2, 3, 3, 6, 7, 13, 18, 17, 24))
CSAT: Final = Rating("csat", 1, 5, (9, 8, 15, 33, 35))
CES: Final = Rating("ces", 1, 7, (5, 6, 9, 13, 22, 25, 20))
STARS: Final = Rating("stars", 1, 5, (18, 7, 9, 20, 46))
SCORE: Final = Rating("other", 0, 100, tuple(1 + (value // 10) ** 2 for value in range(101)))


@dataclass(frozen=True, slots=True)
class Source:
    """A system that feedback comes from, its share, and what it sends."""

    name: str
    kind: str
    share: float
    channels: dict[str, float]
    ratings: tuple[tuple[Rating | None, float], ...]


SOURCES: Final = (
    Source("web_survey", "survey", 0.30, {"website": 0.8, "email": 0.2}, ((NPS, 0.9), (None, 0.1))),
    Source("app_survey", "survey", 0.18, {"mobile_app": 1.0}, ((CSAT, 0.6), (CES, 0.4))),
    Source("reviews", "review", 0.20, {"website": 0.6, "mobile_app": 0.4}, ((STARS, 1.0),)),
    Source("helpdesk", "ticket", 0.20, {"email": 0.6, "phone": 0.4}, ((CSAT, 0.3), (None, 0.7))),
    Source("hotline", "ticket", 0.07, {"phone": 1.0}, ((CES, 0.2), (None, 0.8))),
    Source("stores", "survey", 0.05, {"on_location": 1.0}, ((SCORE, 0.7), (None, 0.3))),
)


def zipf(count: int, exponent: float = 1.0) -> Weights:
    """The weights of ``count`` ranks, adding up to 1."""
    return normalised(np.arange(1, count + 1, dtype=np.float64) ** -exponent)


def normalised(weights: Any) -> Weights:
    """``weights`` scaled to add up to 1."""
    values = np.asarray(weights, dtype=np.float64)
    return np.asarray(values / values.sum())


def items_by_day(first: date, days: int, items: int) -> list[int]:
    """How many of ``items`` occur on each day, given weekdays, seasons and growth by half."""
    dates = [first + timedelta(days=number) for number in range(days)]
    weights = normalised(
        [
            WEEKDAYS[day.weekday()] * MONTHS[day.month - 1] * (1 + number / days / 2)
            for number, day in enumerate(dates)
        ]
    )
    ends = np.rint(np.cumsum(weights) * items).astype(int)
    return [int(count) for count in np.diff(ends, prepend=0)]


class CellPopulation:
    """The native cells in a random order, with their weights and how people feel there.

    ``nearest`` has, for each cell, the index of the most frequent cell at its touchpoint.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.cells: list[Cell] = [CELLS[index] for index in rng.permutation(len(CELLS))]
        self.weights = zipf(len(self.cells), CELL_EXPONENT)
        self.negative = rng.uniform(0.2, 0.7, len(self.cells))
        self.positive = (1 - self.negative) * rng.uniform(0.5, 0.9, len(self.cells))
        touchpoints = [cell.touchpoint for cell in self.cells]
        self.nearest = np.array([touchpoints.index(touchpoint) for touchpoint in touchpoints])

    def themes_of(self, index: int) -> int:
        """How many themes of one sentiment a cell has."""
        return int(np.clip(self.weights[index] * 1e6 / ONE_THEME_EACH, 2, MAX_THEMES))
