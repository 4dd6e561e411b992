"""Samples: the values that measures are means of, on bounded scales and known by their sums. Pure.

Mentions of one item are not independent of each other, so the sample size is at most the number of
items. That is the effective sample size if all items have equally many mentions, which always
agree. It is too small if mentions agree only in part, and too large if they do agree, but some
items have far more of them than others: for m mentions an item it would be
(sum of m)^2 / sum of m^2 (Kish 1965, Survey Sampling, 8.2), which the sums don't contain. If they
don't contain the squares of the values either, the greatest ones that they allow are used, so that
intervals are never too narrow for that reason.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np

from service.insights.statistics import (
    Change,
    Double,
    Interval,
    Moments,
    Number,
    at_least,
    at_most,
    greatest_squares,
    mean_change,
    mean_interval,
    quotient,
    share_change,
    wilson,
)
from service.insights.sums import ItemSums, MentionSums, RatingSums

MIN_ANSWERS: Final = 21
"""The independent answers that determine any share to +-0.2 or better; fewer are small."""
MAX_SEVERITY: Final = 3
_SPAN: Final = re.compile(r"(-?[\d.]+(?:e[+-]\d+)?)-(-?[\d.]+(?:e[+-]\d+)?)")


class Sample(NamedTuple):
    """Values from ``least`` to ``greatest``; if ``two_valued``, only these two.

    One sample, or many on the same scale if ``moments`` are arrays; see ``statistics.Number``.
    """

    moments: Moments
    least: float
    greatest: float
    two_valued: bool = False

    @property
    def n(self) -> Number:
        """The number of independent values."""
        return self.moments.n

    @property
    def value(self) -> float | None:
        """The mean of one sample; None without values."""
        return self.moments.total / self.moments.n if self.moments.n else None

    @property
    def small(self) -> Any:
        """Whether there are too few values to judge by."""
        return self.moments.n < MIN_ANSWERS

    def interval(self) -> Interval:
        """Wilson's interval if ``two_valued``, else the normal one of the smoothed values."""
        if not self.two_valued:
            return mean_interval(self.moments, self.least, self.greatest)
        span = self.greatest - self.least
        low, high = wilson(self._hits(), self.n)
        return Interval(self.least + span * low, self.least + span * high)

    def change(self, before: "Sample") -> Change | None:
        """The difference to another sample on the same scale; None if one is empty.

        Of many samples, none may be empty. The interval is that of the smoothed values, widened if
        necessary (with few values) to contain the difference.
        """
        if not isinstance(self.n, np.ndarray) and (not self.n or not before.n):
            return None
        span = self.greatest - self.least
        if not self.two_valued:
            smooth = mean_change(self.smoothed(), before.smoothed())
            own, other = (side.moments.total / side.n for side in (self, before))
            return smooth._replace(difference=own - other).within(span)
        found = share_change(self._hits(), self.n, before._hits(), before.n)
        return found and found.times(span)

    def rescaled(self, n: Number) -> "Sample":
        """The sample scaled to ``n`` values with the same mean and spread."""
        return self._replace(moments=self.moments.rescaled(n))

    def smoothed(self) -> Moments:
        """The values plus pseudo-values, so that a few equal values don't have zero spread."""
        return self.moments.smoothed(self.least, self.greatest)

    def at(self, places: Any) -> "Sample":
        """Of many samples, those at ``places`` (indices, or a mask)."""
        return self._replace(moments=Moments(*(column[places] for column in self.moments)))

    def _hits(self) -> Number:
        """How many values are ``greatest``, if ``two_valued``."""
        return (self.moments.total - self.n * self.least) / (self.greatest - self.least)


def of_mentions(sums: MentionSums, items: Number) -> dict[str, Sample]:
    """The samples of ``negative_share``, ``net_sentiment`` and ``mean_severity``.

    ``items`` is the number of items with these mentions.
    """
    return _of_counts(sums.mentions, sums.negative, sums.positive, sums.severity, items)


def of_many_mentions(sums: Sequence[MentionSums], items: Sequence[float]) -> dict[str, Sample]:
    """``of_mentions`` of many sums at once, as arrays in the same order."""
    counts = [(own.mentions, own.negative, own.positive, own.severity) for own in sums]
    n, negative, positive, severity = _columns(counts, 4)
    return _of_counts(n, negative, positive, severity, np.asarray(items, float))


def _of_counts(
    n: Number, negative: Number, positive: Number, severity: Number, items: Number
) -> dict[str, Sample]:
    greatest = greatest_squares(severity, [(n, 0, MAX_SEVERITY)])
    samples = {
        "negative_share": Sample(Moments(n, negative, negative), 0, 1, two_valued=True),
        "net_sentiment": Sample(Moments(n, positive - negative, positive + negative), -1, 1),
        "mean_severity": Sample(Moments(n, severity, greatest), 0, MAX_SEVERITY),
    }
    kept = at_most(n, items)
    return {name: sample.rescaled(kept) for name, sample in samples.items()}


def share(part: Number, part_items: Number, whole: int, items: int) -> Sample:
    """The share of a part (mentions, from ``part_items``) in the whole (mentions, from ``items``).

    The number of independent answers is ``whole`` divided by the mean mentions per item, of the
    whole or of the part, whichever is larger: a part that comes from a single item counts as one
    answer at most, however many mentions it has.
    """
    everything = whole + 0 * part
    an_item = at_least(quotient(part, part_items, part), max(quotient(whole, items, whole), 1.0))
    return Sample(Moments(everything, part, part), 0, 1, two_valued=True).rescaled(
        everything / an_item
    )


def of_ratings(scale: str, rating: RatingSums) -> Sample:
    """The sample whose mean is the KPI of a scale (``nps:0-10``), in the KPI's unit.

    For scales other than NPS and CSAT, the sum of squares is the greatest that is possible with the
    sum of the values and the numbers of them in the upper and the lower quarter of the scale.
    """
    return _of_scale(scale, *rating)


def of_many_ratings(scale: str, ratings: Sequence[RatingSums]) -> Sample:
    """``of_ratings`` of many sums at once, as arrays in the same order."""
    n, value_milli, high, low = _columns(ratings, 4)
    return _of_scale(scale, n, value_milli, high, low)


def _of_scale(scale: str, n: Number, value_milli: Number, high: Number, low: Number) -> Sample:
    name, _, span = scale.partition(":")
    if name == "nps":
        return Sample(Moments(n, 100 * (high - low), 1e4 * (high + low)), -100, 100)
    if name == "csat":
        return Sample(Moments(n, 100 * high, 1e4 * high), 0, 100, two_valued=True)
    least, greatest = scale_bounds(span)
    quarter = (greatest - least) / 4
    total = value_milli / 1000
    groups = [
        (low, least, least + quarter),
        (n - low - high, least + quarter, greatest - quarter),
        (high, greatest - quarter, greatest),
    ]
    return Sample(Moments(n, total, greatest_squares(total, groups)), least, greatest)


def kpi_samples(items: ItemSums) -> dict[str, Sample]:
    """``of_ratings`` by scale, for the scales with ratings."""
    return {
        scale: of_ratings(scale, rating)
        for scale, rating in sorted(items.ratings.items())
        if rating.n
    }


def _columns(rows: Sequence[Sequence[float]], width: int) -> Double:
    """``rows`` transposed, as an array of shape (width, rows)."""
    return np.asarray(rows, float).reshape(len(rows), width).T


@cache
def scale_bounds(span: str) -> tuple[float, float]:
    """The ends of a range such as ``1-7`` or ``-5-5``."""
    found = _SPAN.fullmatch(span)
    if found is None:
        raise ValueError(f"{span!r} is no range of a scale")
    return float(found[1]), float(found[2])
