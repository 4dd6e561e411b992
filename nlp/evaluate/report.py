"""The figures of a model on labelled rows, as plain data that goes into JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlp.evaluate.answers import Answers
from nlp.evaluate.baselines import Predictions
from nlp.evaluate.calibration import probabilities, split_half_error
from nlp.evaluate.metrics import (
    MIN_SUPPORT,
    Floats,
    Ints,
    accuracy,
    calibration_error,
    confusion,
    f1_scores,
    macro_f1,
    macro_f1_interval,
    quadratic_kappa,
)
from nlp.labels import HEADS, Head
from nlp.manifest import Manifest
from nlp.train.examples import UNKNOWN

Figures = dict[str, Any]


def report(
    answers: Answers, manifest: Manifest, baselines: Mapping[str, Predictions] | None = None
) -> dict[str, Figures]:
    """The figures of every head that the rows have labels for, baselines' beside them."""
    figures: dict[str, Figures] = {}
    for head in HEADS:
        rows = np.flatnonzero(answers.truth[head] != UNKNOWN)
        if len(rows):
            figures[head] = _head_figures(head, rows, answers, manifest)
            figures[head]["baselines"] = {
                name: _rounded(_macro(head, answers.truth[head][rows], predicted[head][rows]))
                for name, predicted in (baselines or {}).items()
            }
    return figures


def _head_figures(head: Head, rows: Ints, answers: Answers, manifest: Manifest) -> Figures:
    truth, logits = answers.truth[head][rows], answers.logits[head][rows]
    predicted = logits.argmax(axis=1)
    counts = confusion(truth, predicted, len(HEADS[head]))
    figures = {
        "rows": len(rows),
        "macro_f1": macro_f1(counts),
        "interval": macro_f1_interval(truth, predicted, len(HEADS[head])),
        "accuracy": accuracy(truth, predicted),
        "labels": _label_figures(head, counts),
        "languages": _language_figures(
            head, [answers.languages[i] for i in rows], truth, predicted
        ),
        "calibration": _calibration_figures(head, logits, truth, manifest),
    }
    if head == "severity":
        figures["quadratic_kappa"] = quadratic_kappa(counts)
    rounded: Figures = _rounded(figures)
    return rounded


def _label_figures(head: Head, counts: Ints) -> Figures:
    scores = f1_scores(counts)
    return {
        label: {"rows": int(counts[i].sum()), "f1": float(scores[i])}
        for i, label in enumerate(HEADS[head])
        if counts[i].sum() >= MIN_SUPPORT
    }


def _language_figures(
    head: Head, languages: Sequence[str], truth: Ints, predicted: Ints
) -> Figures:
    figures = {}
    for language in sorted(set(languages)):
        rows = np.array([i for i, name in enumerate(languages) if name == language])
        figures[language] = {
            "rows": len(rows),
            "accuracy": accuracy(truth[rows], predicted[rows]),
            "macro_f1": _macro(head, truth[rows], predicted[rows]),
        }
    return figures


def _calibration_figures(head: Head, logits: Floats, truth: Ints, manifest: Manifest) -> Figures:
    chances = probabilities(logits, manifest.temperatures[head])
    confidence, right = chances.max(axis=1), chances.argmax(axis=1) == truth
    kept = confidence >= manifest.thresholds[head]
    return {
        "error": calibration_error(confidence, right),
        "split_half_error": split_half_error(logits, truth),
        "unassigned": float(1 - kept.mean()),
        "accuracy_assigned": float(right[kept].mean()) if kept.any() else None,
    }


def _macro(head: Head, truth: Ints, predicted: Ints) -> float:
    return macro_f1(confusion(truth, predicted, len(HEADS[head])))


def _rounded(value: Any) -> Any:
    """Floats to four digits and ``None`` for what there is not, at any depth."""
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_rounded(inner) for inner in value]
    return value
