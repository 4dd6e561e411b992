"""Intervals, tests and corrections, from sums alone. Pure; all intervals hold 95 %.

Counts may be fractions: whoever counts answers that depend on each other gives the number of those
that don't (``Moments.thinned``; Kish 1965, Survey Sampling, 8.2: the effective sample size).
"""

from collections.abc import Iterable, Sequence
from math import erfc, sqrt
from typing import Final, NamedTuple

from nlp import probe
from nlp.probe import Z_95 as Z_95

LEVEL: Final = 0.05
"""Below which a p, corrected if there are many, is called significant."""
TAIL: Final = 0.975
SMOOTHING: Final = 3.0
"""How many answers are added to a bounded scale before its spread is taken; see ``smoothed``."""


class Interval(NamedTuple):
    """The bounds of a 95 % interval."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of its width: "plus or minus"."""
        return (self.high - self.low) / 2


class Change(NamedTuple):
    """A difference with its 95 % interval and the two-sided p that there is none.

    ``difference`` and a bound are None where they are not finite.
    """

    difference: float | None
    low: float | None
    high: float | None
    p: float

    def times(self, unit: float) -> "Change":
        """The same in units ``unit`` times as small."""
        difference, low, high = (None if bound is None else bound * unit for bound in self[:3])
        return Change(difference, low, high, self.p)


class Estimate(NamedTuple):
    """A mean, its variance (the squared standard error), and that variance's degrees of freedom."""

    value: float
    variance: float
    freedom: float


class Moments(NamedTuple):
    """``n`` values, their sum, and the sum of their squares."""

    n: float
    total: float
    squares: float

    def thinned(self, n: float) -> "Moments":
        """As if there were only ``n`` of them, with the same mean and spread."""
        return Moments(*(part * n / self.n for part in self)) if self.n else self

    def smoothed(self, least: float, greatest: float) -> "Moments":
        """With 3 more values: 3/4 at each end of the scale, 3/2 in the middle.

        So that a few answers that all say the same don't have no spread at all. Rocks 2016,
        Interval estimation for the net promoter score, The American Statistician 70(4): the
        adjusted Wald interval that he recommends of six.
        """
        end, middle = SMOOTHING / 4, (least + greatest) / 2
        return Moments(
            self.n + SMOOTHING,
            self.total + SMOOTHING * middle,
            self.squares + end * (least**2 + greatest**2) + 2 * end * middle**2,
        )

    def estimate(self) -> Estimate:
        """The mean with s^2 / n and n - 1 degrees of freedom; needs two values."""
        mean = self.total / self.n
        spread = max(self.squares - self.n * mean**2, 0.0) / (self.n - 1)
        return Estimate(mean, spread / self.n, self.n - 1)


def wilson(hits: float, n: float) -> Interval:
    """The score interval of a share (Wilson 1927); 0..1 for n = 0."""
    return Interval(*probe.wilson(hits, n))


def share_change(hits: float, n: float, hits_before: float, n_before: float) -> Change | None:
    """The difference of two independent shares, ``hits / n - hits_before / n_before``.

    Interval: Newcombe 1998, Interval estimation for the difference between independent
    proportions, Statistics in Medicine 17, method 10. p: the score test with pooled variance
    (the square root of Pearson's chi-square). None if a share has no n.
    """
    if not n or not n_before:
        return None
    now, before = hits / n, hits_before / n_before
    own, other = wilson(hits, n), wilson(hits_before, n_before)
    down = sqrt((now - own.low) ** 2 + (other.high - before) ** 2)
    up = sqrt((own.high - now) ** 2 + (before - other.low) ** 2)
    pooled = (hits + hits_before) / (n + n_before)
    error = sqrt(max(pooled * (1 - pooled), 0.0) * (1 / n + 1 / n_before))
    difference = now - before
    p = two_sided(difference / error) if error else 1.0
    return Change(difference, difference - down, difference + up, p)


def rate_change(
    count: int, exposure: float, count_before: int, exposure_before: float
) -> Change | None:
    """The ratio of two Poisson rates, minus 1: +0.4 is 40 % more per unit of exposure.

    Given both counts together, ``count`` is binomial (Przyborowski & Wilenski 1940,
    Homogeneity of results in testing samples from Poisson series, Biometrika 31). The interval
    is Clopper & Pearson's of its chance, p twice the smaller tail; both are exact. None without
    a count or an exposure.
    """
    total = count + count_before
    if not total or not exposure or not exposure_before:
        return None
    from scipy.special import bdtr, betaincinv

    odds = exposure_before / exposure
    low = float(betaincinv(count, count_before + 1, 1 - TAIL)) if count else 0.0
    high = float(betaincinv(count + 1, count_before, TAIL)) if count_before else 1.0
    chance = exposure / (exposure + exposure_before)
    at_most = float(bdtr(count, total, chance))
    at_least = 1 - float(bdtr(count - 1, total, chance)) if count else 1.0
    return Change(
        count / count_before * odds - 1 if count_before else None,
        low / (1 - low) * odds - 1,
        high / (1 - high) * odds - 1 if count_before else None,
        min(2 * min(at_most, at_least), 1.0),
    )


def mean_change(now: Moments, before: Moments) -> Change:
    """The difference of two independent means (Welch 1947, Biometrika 34); two values each."""
    return contrast((1, now.estimate()), (-1, before.estimate()))


def contrast(*terms: tuple[float, Estimate]) -> Change:
    """A weighted sum of independent estimates against nothing.

    The variances add up with the squares of the weights; the degrees of freedom are
    Satterthwaite's (1946, Biometrics Bulletin 2). Two terms are Welch's test; four, (now - before)
    - (control now - control before), are a difference in differences.
    """
    difference = sum(weight * term.value for weight, term in terms)
    parts = [(weight**2 * term.variance, term.freedom) for weight, term in terms]
    variance = sum(part for part, _ in parts)
    if not variance:
        return Change(difference, difference, difference, 0.0 if difference else 1.0)
    from scipy.special import stdtr, stdtrit

    freedom = variance**2 / sum(part**2 / its for part, its in parts)
    error = sqrt(variance)
    half = float(stdtrit(freedom, TAIL)) * error
    p = 2 * float(stdtr(freedom, -abs(difference) / error))
    return Change(difference, difference - half, difference + half, p)


def mean_interval(moments: Moments, least: float, greatest: float) -> Interval:
    """The interval of a mean on a bounded scale; the whole scale for n = 0.

    The normal interval of ``Moments.smoothed``, within the scale. For values of -1, 0 and 1 it is
    Rocks' adjusted Wald interval of the NPS.
    """
    if not moments.n:
        return Interval(least, greatest)
    wide = moments.smoothed(least, greatest)
    mean = wide.total / wide.n
    half = Z_95 * sqrt(max(wide.squares / wide.n - mean**2, 0.0) / wide.n)
    return Interval(max(mean - half, least), min(mean + half, greatest))


def clustered(sums: Iterable[tuple[float, float]]) -> Estimate | None:
    """The mean of values that come in clusters, each given as (total, n).

    The ratio of the sums, with its linearised variance between clusters: k / (k - 1) x the sum of
    (total - mean x n)^2, over N^2 (Cochran 1977, Sampling Techniques, 6.4; the cluster-robust
    variance of Liang & Zeger 1986). Whatever the values of a cluster have in common is in it.
    None for fewer than two clusters.
    """
    kept = [(total, n) for total, n in sums if n]
    count, whole = len(kept), sum(n for _, n in kept)
    if count < 2:
        return None
    mean = sum(total for total, _ in kept) / whole
    spread = sum((total - mean * n) ** 2 for total, n in kept)
    return Estimate(mean, spread * count / (count - 1) / whole**2, count - 1)


def greatest_squares(total: float, groups: Sequence[tuple[float, float, float]]) -> float:
    """The greatest sum of squares that values with this ``total`` can have.

    ``groups`` are (how many values, least, greatest value). The sum of squares is convex: it is
    greatest when values are at the ends of their ranges, those with the largest range ends raised
    first (least + greatest squares per unit of total).
    """
    squares = sum(n * least**2 for n, least, _ in groups)
    rest = total - sum(n * least for n, least, _ in groups)
    for n, least, greatest in sorted(groups, key=lambda group: -(group[1] + group[2])):
        raised = min(max(rest, 0.0), n * (greatest - least))
        squares += raised * (least + greatest)
        rest -= raised
    return squares


def two_sided(z: float) -> float:
    """How likely a standard normal value is at least as far from 0 as ``z``."""
    return erfc(abs(z) / sqrt(2))


def corrected(ps: Sequence[float]) -> list[float]:
    """p values corrected for being many: the false discovery rate at which each would be called.

    Benjamini & Hochberg 1995, Controlling the false discovery rate, JRSS B 57.
    """
    found = [1.0] * len(ps)
    least = 1.0
    order = sorted(range(len(ps)), key=ps.__getitem__)
    for rank, index in reversed(list(enumerate(order, start=1))):
        least = min(least, ps[index] * len(ps) / rank)
        found[index] = least
    return found
