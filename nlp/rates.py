"""How certain counted rates are: intervals, and a test whether changes are more than chance."""

from math import comb
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

N = TypeVar("N", float, NDArray[np.float64])

Z_95: Final = 1.959964
"""The 97.5 % point of the normal distribution."""
SIGNIFICANCE_LEVEL: Final = 0.05
"""A p value below this, after correction if there are several, is called significant."""


class Rate(NamedTuple):
    """``hits`` of ``n``, and the 95 % interval of the rate (Wilson 1927), 0..1."""

    hits: int
    n: int
    low: float
    high: float


def rate(hits: int, n: int) -> Rate:
    """``hits`` of ``n`` with its Wilson score interval."""
    return Rate(hits, n, *wilson(hits, n))


def wilson(hits: float, n: float) -> tuple[float, float]:
    """The 95 % score interval of the share ``hits / n`` (Wilson 1927); 0..1 for n = 0."""
    if not n:
        return 0.0, 1.0
    low, high = score_interval(hits / n, n)
    return max(low, 0.0), min(high, 1.0)


def score_interval(share: N, n: N) -> tuple[N, N]:
    """Wilson's formula: the 95 % interval of a share of ``n`` > 0; elementwise for arrays.

    Rounding may leave its ends a little outside of 0..1.
    """
    spread = Z_95**2 / n
    middle = share + spread / 2
    half = Z_95 * (abs(share * (1 - share)) / n + spread / (4 * n)) ** 0.5
    return (middle - half) / (1 + spread), (middle + half) / (1 + spread)


def sign_test(better: int, worse: int) -> float:
    """The probability of ``better`` or more improvements if each change were a toss-up.

    The one-sided sign test (exact binomial, probability 1/2); 1.0 without changes.
    """
    changes = better + worse
    return float(sum(comb(changes, k) for k in range(better, changes + 1)) / 2**changes)
