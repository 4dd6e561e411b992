"""Intervals, tests and corrections, computed from sums. Pure; all intervals are 95 % intervals.

A ``Number`` is a float, or an array of floats: the same formulas serve one case, or many at once,
elementwise. Where a single case has no result (None), arrays have NaN.

Counts can be fractions: for answers that depend on each other, callers pass the effective sample
size (``Moments.rescaled``; Kish 1965, Survey Sampling, 8.2). Results are only as good as that
number; ``samples`` says where it is too large.
"""

from collections.abc import Iterable, Sequence
from math import erfc, sqrt
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nlp import rates
from nlp.rates import SIGNIFICANCE_LEVEL as SIGNIFICANCE_LEVEL
from nlp.rates import Z_95 as Z_95

Double = NDArray[np.float64]
Number: TypeAlias = Any
"""A float, or an array (n,) of floats; all arguments of a call are floats or of the same shape."""

TAIL: Final = 0.975
POWER: Final = 0.8
SMOOTHING: Final = 3.0
"""The pseudo-answers that are added before the spread on a bounded scale is computed; see
``Moments.smoothed``."""


class Interval(NamedTuple):
    """The bounds of a 95 % interval."""

    low: Number
    high: Number

    @property
    def half_width(self) -> Number:
        """Half of its width: "plus or minus"."""
        return (self.high - self.low) / 2


class Change(NamedTuple):
    """A difference with its 95 % interval and the two-sided p of no difference.

    ``difference`` and bounds are None (in arrays NaN) where they are not finite.
    """

    difference: Number | None
    low: Number | None
    high: Number | None
    p: Number

    def times(self, unit: float) -> "Change":
        """The difference and its bounds multiplied by ``unit``."""
        difference, low, high = (None if bound is None else bound * unit for bound in self[:3])
        return Change(difference, low, high, self.p)

    def within(self, span: float) -> "Change":
        """The interval clipped to the differences that a scale of that ``span`` allows, but not so
        far that it excludes the difference: a difference in differences can exceed the span."""
        return self._replace(
            low=at_most(at_least(self.low, -span), self.difference),
            high=at_least(at_most(self.high, span), self.difference),
        )


class Estimate(NamedTuple):
    """A mean, its variance (the squared standard error), and that variance's degrees of freedom."""

    value: Number
    variance: Number
    degrees_of_freedom: Number


class Moments(NamedTuple):
    """``n`` values, their sum, and the sum of their squares."""

    n: Number
    total: Number
    squares: Number

    def rescaled(self, n: Number) -> "Moments":
        """The sums scaled to ``n`` values with the same mean and spread."""
        return Moments(*(quotient(part * n, self.n, part) for part in self))

    def smoothed(self, least: float, greatest: float) -> "Moments":
        """The sums with 3 more values: 3/4 at each end of the scale, 3/2 in the middle.

        Without them, a few identical answers would have zero spread. Rocks 2016, Interval
        estimation for the net promoter score, The American Statistician 70(4): the adjusted Wald
        interval, which he recommends among six.
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
        spread = at_least(self.squares - self.n * mean**2, 0.0) / (self.n - 1)
        return Estimate(mean, spread / self.n, self.n - 1)


def quotient(part: Number, whole: Number, nothing: Number) -> Number:
    """``part / whole``; ``nothing`` where ``whole`` is 0."""
    if not isinstance(whole, np.ndarray):
        return part / whole if whole else nothing
    return np.where(whole == 0, nothing, part / np.where(whole == 0, 1.0, whole))


def at_least(value: Number, least: Number) -> Number:
    """The greater of both, elementwise."""
    return np.maximum(value, least) if isinstance(value, np.ndarray) else max(value, least)


def at_most(value: Number, greatest: Number) -> Number:
    """The smaller of both, elementwise."""
    return np.minimum(value, greatest) if isinstance(value, np.ndarray) else min(value, greatest)


def _root(value: Number) -> Number:
    return np.sqrt(value) if isinstance(value, np.ndarray) else sqrt(value)


def wilson(hits: Number, n: Number) -> Interval:
    """The score interval of a share (Wilson 1927); 0..1 for n = 0."""
    if not isinstance(n, np.ndarray):
        return Interval(*rates.wilson(hits, n))
    low, high = rates.score_interval(quotient(hits, n, 0.0), np.where(n == 0, 1.0, n))
    return Interval(
        np.where(n == 0, 0.0, at_least(low, 0.0)), np.where(n == 0, 1.0, at_most(high, 1.0))
    )


def share_change(hits: Number, n: Number, hits_before: Number, n_before: Number) -> Change | None:
    """The difference of two independent shares, ``hits / n - hits_before / n_before``.

    Interval: Newcombe 1998, Interval estimation for the difference between independent
    proportions, Statistics in Medicine 17, method 10. p: the score test with pooled variance
    (the square root of Pearson's chi-square). None if an ``n`` is 0; in arrays none may be 0.
    """
    if not isinstance(n, np.ndarray) and (not n or not n_before):
        return None
    now, before = hits / n, hits_before / n_before
    own, other = wilson(hits, n), wilson(hits_before, n_before)
    down = _root((now - own.low) ** 2 + (other.high - before) ** 2)
    up = _root((own.high - now) ** 2 + (before - other.low) ** 2)
    pooled = (hits + hits_before) / (n + n_before)
    error = _root(at_least(pooled * (1 - pooled), 0.0) * (1 / n + 1 / n_before))
    difference = now - before
    return Change(
        difference,
        difference - down,
        difference + up,
        two_sided_p(quotient(difference, error, 0.0)),
    )


def rate_changes(
    count: ArrayLike, exposure: float, count_before: ArrayLike, exposure_before: float
) -> Change:
    """The ratios of two Poisson rates, minus 1: +0.4 is 40 % more per unit of exposure.

    For many pairs of counts over the same two exposures; no pair may be 0 and 0. Given the sum of a
    pair, ``count`` is binomial (Przyborowski & Wilenski 1940, Homogeneity of results in testing
    samples from Poisson series, Biometrika 31). The interval is Clopper & Pearson's for its
    probability, p is twice the smaller tail. Both are exact for whole counts; as both are
    incomplete beta functions, fractions are interpolated. With a count before below 1 there is no
    upper bound.
    """
    from scipy.special import betainc, betaincinv

    own, before = np.asarray(count), np.asarray(count_before)
    odds = exposure_before / exposure
    chance = exposure / (exposure + exposure_before)
    none, never = own == 0, before == 0
    positive, earlier = np.where(none, 1, own), np.where(never, 1, before)
    unbounded = before < 1
    low = np.where(none, 0.0, betaincinv(positive, before + 1, 1 - TAIL))
    high = betaincinv(own + 1, np.where(unbounded, 1, before), TAIL)
    lower = np.where(never, 1.0, betainc(earlier, own + 1, 1 - chance))
    upper = np.where(none, 1.0, betainc(positive, before + 1, chance))
    some = np.where(never, np.nan, before)
    return Change(
        own / some * odds - 1,
        low / (1 - low) * odds - 1,
        np.where(unbounded, np.nan, high / (1 - high) * odds - 1),
        at_most(2 * at_most(lower, upper), 1.0),
    )


def mean_change(now: Moments, before: Moments) -> Change:
    """The difference of two independent means, of at least two values each (Welch 1947, Biometrika
    34)."""
    return contrast((1, now.estimate()), (-1, before.estimate()))


def combined(*terms: tuple[float, Estimate]) -> Estimate:
    """A weighted sum of independent estimates.

    The variances add up with the squares of the weights; the degrees of freedom are
    Satterthwaite's (1946, Biometrics Bulletin 2).
    """
    parts = [(weight**2 * term.variance, term.degrees_of_freedom) for weight, term in terms]
    variance = sum(part for part, _ in parts)
    return Estimate(
        sum(weight * term.value for weight, term in terms),
        variance,
        quotient(variance**2, sum(part**2 / its for part, its in parts), 1.0),
    )


def contrast(*terms: tuple[float, Estimate]) -> Change:
    """A weighted sum of independent estimates, tested against 0 by Student's distribution.

    Two terms are Welch's test; four, (now - before) - (control now - control before), are a
    difference in differences.
    """
    from scipy.special import stdtr, stdtrit

    difference, variance, freedom = combined(*terms)
    error = _root(variance)
    half = stdtrit(freedom, TAIL) * error
    p = 2 * stdtr(
        freedom, -quotient(abs(difference), error, np.where(difference == 0, 0.0, np.inf))
    )
    if not isinstance(difference, np.ndarray):
        half, p = float(half), float(p)
    return Change(difference, difference - half, difference + half, p)


def detectable(found: Estimate) -> float:
    """The smallest true value that shows in 4 of 5 cases, by a test of its own at 5 %.

    (t + t') x the standard error, with Student's 97.5th and 80th percentile (Bloom 1995, Minimum
    detectable effects, Evaluation Review 19).
    """
    from scipy.special import stdtrit

    quantiles = stdtrit(found.degrees_of_freedom, TAIL) + stdtrit(found.degrees_of_freedom, POWER)
    return float(quantiles * _root(found.variance))


def mean_interval(moments: Moments, least: float, greatest: float) -> Interval:
    """The interval of a mean on a bounded scale; the whole scale for n = 0.

    The normal interval of ``Moments.smoothed``, clipped to the scale, and widened to contain the
    mean, which it can miss for very few values. For values of -1, 0 and 1 it is Rocks' adjusted
    Wald interval of the NPS.
    """
    wide = moments.smoothed(least, greatest)
    mean = wide.total / wide.n
    half = Z_95 * _root(at_least(wide.squares / wide.n - mean**2, 0.0) / wide.n)
    own = quotient(moments.total, moments.n, mean)
    low = at_most(at_least(mean - half, least), own)
    high = at_least(at_most(mean + half, greatest), own)
    if not isinstance(low, np.ndarray):
        return Interval(low, high) if moments.n else Interval(least, greatest)
    nothing = moments.n == 0
    return Interval(np.where(nothing, least, low), np.where(nothing, greatest, high))


def clustered_mean(sums: Iterable[tuple[float, float]]) -> Estimate | None:
    """The mean of values that come in clusters, each given as (total, n).

    The ratio of the sums, with the jackknife's variance: (k - 1) / k x the sum, over the clusters,
    of (the mean without that cluster - the mean)^2 (Efron & Tibshirani 1993, An Introduction to the
    Bootstrap, 11; Bell & McCaffrey 2002, Bias reduction in standard errors for linear regression
    with multi-stage samples, Survey Methodology 28). Whatever the values of a cluster have in
    common is in it. For clusters of equal size it is the linearised variance (Cochran 1977,
    Sampling Techniques, 6.4), which is far too small where most values are in one cluster. None for
    fewer than two clusters.
    """
    kept = [(total, n) for total, n in sums if n]
    count = len(kept)
    if count < 2:
        return None
    whole, all_n = (sum(column) for column in zip(*kept, strict=True))
    mean = whole / all_n
    spread = sum(((whole - total) / (all_n - n) - mean) ** 2 for total, n in kept)
    return Estimate(mean, spread * (count - 1) / count, count - 1)


def greatest_squares(total: Number, groups: Sequence[tuple[Number, float, float]]) -> Number:
    """The greatest sum of squares that values with this ``total`` can have.

    ``groups`` are (number of values, least, greatest value). The sum of squares is convex, so it is
    greatest with values at the ends of their ranges: starting from the least ends, those that gain
    most per unit of total (least + greatest) are raised first.
    """
    squares = sum(n * least**2 for n, least, _ in groups)
    rest = total - sum(n * least for n, least, _ in groups)
    for n, least, greatest in sorted(groups, key=lambda group: -(group[1] + group[2])):
        raised = at_most(at_least(rest, 0.0), n * (greatest - least))
        squares = squares + raised * (least + greatest)
        rest = rest - raised
    return squares


def two_sided_p(z: Number) -> Number:
    """The probability that a standard normal value is at least as far from 0 as ``z``."""
    if not isinstance(z, np.ndarray):
        return erfc(abs(z) / sqrt(2))
    from scipy.special import erfc as erfc_of_many

    return erfc_of_many(abs(z) / sqrt(2))


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """p values corrected for multiple tests: the false discovery rate at which each is significant.

    Benjamini & Hochberg 1995, Controlling the false discovery rate, JRSS B 57.
    """
    found = [1.0] * len(ps)
    least = 1.0
    order = sorted(range(len(ps)), key=ps.__getitem__)
    for rank, index in reversed(list(enumerate(order, start=1))):
        least = min(least, ps[index] * len(ps) / rank)
        found[index] = least
    return found
