"""Linear probes on the encoder's embedding: labels that are learned from a few examples.

A probe is a logistic regression with a ridge penalty, fitted by Newton's method (iteratively
re-weighted least squares; Bishop, *Pattern Recognition and Machine Learning*, 4.3.3). All examples
together weigh ``EXAMPLE_SHARE`` as much as all negatives, however many there are of either.

Its accuracy is estimated by cross-validation: each example is left out once, with all its vectors,
and the negatives in ``FOLDS`` parts. No vector is judged by a probe that was fitted to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from nlp.arrays import Bool, Float32, Float64
from nlp.rates import Rate, rate

RIDGE: Final = 1.0
EXAMPLE_SHARE: Final = 0.5
FOLDS: Final = 5
TOLERANCE: Final = 1e-3
MAX_ITERATIONS: Final = 15


@dataclass(frozen=True, slots=True)
class Probe:
    """``weights`` (width + 1,): one per dimension, and the intercept."""

    weights: Float32

    def chances(self, vectors: Float32) -> Float64:
        """The probability, 0..1, that each of ``vectors`` (n, width) has the label."""
        return _logistic(vectors @ self.weights[:-1].astype(np.float64) + self.weights[-1])


class Estimate(NamedTuple):
    """How many of the left-out examples and of the left-out negatives were given the label."""

    recall: Rate
    false_alarms: Rate


def fit(examples: Float32, negatives: Float32, start: Probe | None = None) -> Probe:
    """The probe that tells ``examples`` (m, width) from ``negatives`` (n, width), rows of length 1.

    ``start`` is a probe of nearly the same rows, from which fitting takes fewer steps.
    """
    rows = np.concatenate([examples, negatives]).astype(np.float64)
    basis, _ = np.linalg.qr(rows.T)  # weights are in the span of the rows: few rows, few dimensions
    rows = np.hstack([rows @ basis, np.ones((len(rows), 1))])
    truth = np.repeat([1.0, 0.0], [len(examples), len(negatives)])
    share = EXAMPLE_SHARE * len(negatives) / max(len(examples), 1)
    weights = np.where(truth == 1, share, 1.0)
    penalty = np.full(rows.shape[1], RIDGE)
    penalty[-1] = 1e-3  # the intercept is almost free; this keeps the equations solvable
    found = np.zeros(rows.shape[1])
    if start:
        found = np.append(basis.T @ start.weights[:-1], start.weights[-1])
    for _ in range(MAX_ITERATIONS):
        chances = _logistic(rows @ found)
        gradient = rows.T @ (weights * (chances - truth)) + penalty * found
        hessian = (rows * (weights * chances * (1 - chances))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        found -= step
        if np.abs(step).max() < TOLERANCE:
            break
    return Probe(np.append(basis @ found[:-1], found[-1]).astype(np.float32))


def estimate(
    examples: Float32, owners: Sequence[int], negatives: Float32, threshold: float, full: Probe
) -> Estimate:
    """Estimate how often a probe with this ``threshold`` is right about unseen vectors.

    ``owners`` (m,) says which example each row of ``examples`` belongs to; an example with several
    rows counts once, by its first. ``full`` is the probe of all rows, the start of all others.
    """
    of = np.asarray(owners)
    hits = sum(
        fit(examples[of != one], negatives, full).chances(examples[of == one][:1])[0] >= threshold
        for one in np.unique(of)
    )
    alarms = sum(
        int((fit(examples, negatives[~part], full).chances(negatives[part]) >= threshold).sum())
        for part in folds(len(negatives))
    )
    return Estimate(rate(int(hits), len(np.unique(of))), rate(alarms, len(negatives)))


def folds(n: int, parts: int = FOLDS) -> Iterator[Bool]:
    """Masks (n,) of ``parts`` disjoint parts of about equal size; none of them is empty."""
    place = np.arange(n) % parts
    for part in range(min(parts, n)):
        yield place == part


def _logistic(scores: Float64) -> Float64:
    chances: Float64 = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
    return chances
