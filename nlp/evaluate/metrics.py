"""Metrics of predicted labels and of their probabilities: arithmetic on arrays.

Labels are indexes, (rows,); probabilities are 0..1. ``groups``, (rows,), are the numbers of the
texts that rows come from: the mentions of a text are not independent, so whole texts are resampled.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlp.arrays import Bool, Float64, Int64

MIN_SUPPORT = 5
"""Labels with fewer true rows than this are left out of macro averages."""

BINS = 15
"""The number of equal ranges of probability in which confidence is compared with accuracy."""

ROUNDS = 500


def confusion(truth: Int64, predicted: Int64, labels: int, weights: Int64 | None = None) -> Int64:
    """(true, predicted) counts, a row counting ``weights`` times."""
    counts = np.bincount(truth * labels + predicted, weights, minlength=labels * labels)
    return counts.reshape(labels, labels).astype(np.int64)


def f1_scores(counts: Int64) -> Float64:
    """F1 of each label, 0..1; 0 where it neither occurs nor is predicted."""
    hits = np.diagonal(counts)
    size = counts.sum(axis=0) + counts.sum(axis=1)
    scores: Float64 = 2 * hits / np.maximum(size, 1)
    return scores


def macro_f1(counts: Int64, kept: Bool | None = None) -> float:
    """The mean F1 of the ``kept`` labels, by default those with enough true rows; nan if none."""
    chosen = counts.sum(axis=1) >= MIN_SUPPORT if kept is None else kept
    return float(f1_scores(counts)[chosen].mean()) if chosen.any() else float("nan")


def accuracy(truth: Int64, predicted: Int64) -> float:
    """The share of rows that are right."""
    return float((truth == predicted).mean())


def kappa(counts: Int64) -> float:
    """Agreement beyond chance, -1..1, every error costing the same (Cohen 1960)."""
    return _agreement(counts, 1 - np.eye(len(counts)))


def quadratic_kappa(counts: Int64) -> float:
    """Agreement on an ordered scale beyond chance, -1..1, an error costing its distance squared.

    Cohen 1968, Weighted kappa.
    """
    scale = np.arange(len(counts))
    return _agreement(counts, np.subtract.outer(scale, scale) ** 2.0)


def _agreement(counts: Int64, cost: Float64) -> float:
    chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(counts.sum(), 1)
    expected = float((cost * chance).sum())
    return 1 - float((cost * counts).sum()) / expected if expected else 1.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Readings of similar confidence: their number, mean confidence, and accuracy."""

    rows: int
    confidence: float
    accuracy: float


def reliability(confidence: Float64, right: Bool) -> list[Bin]:
    """The points of a reliability diagram: the bins that have readings, least confident first."""
    place = _places(confidence)
    rows = np.bincount(place, minlength=BINS)
    sums = np.bincount(place, confidence, BINS), np.bincount(place, right, BINS)
    return [
        Bin(int(rows[i]), float(sums[0][i] / rows[i]), float(sums[1][i] / rows[i]))
        for i in np.flatnonzero(rows)
    ]


def calibration_error(confidence: Float64, right: Bool) -> float:
    """Expected calibration error, 0..1: the mean gap between confidence and accuracy in the bins.

    Guo et al. 2017, On calibration of modern neural networks.
    """
    gaps = np.bincount(_places(confidence), confidence - right, BINS)
    return float(np.abs(gaps).sum() / max(len(confidence), 1))


def chance_calibration_error(confidence: Float64, rounds: int = 100, seed: int = 0) -> float:
    """The calibration error that as many readings of a perfectly calibrated model would show."""
    draws = np.random.default_rng(seed).random((rounds, len(confidence))) < confidence
    return float(np.mean([calibration_error(confidence, right) for right in draws]))


def _places(confidence: Float64) -> Int64:
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def resamples(groups: Int64, rounds: int, seed: int) -> Iterator[Int64]:
    """For each bootstrap sample of the groups, how often each row is in it, (rows,)."""
    _, place = np.unique(groups, return_inverse=True)
    count = int(place.max()) + 1
    rng, chances = np.random.default_rng(seed), np.full(count, 1 / count)
    for _ in range(rounds):
        yield rng.multinomial(count, chances)[place]


def macro_f1_interval(
    truth: Int64, predicted: Int64, labels: int, groups: Int64, rounds: int = ROUNDS, seed: int = 0
) -> tuple[float, float]:
    """The 95 % bootstrap interval of macro-F1, over labels with enough rows in the whole sample.

    Efron and Tibshirani 1993, An introduction to the bootstrap, chapter 13.
    """
    kept = np.bincount(truth, minlength=labels) >= MIN_SUPPORT
    scores = [
        macro_f1(confusion(truth, predicted, labels, times), kept)
        for times in resamples(groups, rounds, seed)
    ]
    low, high = np.quantile(scores, (0.025, 0.975))
    return float(low), float(high)
