"""Probabilities that mean what they say, and where to keep silent."""

from dataclasses import dataclass

import numpy as np

from nlp.evaluate.metrics import Floats, Ints, calibration_error

MOST_ABSTAINED = 0.10
"""No threshold leaves a larger share of the calibration rows unassigned."""

TEMPERATURES = np.geomspace(0.3, 5.0, 141)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns one head's logits into a reading: see ``nlp.manifest.Manifest``."""

    temperature: float
    threshold: float


def probabilities(logits: Floats, temperature: float) -> Floats:
    """Softmax of (rows, labels) logits after division by the temperature."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def calibrate(logits: Floats, truth: Ints) -> Calibration:
    """Fit both on rows that the model has not been trained on."""
    temperature = fit_temperature(logits, truth)
    chances = probabilities(logits, temperature)
    return Calibration(temperature, choose_threshold(chances, truth))


def fit_temperature(logits: Floats, truth: Ints) -> float:
    """The temperature under which the true labels are likeliest, to 2 %."""
    losses = [_surprise(logits, truth, temperature) for temperature in TEMPERATURES]
    return round(float(TEMPERATURES[int(np.argmin(losses))]), 4)


def _surprise(logits: Floats, truth: Ints, temperature: float) -> float:
    chances = probabilities(logits, temperature)[np.arange(len(truth)), truth]
    return -float(np.log(np.maximum(chances, 1e-12)).mean())


def choose_threshold(chances: Floats, truth: Ints) -> float:
    """The highest probability below which readings are wrong at least as often as right.

    Never so high that more than a tenth of the rows fall below it; 0 if there is none.
    """
    confidence = chances.max(axis=1)
    order = np.argsort(confidence, kind="stable")
    wrong = (chances.argmax(axis=1) != truth)[order]
    below = np.arange(1, len(truth) + 1)
    allowed = (2 * np.cumsum(wrong) >= below) & (below <= MOST_ABSTAINED * len(truth))
    if not allowed.any():
        return 0.0
    last = int(np.flatnonzero(allowed)[-1])
    between = (confidence[order][last] + confidence[order][last + 1]) / 2
    return round(float(between), 4)


def split_half_error(logits: Floats, truth: Ints, seed: int = 0) -> float:
    """Calibration error where it counts: fitted on one half of the rows, taken on the other.

    The mean of both directions, 0..1.
    """
    order = np.random.default_rng(seed).permutation(len(truth))
    halves = order[: len(order) // 2], order[len(order) // 2 :]
    errors = []
    for fitted, held in (halves, halves[::-1]):
        temperature = fit_temperature(logits[fitted], truth[fitted])
        chances = probabilities(logits[held], temperature)
        right = chances.argmax(axis=1) == truth[held]
        errors.append(calibration_error(chances.max(axis=1), right))
    return float(np.mean(errors))
