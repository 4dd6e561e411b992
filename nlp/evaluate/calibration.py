"""Calibration of probabilities, and the thresholds below which a reading is doubtful."""

from dataclasses import astuple, dataclass

import numpy as np

from nlp.arrays import Bool, Float64, Int64
from nlp.decoding import softmax
from nlp.evaluate.metrics import calibration_error

ABSTAINED = 0.09
"""The share of the calibration rows below a threshold, chosen so that it is seldom more than a
tenth of other, similar rows. In production, only stages and touchpoints are left unassigned."""

TEMPERATURES = np.geomspace(0.3, 5.0, 141)

MIN_ROWS = 40
"""With fewer labelled rows, a temperature and a threshold would be fitted to chance."""


@dataclass(frozen=True, slots=True)
class HeadCalibration:
    """The parameters that turn one head's logits into a reading: see ``nlp.manifest.Manifest``."""

    temperature: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Selective:
    """Shares, 0..1: of rows below a threshold, of errors in all rows, of errors above it."""

    abstained: float
    error: float
    error_kept: float


@dataclass(frozen=True, slots=True)
class SplitHalf:
    """How well calibration holds, 0..1, on rows that it was not fitted to."""

    error: float
    selective: Selective


def tempered_softmax(logits: Float64, temperature: float) -> Float64:
    """Softmax of (rows, labels) logits after division by the temperature."""
    return softmax(logits / temperature)


def calibrate(logits: Float64, truth: Int64) -> HeadCalibration:
    """Fit both on rows that the model has not been trained on."""
    temperature = fit_temperature(logits, truth)
    chances = tempered_softmax(logits, temperature)
    return HeadCalibration(temperature, choose_threshold(chances, truth))


def fit_temperature(logits: Float64, truth: Int64) -> float:
    """The temperature under which the true labels are likeliest, to 2 %."""
    losses = [_log_loss(logits, truth, temperature) for temperature in TEMPERATURES]
    return round(float(TEMPERATURES[int(np.argmin(losses))]), 4)


def _log_loss(logits: Float64, truth: Int64, temperature: float) -> float:
    chances = tempered_softmax(logits, temperature)[np.arange(len(truth)), truth]
    return -float(np.log(np.maximum(chances, 1e-12)).mean())


def choose_threshold(chances: Float64, truth: Int64) -> float:
    """The probability below which 9 % of the readings fall; 0 if none of these is wrong.

    ``chances`` are (rows, labels), calibrated. Of all rules that abstain as often, this one rejects
    the readings that are most likely wrong (Chow 1970, On optimum recognition error and reject
    tradeoff).
    """
    confidence = chances.max(axis=1)
    order = np.argsort(confidence, kind="stable")
    below = int(ABSTAINED * len(truth))
    if (chances.argmax(axis=1) == truth)[order][:below].all():
        return 0.0
    between = (confidence[order][below - 1] + confidence[order][below]) / 2
    return round(float(between), 4)


def split_half(logits: Float64, truth: Int64, seed: int = 0) -> SplitHalf:
    """Calibration fitted on one half of the rows and measured on the other.

    Returns the mean of both directions.
    """
    order = np.random.default_rng(seed).permutation(len(truth))
    halves = order[: len(order) // 2], order[len(order) // 2 :]
    found = [
        _measured(calibrate(logits[fitted], truth[fitted]), logits[held], truth[held])
        for fitted, held in (halves, halves[::-1])
    ]
    error, *shares = np.mean(found, axis=0).tolist()
    return SplitHalf(error, Selective(*shares))


def _measured(calibration: HeadCalibration, logits: Float64, truth: Int64) -> tuple[float, ...]:
    chances = tempered_softmax(logits, calibration.temperature)
    right = chances.argmax(axis=1) == truth
    chosen = selective(chances.max(axis=1), right, calibration.threshold)
    return calibration_error(chances.max(axis=1), right), *astuple(chosen)


def selective(confidence: Float64, right: Bool, threshold: float) -> Selective:
    """The share of readings below ``threshold``, and the error rates with and without them."""
    above = confidence >= threshold
    error = float(1 - right.mean())
    return Selective(
        abstained=float(1 - above.mean()),
        error=error,
        error_kept=float(1 - right[above].mean()) if above.any() else error,
    )
