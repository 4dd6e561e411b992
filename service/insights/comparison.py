"""Compares two sides: the difference of each measure, its interval and its significance. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from math import isnan
from typing import Any, Final, NamedTuple

import numpy as np

from service.insights import samples
from service.insights.measures import DIGITS, NOT_RATED, Fields, scale_name
from service.insights.samples import MIN_ANSWERS, Sample
from service.insights.statistics import (
    SIGNIFICANCE_LEVEL,
    Change,
    Double,
    benjamini_hochberg,
    rate_changes,
)
from service.insights.sums import Part

KPI_DIGITS: Final = 2
P_DIGITS: Final = 5


class Side(NamedTuple):
    """One side as a whole: its mentions, the items that have them, and its length in days, None if
    volumes are not to be compared."""

    mentions: int
    with_mentions: int
    days: float | None


def compare(
    now: Sequence[Part], before: Sequence[Part], side: Side, other: Side
) -> list[dict[str, Fields]]:
    """For each part, the differences of all measures that both sides have.

    By measure, the fields of ``DifferenceOut``; ``correct_p_values`` sets ``significant``.
    """
    found: list[dict[str, Fields]] = [{} for _ in now]
    for place, fields in _volumes(now, before, side, other):
        found[place]["volume"] = fields
    for name, own, others, digits in _samples(now, before, side, other):
        for place, fields in _changes(own, others, digits):
            found[place][name] = fields
    return found


def correct_p_values(changes: Iterable[Fields]) -> None:
    """Correct all p of one response for multiple tests, and set ``significant``, in place."""
    tested = [change for change in changes if change["p"] is not None]
    for change, p in zip(
        tested, benjamini_hochberg([change["p"] for change in tested]), strict=True
    ):
        change["p"], change["significant"] = round(p, P_DIGITS), p < SIGNIFICANCE_LEVEL


def _samples(
    now: Sequence[Part], before: Sequence[Part], side: Side, other: Side
) -> Iterator[tuple[str, Sample, Sample, int]]:
    """Each measure: its name, its samples on both sides, and the digits to round to."""
    yield "share", _shares(now, side), _shares(before, other), DIGITS
    own, others = (
        samples.of_many_mentions(
            [of.mentions for of in parts], [of.items.with_mentions for of in parts]
        )
        for parts in (now, before)
    )
    for name, sample in own.items():
        yield name, sample, others[name], DIGITS
    for scale in sorted({scale for of in now for scale in of.items.ratings}):
        rated, rated_before = (
            samples.of_many_ratings(scale, [of.items.ratings.get(scale, NOT_RATED) for of in parts])
            for parts in (now, before)
        )
        yield scale_name(scale), rated, rated_before, KPI_DIGITS


def _shares(parts: Sequence[Part], side: Side) -> Sample:
    counts = np.asarray([of.mentions.mentions for of in parts], float)
    items = np.asarray([of.items.with_mentions for of in parts], float)
    return samples.share(counts, items, side.mentions, side.with_mentions)


def _changes(now: Sample, before: Sample, digits: int) -> Iterator[tuple[int, Fields]]:
    """The indices of the parts with values on both sides, and the fields of their differences."""
    both = np.flatnonzero((now.n > 0) & (before.n > 0))
    own, other = now.at(both), before.at(both)
    change = own.change(other)
    if change is not None:
        tested, values = ~(own.small | other.small), other.moments.total / other.n
        yield from zip(both.tolist(), _shown(values, change, tested, digits), strict=True)


def _volumes(
    now: Sequence[Part], before: Sequence[Part], side: Side, other: Side
) -> Iterator[tuple[int, Fields]]:
    """The relative difference in items a day; the field ``other`` is the number of items of the
    other side."""
    if not side.days or not other.days:
        return
    counts = np.asarray([of.items.items for of in now], int)
    counts_before = np.asarray([of.items.items for of in before], int)
    some = np.flatnonzero(counts + counts_before)
    own, others = counts[some], counts_before[some]
    change = rate_changes(own, side.days, others, other.days)
    shown = _shown(others, change, own + others >= MIN_ANSWERS, DIGITS)
    yield from zip(some.tolist(), shown, strict=True)


def _shown(other: Double, change: Change, tested: Any, digits: int) -> Iterator[Fields]:
    columns = [np.asarray(column).tolist() for column in (other, *change, tested)]
    for value, difference, low, high, p, enough in zip(*columns, strict=True):
        yield {
            "other": round(value, digits),
            "difference": _rounded(difference, digits),
            "low": _rounded(low, digits),
            "high": _rounded(high, digits),
            "p": p if enough else None,
            "significant": False,
        }


def _rounded(value: float, digits: int) -> float | None:
    return None if isnan(value) else round(value, digits)
