"""Sums of mentions and of items: integers that add up over any union of cells and periods."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import add
from typing import Any, Final, NamedTuple, TypeVar

from service.journey.native import Cell
from service.rollups.contributions import COUNTED_EMOTIONS

SUMS: Final = ("mentions", "negative", "positive", "score_milli", "severity")
NO_EMOTIONS: Final = (0,) * len(COUNTED_EMOTIONS)

K = TypeVar("K", bound=Hashable)


@dataclass(slots=True)
class MentionSums:
    """Mentions added up, in the order of ``SUMS``.

    ``score_milli`` sums 1000 x score (-1..1), ``severity`` sums 0..3; ``emotion_counts`` has the
    number of mentions with each of ``COUNTED_EMOTIONS``.
    """

    mentions: int = 0
    negative: int = 0
    positive: int = 0
    score_milli: int = 0
    severity: int = 0
    emotion_counts: tuple[int, ...] = field(default=NO_EMOTIONS, kw_only=True)

    def add(self, other: "MentionSums") -> None:
        """Add ``other``, in place."""
        self.mentions += other.mentions
        self.negative += other.negative
        self.positive += other.positive
        self.score_milli += other.score_milli
        self.severity += other.severity
        self.emotion_counts = tuple(map(add, self.emotion_counts, other.emotion_counts))


class RatingSums(NamedTuple):
    """``n`` ratings on one scale: the sum of 1000 x value, and how many are high and low."""

    n: int = 0
    value_milli: int = 0
    high: int = 0
    low: int = 0

    def plus(self, other: "RatingSums", sign: int = 1) -> "RatingSums":
        """The sum with ``other``; with ``sign`` -1, the difference."""
        n, value_milli, high, low = other
        return RatingSums(
            self.n + sign * n,
            self.value_milli + sign * value_milli,
            self.high + sign * high,
            self.low + sign * low,
        )


@dataclass(slots=True)
class ItemSums:
    """Distinct items added up, and their ratings by scale (``nps:0-10``).

    ``silent`` counts those without any mention.
    """

    items: int = 0
    ratings: dict[str, RatingSums] = field(default_factory=dict)
    silent: int = field(default=0, kw_only=True)

    @property
    def with_mentions(self) -> int:
        """The number of items with a mention."""
        return self.items - self.silent

    def most_rated(self, at_least: int = 1) -> str | None:
        """The scale with most ratings; None if none has ``at_least`` so many."""
        rated = [(rating.n, scale) for scale, rating in self.ratings.items()]
        n, scale = max(rated, default=(0, ""))
        return scale if n >= at_least else None

    def add(self, items: int, scale: str, rating: RatingSums) -> None:
        """Add ``items`` items that are rated on ``scale`` ("" if they are not rated)."""
        self.items += items
        if scale:
            known = self.ratings.get(scale)
            self.ratings[scale] = known.plus(rating) if known else rating


class Part(NamedTuple):
    """The sums of a part of the feedback: its mentions, and the items that touch it."""

    mentions: MentionSums
    items: ItemSums


EMPTY_PART: Final = Part(MentionSums(), ItemSums())
"""Its sums can be changed in place, so they are only to be read."""


class Days(NamedTuple):
    """The first and the last day (UTC) with a mention of one sentiment."""

    first: date
    last: date

    def joined(self, other: "Days") -> "Days":
        """The first and the last day of both."""
        return Days(min(self.first, other.first), max(self.last, other.last))


class MentionRow(NamedTuple):
    """The mentions of one native cell, in one period (None if there are no periods)."""

    period: date | None
    cell: Cell
    sums: MentionSums


class ItemRow(NamedTuple):
    """The items that touch exactly ``cells`` (native), rated on ``scale`` ("" if not rated).

    Items without a mention are ``silent``, and touch the cell that their sender stated.
    """

    period: date | None
    cells: frozenset[Cell]
    scale: str
    items: int
    rating: RatingSums
    silent: bool


def mention_row(period: date | None, stage: str, touchpoint: str, *sums: Any) -> MentionRow:
    """A row from ``sums``: ``SUMS``, ``COUNTED_EMOTIONS``."""
    emotion_counts = tuple(sums[len(SUMS) :])
    counted = MentionSums(*sums[: len(SUMS)], emotion_counts=emotion_counts)
    return MentionRow(period, Cell(stage, touchpoint), counted)


def item_row(
    period: date | None, cells: frozenset[Cell], scale: str, *sums: Any, silent: bool
) -> ItemRow:
    """A row from ``sums``: items, value_milli, high and low."""
    items, value_milli, high, low = map(int, sums)
    rating = RatingSums(items, value_milli, high, low) if scale else RatingSums()
    return ItemRow(period, cells, scale, items, rating, silent)


def total(sums: Iterable[MentionSums]) -> MentionSums:
    """All of ``sums`` together."""
    whole = MentionSums()
    for part in sums:
        whole.add(part)
    return whole


def joined(mentions: Mapping[K, MentionSums], items: Mapping[K, ItemSums]) -> dict[K, Part]:
    """The parts that have mentions, or items, or both."""
    return {
        key: Part(mentions.get(key, EMPTY_PART.mentions), items.get(key, EMPTY_PART.items))
        for key in mentions.keys() | items.keys()
    }


def mentions_by(
    rows: Iterable[MentionRow], group_of: Callable[[MentionRow], K]
) -> dict[K, MentionSums]:
    """Mention sums by group."""
    sums: dict[K, MentionSums] = defaultdict(MentionSums)
    for row in rows:
        sums[group_of(row)].add(row.sums)
    return sums
