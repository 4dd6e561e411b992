"""What measures are means of: values on a bounded scale, known by their sums. Pure.

Mentions of one item are not independent of each other, so that their number is taken for that of
the items where it is larger. That is the effective sample size of items with as many mentions each
that always agree: too few where they agree in part; too many where they do agree and some items
have far more of them than others. It is then (sum of m)^2 / sum of m^2 of m mentions an item
(Kish 1965, Survey Sampling, 8.2), which sums do not tell. Where sums do not tell the squares of the
values either, the greatest ones that they allow are taken (never too sure).
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import count
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

WIDEST: Final = 0.2
FEWEST: Final = next(n for n in count(1) if wilson(n / 2, n).half_width <= WIDEST)
"""Independent answers from which on any share is known to +-0.2 or better: 21. Fewer are small."""
WORST: Final = 3
_SPAN: Final = re.compile(r"(-?[\d.]+(?:e[+-]\d+)?)-(-?[\d.]+(?:e[+-]\d+)?)")


class Sample(NamedTuple):
    """Values from ``least`` to ``greatest``; if ``two_valued``, nothing between these.

    One sample, or many on the same scale, if ``moments`` are columns; see ``Number``.
    """

    moments: Moments
    least: float
    greatest: float
    two_valued: bool = False

    @property
    def n(self) -> Number:
        """How many independent values there are."""
        return self.moments.n

    @property
    def value(self) -> float | None:
        """The mean of one sample; None without values."""
        return self.moments.total / self.moments.n if self.moments.n else None

    @property
    def small(self) -> Any:
        """Whether there are too few values to judge by."""
        return self.moments.n < FEWEST

    def interval(self) -> Interval:
        """Wilson's for two values, else the normal one of the smoothed values."""
        if not self.two_valued:
            return mean_interval(self.moments, self.least, self.greatest)
        span = self.greatest - self.least
        low, high = wilson(self._hits(), self.n)
        return Interval(self.least + span * low, self.least + span * high)

    def change(self, before: "Sample") -> Change | None:
        """The difference to another sample on the same scale; None if one is empty.

        Of many, none may be. The interval of a few values, which is that of the smoothed ones, is
        made wide enough to have the difference in it.
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

    def thinned(self, n: Number) -> "Sample":
        """As if there were only ``n`` values, with the same mean and spread."""
        return self._replace(moments=self.moments.thinned(n))

    def smoothed(self) -> Moments:
        """The values with what keeps a few equal ones from having no spread."""
        return self.moments.smoothed(self.least, self.greatest)

    def at(self, places: Any) -> "Sample":
        """Of many, those at ``places`` (indices, or a mask)."""
        return self._replace(moments=Moments(*(column[places] for column in self.moments)))

    def _hits(self) -> Number:
        """Of two values, how many are the greater one."""
        return (self.moments.total - self.n * self.least) / (self.greatest - self.least)


def of_mentions(sums: MentionSums, items: Number) -> dict[str, Sample]:
    """What ``negative_share``, ``net_sentiment`` and ``mean_severity`` are means of."""
    return _of_counts(sums.mentions, sums.negative, sums.positive, sums.severity, items)


def of_many_mentions(sums: Sequence[MentionSums], items: Sequence[float]) -> dict[str, Sample]:
    """The same of many, as columns in their order."""
    counts = [(own.mentions, own.negative, own.positive, own.severity) for own in sums]
    n, negative, positive, severity = _columns(counts, 4)
    return _of_counts(n, negative, positive, severity, np.asarray(items, float))


def _of_counts(
    n: Number, negative: Number, positive: Number, severity: Number, items: Number
) -> dict[str, Sample]:
    greatest = greatest_squares(severity, [(n, 0, WORST)])
    samples = {
        "negative_share": Sample(Moments(n, negative, negative), 0, 1, two_valued=True),
        "net_sentiment": Sample(Moments(n, positive - negative, positive + negative), -1, 1),
        "mean_severity": Sample(Moments(n, severity, greatest), 0, WORST),
    }
    kept = at_most(n, items)
    return {name: sample.thinned(kept) for name, sample in samples.items()}


def share(part: Number, part_items: Number, whole: int, items: int) -> Sample:
    """Whether each of ``whole`` mentions, from ``items``, is one of ``part``, from ``part_items``.

    Independent are as many as there would be if every item had as many mentions as those of the
    whole or those of the part have on average, whichever is more: a part that one item is all of
    is one answer, however many mentions that item has elsewhere or others have here.
    """
    everything = whole + 0 * part
    an_item = at_least(quotient(part, part_items, part), max(quotient(whole, items, whole), 1.0))
    return Sample(Moments(everything, part, part), 0, 1, two_valued=True).thinned(
        everything / an_item
    )


def of_ratings(scale: str, rating: RatingSums) -> Sample:
    """What the KPI of a scale (``nps:0-10``) is the mean of, in the KPI's unit.

    Of other scales than NPS and CSAT the squares are bounded by the sum, and by how many values
    are in the upper and in the lower quarter of the scale.
    """
    return _of_scale(scale, *rating)


def of_many_ratings(scale: str, ratings: Sequence[RatingSums]) -> Sample:
    """The same of many, as columns in their order."""
    n, value_milli, high, low = _columns(ratings, 4)
    return _of_scale(scale, n, value_milli, high, low)


def _of_scale(scale: str, n: Number, value_milli: Number, high: Number, low: Number) -> Sample:
    name, _, span = scale.partition(":")
    if name == "nps":
        return Sample(Moments(n, 100 * (high - low), 1e4 * (high + low)), -100, 100)
    if name == "csat":
        return Sample(Moments(n, 100 * high, 1e4 * high), 0, 100, two_valued=True)
    least, greatest = ends(span)
    quarter = (greatest - least) / 4
    total = value_milli / 1000
    groups = [
        (low, least, least + quarter),
        (n - low - high, least + quarter, greatest - quarter),
        (high, greatest - quarter, greatest),
    ]
    return Sample(Moments(n, total, greatest_squares(total, groups)), least, greatest)


def kpi_samples(items: ItemSums) -> dict[str, Sample]:
    """By scale, those that there are ratings on."""
    return {
        scale: of_ratings(scale, rating)
        for scale, rating in sorted(items.ratings.items())
        if rating.n
    }


def _columns(rows: Sequence[Sequence[float]], width: int) -> Double:
    """``rows`` turned round: (width, rows)."""
    return np.asarray(rows, float).reshape(len(rows), width).T


@cache
def ends(span: str) -> tuple[float, float]:
    """``1-7`` or ``-5-5`` as numbers."""
    found = _SPAN.fullmatch(span)
    if found is None:
        raise ValueError(f"{span!r} is no range of a scale")
    return float(found[1]), float(found[2])
