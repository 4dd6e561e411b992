"""Labels learned from a few examples, on the encoder's embedding: a linear probe each.

A probe is a logistic regression with a ridge penalty, fitted by Newton's method (iteratively
re-weighted least squares; Bishop, *Pattern Recognition and Machine Learning*, 4.3.3). All examples
together weigh ``EXAMPLE_SHARE`` as much as all negatives, however many there are of either.

The estimate is made by leaving out: every example once, with all its vectors, and the negatives in
``FOLDS`` parts. Nothing is judged by a probe that has seen it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from nlp.backends.protocol import Float

Double = NDArray[np.float64]
Owners = NDArray[np.intp]
N = TypeVar("N", float, Double)

RIDGE: Final = 1.0
EXAMPLE_SHARE: Final = 0.5
FOLDS: Final = 5
SETTLED: Final = 1e-3
MOST_STEPS: Final = 15
Z_95: Final = 1.959964
"""The 97.5 % point of the normal distribution."""
LEVEL: Final = 0.05
"""Below which a p, corrected if there are many, is called significant."""


@dataclass(frozen=True, slots=True)
class Probe:
    """``weights`` (width + 1,): one a dimension, and the intercept."""

    weights: Float

    def chances(self, vectors: Float) -> Double:
        """The probability, 0..1, that each of ``vectors`` (n, width) has the label."""
        return _logistic(vectors @ self.weights[:-1].astype(np.float64) + self.weights[-1])


class Rate(NamedTuple):
    """``hits`` of ``n``, and the 95 % interval of the rate (Wilson 1927), 0..1."""

    hits: int
    n: int
    low: float
    high: float


class Estimate(NamedTuple):
    """What left-out examples and negatives say: how many of each the label was given to."""

    recall: Rate
    false_alarms: Rate


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
    """Wilson's formula: the 95 % interval of a share of ``n`` > 0, or of many, in each place.

    Rounding may leave its ends a little outside of 0..1.
    """
    spread = Z_95**2 / n
    middle = share + spread / 2
    half = Z_95 * (abs(share * (1 - share)) / n + spread / (4 * n)) ** 0.5
    return (middle - half) / (1 + spread), (middle + half) / (1 + spread)


def sign_test(better: int, worse: int) -> float:
    """How likely ``better`` or more of the changes would be good ones if each were a toss-up.

    The one-sided sign test (exact binomial, probability 1/2); 1.0 without changes.
    """
    changes = better + worse
    return float(sum(comb(changes, k) for k in range(better, changes + 1)) / 2**changes)


def fit(examples: Float, negatives: Float, start: Probe | None = None) -> Probe:
    """The probe that tells ``examples`` (m, width) from ``negatives`` (n, width), rows of length 1.

    ``start`` is a probe of nearly the same rows, to be there sooner.
    """
    rows = np.concatenate([examples, negatives]).astype(np.float64)
    basis, _ = np.linalg.qr(rows.T)  # the weights are a combination of the rows: few, if these are
    rows = np.hstack([rows @ basis, np.ones((len(rows), 1))])
    truth = np.repeat([1.0, 0.0], [len(examples), len(negatives)])
    share = EXAMPLE_SHARE * len(negatives) / max(len(examples), 1)
    weights = np.where(truth == 1, share, 1.0)
    penalty = np.full(rows.shape[1], RIDGE)
    penalty[-1] = 1e-3  # the intercept is free, but for what keeps the equations solvable
    found = np.zeros(rows.shape[1])
    if start:
        found = np.append(basis.T @ start.weights[:-1], start.weights[-1])
    for _ in range(MOST_STEPS):
        chances = _logistic(rows @ found)
        slope = rows.T @ (weights * (chances - truth)) + penalty * found
        bend = (rows * (weights * chances * (1 - chances))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        found -= step
        if np.abs(step).max() < SETTLED:
            break
    return Probe(np.append(basis @ found[:-1], found[-1]).astype(np.float32))


def estimate(
    examples: Float, owners: Sequence[int], negatives: Float, threshold: float, whole: Probe
) -> Estimate:
    """How often a probe with this ``threshold`` is right about what it has not seen.

    ``owners`` (m,) says which example each row of ``examples`` is of: an example with several rows
    counts once, by its first. ``whole`` is the probe of all rows.
    """
    of = np.asarray(owners)
    hits = sum(
        fit(examples[of != one], negatives, whole).chances(examples[of == one][:1])[0] >= threshold
        for one in np.unique(of)
    )
    alarms = sum(
        int((fit(examples, negatives[~part], whole).chances(negatives[part]) >= threshold).sum())
        for part in folds(len(negatives))
    )
    return Estimate(rate(int(hits), len(np.unique(of))), rate(alarms, len(negatives)))


def folds(n: int, parts: int = FOLDS) -> Iterator[NDArray[np.bool_]]:
    """Masks (n,) of ``parts`` disjoint parts of about equal size; none of them is empty."""
    place = np.arange(n) % parts
    for part in range(min(parts, n)):
        yield place == part


def packed(vector: Sequence[float] | Float) -> bytes:
    """A vector of length 1 in a byte a dimension; its direction is off by less than a degree."""
    values = np.asarray(vector, dtype=np.float32)
    scale = float(np.abs(values).max()) or 1.0
    return bytes(np.rint(values * (127 / scale)).astype(np.int8).tobytes())


def unpacked(stored: Sequence[bytes]) -> Float:
    """Packed vectors as rows (n, width) of length 1; (0, 0) for none."""
    if not stored:
        return np.zeros((0, 0), dtype=np.float32)
    rows = np.frombuffer(b"".join(stored), dtype=np.int8).reshape(len(stored), -1)
    values = rows.astype(np.float32)
    unit: Float = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)
    return unit


def _logistic(scores: Double) -> Double:
    chances: Double = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
    return chances
