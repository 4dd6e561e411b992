"""Calibration of probabilities, and the thresholds below which a reading is doubtful."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass

import numpy as np

from nlp.arrays import Bool, Float64, Int64
from nlp.decoding import choose, confidence_in, probabilities, softmax
from nlp.evaluate.metrics import calibration_error
from nlp.labels import Head

ByHead = Mapping[Head, Float64]
"""The logits (rows, labels) of every head."""

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


def calibrate(
    head: Head, logits: ByHead, truth: Int64, temperatures: Mapping[str, float]
) -> HeadCalibration:
    """Fit both on rows that the model has not been trained on.

    ``temperatures`` are those of the other heads; severity depends on that of sentiment.
    """
    if head == "severity":
        harmed = truth > 0
        temperature = fit_temperature(logits[head][harmed, 1:], truth[harmed] - 1)
    else:
        temperature = fit_temperature(logits[head], truth)
    confidence, read = _readings(head, logits, {**temperatures, head: temperature})
    return HeadCalibration(temperature, choose_threshold(confidence, read == truth))


def _readings(
    head: Head, logits: ByHead, temperatures: Mapping[str, float]
) -> tuple[Float64, Int64]:
    """The probabilities and the indices of the labels that are read."""
    chances = probabilities(logits, temperatures)
    read = choose(chances)[head]
    return confidence_in(chances[head], read), read


def fit_temperature(logits: Float64, truth: Int64) -> float:
    """The temperature under which the true labels are likeliest, to 2 %; 1 without rows."""
    if not len(truth):
        return 1.0
    losses = [_log_loss(logits, truth, temperature) for temperature in TEMPERATURES]
    return round(float(TEMPERATURES[int(np.argmin(losses))]), 4)


def _log_loss(logits: Float64, truth: Int64, temperature: float) -> float:
    chances = softmax(logits / temperature)[np.arange(len(truth)), truth]
    return -float(np.log(np.maximum(chances, 1e-12)).mean())


def choose_threshold(confidence: Float64, right: Bool) -> float:
    """The probability below which 9 % of the readings fall; 0 if none of these is wrong.

    Of all rules that abstain as often, this one rejects the readings that are most likely wrong
    (Chow 1970, On optimum recognition error and reject tradeoff).
    """
    order = np.argsort(confidence, kind="stable")
    below = int(ABSTAINED * len(right))
    if right[order][:below].all():
        return 0.0
    between = (confidence[order][below - 1] + confidence[order][below]) / 2
    return round(float(between), 4)


def split_half(
    head: Head, logits: ByHead, truth: Int64, temperatures: Mapping[str, float], seed: int = 0
) -> SplitHalf:
    """A head's calibration fitted on one half of the rows and measured on the other.

    Returns the mean of both directions. Other heads keep their ``temperatures``.
    """
    order = np.random.default_rng(seed).permutation(len(truth))
    halves = order[: len(order) // 2], order[len(order) // 2 :]
    found = [
        _measured(head, logits, truth, temperatures, fitted, held)
        for fitted, held in (halves, halves[::-1])
    ]
    error, *shares = np.mean(found, axis=0).tolist()
    return SplitHalf(error, Selective(*shares))


def _measured(
    head: Head,
    logits: ByHead,
    truth: Int64,
    temperatures: Mapping[str, float],
    fitted: Int64,
    held: Int64,
) -> tuple[float, ...]:
    found = calibrate(head, select_rows(logits, fitted), truth[fitted], temperatures)
    own = {**temperatures, head: found.temperature}
    confidence, read = _readings(head, select_rows(logits, held), own)
    right = read == truth[held]
    chosen = selective(confidence, right, found.threshold)
    return calibration_error(confidence, right), *astuple(chosen)


def select_rows(logits: ByHead, rows: Int64 | Bool) -> ByHead:
    """The logits of some rows, by their indices or a mask."""
    return {head: found[rows] for head, found in logits.items()}


def selective(confidence: Float64, right: Bool, threshold: float) -> Selective:
    """The share of readings below ``threshold``, and the error rates with and without them."""
    above = confidence >= threshold
    error = float(1 - right.mean())
    return Selective(
        abstained=float(1 - above.mean()),
        error=error,
        error_kept=float(1 - right[above].mean()) if above.any() else error,
    )
