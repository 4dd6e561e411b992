"""The figures of a model on labelled mentions, as plain data that goes into JSON."""

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from nlp.arrays import Int64
from nlp.decoding import confidence_in
from nlp.evaluate.answers import Answers
from nlp.evaluate.baselines import Predictions
from nlp.evaluate.calibration import MIN_ROWS, select_rows, selective, split_half
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
    return {
        **score(HEADS[head], rows, answers.read[head]),
        "calibration": _calibration(head, answers, rows.known, manifest),
        "mistakes": _mistakes(head, answers),
    }


def _calibration(head: Head, answers: Answers, known: Int64, manifest: Manifest) -> Figures:
    truth, threshold = answers.truth[head][known], manifest.thresholds[head]
    confidence = confidence_in(answers.chances[head], answers.read[head])[known]
    right = answers.read[head][known] == truth
    figures: Figures = {
        "error": calibration_error(confidence, right),
        "chance_error": chance_calibration_error(confidence),
        "bins": [asdict(found) for found in reliability(confidence, right)],
        "threshold": threshold,
        "selective": asdict(selective(confidence, right, threshold)),
    }
    if len(truth) >= SPLIT_ROWS:
        logits = select_rows(answers.logits, known)
        figures["split_half"] = asdict(split_half(head, logits, truth, manifest.temperatures))
    return figures


def _mistakes(head: Head, answers: Answers) -> list[Figures]:
    """The wrong readings that the model was surest of."""
    truth, predicted = answers.truth[head], answers.read[head]
    confidence = confidence_in(answers.chances[head], predicted)
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
    truth, read = answers.truth[head][rows], answers.read[head][rows]
    return {
        "rows": int(rows.sum()),
        "macro_f1": _macro(head, truth, predicted[rows]),
        "accuracy": accuracy(truth, predicted[rows]) if rows.any() else None,
        "model_macro_f1": _macro(head, truth, read),
    }


def _macro(head: Head, truth: Int64, predicted: Int64) -> float:
    return macro_f1(confusion(truth, predicted, len(HEADS[head])))
