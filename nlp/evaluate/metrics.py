"""How good predicted labels and their probabilities are: arithmetic on arrays.

Labels are indexes, (rows,); probabilities are 0..1.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MIN_SUPPORT = 5
"""Labels with fewer true rows than this say nothing, and stay out of a macro average."""


def confusion(truth: Ints, predicted: Ints, labels: int) -> Ints:
    """(true, predicted) counts."""
    counts = np.bincount(truth * labels + predicted, minlength=labels * labels)
    return counts.reshape(labels, labels).astype(np.int64)


def f1_scores(counts: Ints) -> Floats:
    """F1 of each label, 0..1; 0 where it neither occurs nor is predicted."""
    hits = np.diagonal(counts)
    size = counts.sum(axis=0) + counts.sum(axis=1)
    scores: Floats = 2 * hits / np.maximum(size, 1)
    return scores


def macro_f1(counts: Ints, kept: NDArray[np.bool_] | None = None) -> float:
    """The mean F1 of the ``kept`` labels, by default those with enough true rows; nan if none."""
    chosen = counts.sum(axis=1) >= MIN_SUPPORT if kept is None else kept
    return float(f1_scores(counts)[chosen].mean()) if chosen.any() else float("nan")


def accuracy(truth: Ints, predicted: Ints) -> float:
    """The share of rows that are right."""
    return float((truth == predicted).mean())


def quadratic_kappa(counts: Ints) -> float:
    """Agreement on an ordered scale beyond chance, -1..1, an error costing its distance squared."""
    size = len(counts)
    cost = np.subtract.outer(np.arange(size), np.arange(size)) ** 2
    chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(counts.sum(), 1)
    expected = float((cost * chance).sum())
    return 1 - float((cost * counts).sum()) / expected if expected else 1.0


def calibration_error(confidence: Floats, right: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error, 0..1: the mean gap of confidence and accuracy in equal bins."""
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(place, confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / max(len(confidence), 1))


def macro_f1_interval(
    truth: Ints, predicted: Ints, labels: int, rounds: int = 500, seed: int = 0
) -> tuple[float, float]:
    """The 95 % bootstrap interval of the macro-F1, over the labels of the whole sample."""
    kept = np.bincount(truth, minlength=labels) >= MIN_SUPPORT
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(truth), size=(rounds, len(truth)))
    scores = [macro_f1(confusion(truth[d], predicted[d], labels), kept) for d in draws]
    low, high = np.quantile(scores, (0.025, 0.975))
    return float(low), float(high)
