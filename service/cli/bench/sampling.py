"""Sampling the feedback of one day: the stored values of each item and of each of its mentions."""

import hashlib
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from models.feedback import DONE
from models.pain_point import PAIN, WIN
from models.types import new_id
from nlp.labels import EMOTIONS, MIXED
from service.cli.bench.phrases import PHRASES
from service.cli.bench.population import (
    COUNTRIES,
    LANGUAGES,
    MENTIONS,
    PERSONAS,
    SAME_TOUCHPOINT_SHARE,
    SOURCES,
    THEME_EXPONENT,
    THEME_SHARE,
    CellPopulation,
    Rating,
    Source,
    normalised,
    zipf,
)

Integers = NDArray[np.int64]
Rated = tuple[float | None, float | None, float | None, str | None, float | None]
"""value, least, greatest, scale and normalised value"""

SENTIMENTS: Final = (PAIN, "neutral", WIN)
EMOTIONS_OF: Final = {PAIN: EMOTIONS[:5], "neutral": ("neutral",), WIN: EMOTIONS[5:8]}
SEVERITIES: Final = normalised((0, 5, 4, 1))
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class SampledItem:
    """An item, with the columns of ``models.feedback.Feedback`` that vary."""

    workspace_id: UUID
    id: UUID
    kind: str
    source: str
    channel: str
    language: str
    language_read: str
    occurred_at: datetime
    rating_value: float | None
    rating_min: float | None
    rating_max: float | None
    rating_scale: str | None
    rating_norm: float | None
    attributes: Mapping[str, str]
    text: str
    content_hash: str
    sentiment: str
    score: float
    state: str = DONE


class SampledMention(NamedTuple):
    """A mention, with the columns of ``models.mention.Mention`` that vary."""

    start: int
    end: int
    sentiment: str
    score: float
    stage: str
    touchpoint: str
    emotion: str
    severity: int
    pain_point_id: UUID | None


class Theme(NamedTuple):
    """A future pain point or win: of a cell (an index) and a sentiment."""

    id: UUID
    cell: int
    sentiment: str
    rank: int


class FeedbackSampler:
    """Draws items with their mentions, day by day."""

    def __init__(self, workspace_id: UUID, rng: np.random.Generator) -> None:
        self.workspace_id = workspace_id
        self.rng = rng
        self.population = CellPopulation(rng)
        self.themes: dict[tuple[int, str], list[Theme]] = {
            (cell, sentiment): [
                Theme(new_id(), cell, sentiment, rank)
                for rank in range(self.population.themes_of(cell))
            ]
            for cell in range(len(self.population.cells))
            for sentiment in (PAIN, WIN)
        }

    def day(self, day: date, count: int) -> Iterator[tuple[SampledItem, list[SampledMention]]]:
        """``count`` items of a day, in the order of their time."""
        rng = self.rng
        midnight = datetime.combine(day, time(), UTC)
        seconds = np.sort(rng.uniform(0, DAY_S, count)).tolist()
        sources = rng.choice(len(SOURCES), count, p=[source.share for source in SOURCES]).tolist()
        languages = rng.choice(LANGUAGES, count, p=zipf(len(LANGUAGES), 1.2)).tolist()
        personas = rng.choice(PERSONAS, count, p=(0.55, 0.25, 0.15, 0.05)).tolist()
        countries = rng.choice(COUNTRIES, count, p=zipf(len(COUNTRIES))).tolist()
        sizes = rng.choice(list(MENTIONS), count, p=list(MENTIONS.values()))
        said = iter(self._readings(sizes))
        chance = rng.random((count, 3)).tolist()
        for number, size in enumerate(sizes.tolist()):
            source, language = SOURCES[sources[number]], languages[number]
            mentions, text = _in_one_text([next(said) for _ in range(size)], language, number)
            rating = _rating(source, chance[number][0], chance[number][1])
            at = midnight + timedelta(seconds=seconds[number])
            yield (
                SampledItem(
                    self.workspace_id,
                    new_id(at),
                    source.kind,
                    source.name,
                    _pick(source.channels, chance[number][2]),
                    language,
                    language,
                    at,
                    *rating,
                    {"persona": personas[number], "country": countries[number]},
                    text,
                    hashlib.sha256(text.encode()).hexdigest(),
                    *_summary(mentions),
                ),
                mentions,
            )

    def _readings(self, sizes: Integers) -> list[SampledMention]:
        """The mentions of items of these sizes, in turn, without a place in the text."""
        rng, population = self.rng, self.population
        total = int(sizes.sum())
        first = np.repeat(
            rng.choice(len(population.cells), len(sizes), p=population.weights), sizes
        )
        own = rng.choice(len(population.cells), total, p=population.weights)
        leads = np.zeros(total, dtype=bool)
        leads[np.cumsum(sizes) - sizes] = True
        near = population.nearest[first]
        cells = np.where(
            leads, first, np.where(rng.random(total) < SAME_TOUCHPOINT_SHARE, near, own)
        )
        mood = rng.random(total)
        moods = np.where(
            mood < population.negative[cells],
            0,
            np.where(mood < population.negative[cells] + population.positive[cells], 2, 1),
        )
        severities = rng.choice(len(SEVERITIES), total, p=SEVERITIES)
        scores = np.round(rng.uniform(0.3, 1.0, total), 3)
        return [
            self._said(*reading)
            for reading in zip(
                cells.tolist(),
                moods.tolist(),
                severities.tolist(),
                scores.tolist(),
                rng.random((total, 2)).tolist(),
                strict=True,
            )
        ]

    def _said(
        self, cell: int, mood: int, severity: int, score: float, chance: Sequence[float]
    ) -> SampledMention:
        sentiment = SENTIMENTS[mood]
        emotions = EMOTIONS_OF[sentiment]
        place = self.population.cells[cell]
        return SampledMention(
            0,
            0,
            sentiment,
            round(score * (mood - 1), 3),
            place.stage,
            place.touchpoint,
            emotions[int(chance[0] * len(emotions))],
            severity if sentiment == PAIN else 0,
            self._theme(cell, sentiment, chance[1]),
        )

    def _theme(self, cell: int, sentiment: str, chance: float) -> UUID | None:
        themes = self.themes.get((cell, sentiment))
        if not themes or chance >= THEME_SHARE:
            return None
        return themes[bisect(_steps(len(themes)), chance / THEME_SHARE)].id


@cache
def _steps(themes: int) -> list[float]:
    """Where each theme but the last ends, in (0, 1)."""
    return [float(step) for step in np.cumsum(zipf(themes, THEME_EXPONENT))[:-1]]


def _in_one_text(
    mentions: Sequence[SampledMention], language: str, number: int
) -> tuple[list[SampledMention], str]:
    """The mentions with their places in the text, and the text."""
    placed, phrases, start = [], [], 0
    for mention in mentions:
        pool = PHRASES[mention.sentiment][language]
        phrase = pool[number % len(pool)]
        placed.append(mention._replace(start=start, end=start + len(phrase)))
        phrases.append(phrase)
        start += len(phrase) + 1
    return placed, " ".join(phrases)


def _rating(source: Source, chance: float, value: float) -> Rated:
    """The rating of an item; nothing if it has none."""
    rating = _pick_rating(source, chance)
    if rating is None:
        return None, None, None, None, None
    picked = rating.least + bisect(_ends(rating), value)
    span = rating.greatest - rating.least
    return (
        float(picked),
        float(rating.least),
        float(rating.greatest),
        rating.scale,
        (picked - rating.least) / span,
    )


def _pick_rating(source: Source, chance: float) -> Rating | None:
    for rating, share in source.ratings:
        if chance < share:
            return rating
        chance -= share
    return source.ratings[-1][0]


@cache
def _ends(rating: Rating) -> list[float]:
    return [float(end) for end in np.cumsum(normalised(rating.weights))[:-1]]


def _pick(shares: Mapping[str, float], chance: float) -> str:
    for name, share in shares.items():
        if chance < share:
            return name
        chance -= share
    return next(iter(shares))


def _summary(mentions: Sequence[SampledMention]) -> tuple[str, float]:
    """The sentiment and the score of an item."""
    moods = {mention.sentiment for mention in mentions}
    score = round(sum(mention.score for mention in mentions) / len(mentions), 3)
    if {PAIN, WIN} <= moods:
        return MIXED, score
    return next((mood for mood in (PAIN, WIN) if mood in moods), "neutral"), score
