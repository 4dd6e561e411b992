"""The figures of a model on labelled mentions, as plain data that goes into JSON."""

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from nlp.arrays import Float64, Int64
from nlp.evaluate.answers import Answers
from nlp.evaluate.baselines import Predictions
from nlp.evaluate.calibration import MIN_ROWS, selective, split_half, tempered_softmax
from nlp.evaluate.figures import Figures, rounded
from nlp.evaluate.metrics import (
    accuracy,
    calibration_error,
    chance_calibration_error,
    confusion,
    macro_f1,
    reliability,
)
from nlp.evaluate.scores import LabelledRows, score
from nlp.labelled.examples import UNKNOWN
from nlp.labels import HEADS, Head
from nlp.manifest import Manifest

WORST: int = 10
"""How many mistakes are listed per head."""

SPLIT_ROWS: int = 2 * MIN_ROWS
"""With fewer rows, a half has too few to calibrate on."""


def report(
    answers: Answers, manifest: Manifest, baselines: Mapping[str, Predictions] | None = None
) -> dict[str, Figures]:
    """The figures of every head that the rows have labels for, with those of the baselines."""
    figures: dict[str, Figures] = {}
    for head in HEADS:
        if (answers.truth[head] != UNKNOWN).any():
            found = _head_figures(head, answers, manifest)
            found["baselines"] = {
                name: _baseline(head, answers, predicted[head])
                for name, predicted in (baselines or {}).items()
                if head in predicted
            }
            figures[head] = rounded(found)
    return figures


def _head_figures(head: Head, answers: Answers, manifest: Manifest) -> Figures:
    rows = LabelledRows(answers.truth[head], answers.groups, answers.languages)
    logits, known = answers.logits[head], rows.known
    chances = tempered_softmax(logits, manifest.temperatures[head])
    return {
        **score(HEADS[head], rows, logits.argmax(axis=1)),
        "calibration": _calibration(
            logits[known], chances[known], rows.truth[known], manifest.thresholds[head]
        ),
        "mistakes": _mistakes(head, answers, chances),
    }


def _calibration(logits: Float64, chances: Float64, truth: Int64, threshold: float) -> Figures:
    confidence, right = chances.max(axis=1), chances.argmax(axis=1) == truth
    figures: Figures = {
        "error": calibration_error(confidence, right),
        "chance_error": chance_calibration_error(confidence),
        "bins": [asdict(found) for found in reliability(confidence, right)],
        "threshold": threshold,
        "selective": asdict(selective(confidence, right, threshold)),
    }
    if len(truth) >= SPLIT_ROWS:
        figures["split_half"] = asdict(split_half(logits, truth))
    return figures


def _mistakes(head: Head, answers: Answers, chances: Float64) -> list[Figures]:
    """The wrong readings that the model was surest of."""
    truth, predicted, confidence = (
        answers.truth[head],
        chances.argmax(axis=1),
        chances.max(axis=1),
    )
    wrong = np.flatnonzero((truth != UNKNOWN) & (truth != predicted))
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:WORST]
    return [
        {
            "text": answers.texts[i],
            "context": answers.contexts[i],
            "language": answers.languages[i],
            "truth": HEADS[head][truth[i]],
            "reading": HEADS[head][predicted[i]],
            "probability": float(confidence[i]),
        }
        for i in worst
    ]


def _baseline(head: Head, answers: Answers, predicted: Int64) -> Figures:
    """A baseline's figures and the model's own, on the rows that the baseline covers."""
    rows = (answers.truth[head] != UNKNOWN) & (predicted != UNKNOWN)
    truth, read = answers.truth[head][rows], answers.logits[head][rows].argmax(axis=1)
    return {
        "rows": int(rows.sum()),
        "macro_f1": _macro(head, truth, predicted[rows]),
        "accuracy": accuracy(truth, predicted[rows]) if rows.any() else None,
        "model_macro_f1": _macro(head, truth, read),
    }


def _macro(head: Head, truth: Int64, predicted: Int64) -> float:
    return macro_f1(confusion(truth, predicted, len(HEADS[head])))
