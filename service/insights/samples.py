"""What measures are means of: values on a bounded scale, known by their sums. Pure.

Mentions of one item are not independent of each other, so that their number is taken for that of
the items where it is larger (the effective sample size if they always agree: never too sure).
Where sums do not tell the squares, the greatest ones that they allow are taken (never too sure).
"""

import re
from itertools import count
from typing import Final, NamedTuple

from service.insights.statistics import (
    Change,
    Interval,
    Moments,
    greatest_squares,
    mean_change,
    mean_interval,
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
    """Values from ``least`` to ``greatest``; if ``two_valued``, nothing between these."""

    moments: Moments
    least: float
    greatest: float
    two_valued: bool = False

    @property
    def n(self) -> float:
        """How many independent values there are."""
        return self.moments.n

    @property
    def value(self) -> float | None:
        """The mean; None without values."""
        return self.moments.total / self.moments.n if self.moments.n else None

    @property
    def small(self) -> bool:
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
        """The difference to another sample on the same scale; None if one is empty."""
        if self.value is None or before.value is None:
            return None
        if not self.two_valued:
            smooth = mean_change(self.smoothed(), before.smoothed())
            return smooth._replace(difference=self.value - before.value)
        found = share_change(self._hits(), self.n, before._hits(), before.n)
        return found and found.times(self.greatest - self.least)

    def smoothed(self) -> Moments:
        """The values with what keeps a few equal ones from having no spread."""
        return self.moments.smoothed(self.least, self.greatest)

    def _hits(self) -> float:
        """Of two values, how many are the greater one."""
        return (self.moments.total - self.n * self.least) / (self.greatest - self.least)


def of_mentions(sums: MentionSums, items: float) -> dict[str, Sample]:
    """What ``negative_share``, ``net_sentiment`` and ``mean_severity`` are means of."""
    n, negative, positive = sums.mentions, sums.negative, sums.positive
    severity = greatest_squares(sums.severity, [(n, 0, WORST)])
    samples = {
        "negative_share": Sample(Moments(n, negative, negative), 0, 1, two_valued=True),
        "net_sentiment": Sample(Moments(n, positive - negative, positive + negative), -1, 1),
        "mean_severity": Sample(Moments(n, sums.severity, severity), 0, WORST),
    }
    kept = min(n, items)
    return {
        name: sample._replace(moments=sample.moments.thinned(kept))
        for name, sample in samples.items()
    }


def share(part: int, whole: int, items: int) -> Sample:
    """Whether each of ``whole`` mentions, from ``items``, is one of ``part``."""
    moments = Moments(whole, part, part).thinned(min(whole, items))
    return Sample(moments, 0, 1, two_valued=True)


def of_ratings(scale: str, rating: RatingSums) -> Sample:
    """What the KPI of a scale (``nps:0-10``) is the mean of, in the KPI's unit.

    Of other scales than NPS and CSAT the squares are bounded by the sum, and by how many values
    are in the upper and in the lower quarter of the scale.
    """
    name, _, span = scale.partition(":")
    n, high, low = rating.n, rating.high, rating.low
    if name == "nps":
        return Sample(Moments(n, 100 * (high - low), 1e4 * (high + low)), -100, 100)
    if name == "csat":
        return Sample(Moments(n, 100 * high, 1e4 * high), 0, 100, two_valued=True)
    least, greatest = _ends(span)
    quarter = (greatest - least) / 4
    total = rating.value_milli / 1000
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


def _ends(span: str) -> tuple[float, float]:
    """``1-7`` or ``-5-5`` as numbers."""
    found = _SPAN.fullmatch(span)
    if found is None:
        raise ValueError(f"{span!r} is no range of a scale")
    return float(found[1]), float(found[2])
