"""Scores of predicted labels, in total, by label and by language, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.arrays import Int64
from nlp.evaluate.figures import Figures
from nlp.evaluate.metrics import (
    MIN_SUPPORT,
    accuracy,
    confusion,
    f1_scores,
    kappa,
    macro_f1,
    macro_f1_interval,
    quadratic_kappa,
)
from nlp.labelled.examples import UNKNOWN
from nlp.labels import SEVERITIES


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """Labelled rows in arrays of one length: the true label, the group and the language of each.

    ``truth`` may be ``UNKNOWN``; ``groups`` as in ``nlp.evaluate.metrics``.
    """

    truth: Int64
    groups: Int64
    languages: Sequence[str]

    @property
    def known(self) -> Int64:
        """The indexes of the rows whose label is known."""
        return np.flatnonzero(self.truth != UNKNOWN)


def score(labels: Sequence[str], rows: LabelledRows, predicted: Int64) -> Figures:
    """The scores of ``predicted``, (rows,), on the known rows; there must be at least one."""
    known = rows.known
    truth, read = rows.truth[known], predicted[known]
    counts = confusion(truth, read, len(labels))
    figures: Figures = {
        "rows": len(known),
        "macro_f1": macro_f1(counts),
        "interval": macro_f1_interval(truth, read, len(labels), rows.groups[known]),
        "accuracy": accuracy(truth, read),
        "kappa": kappa(counts),
        "labels": _by_label(labels, counts),
        "languages": _by_language(labels, [rows.languages[i] for i in known], truth, read),
        "confusion": {"labels": list(labels), "counts": counts.tolist()},
    }
    if tuple(labels) == SEVERITIES:
        figures["quadratic_kappa"] = quadratic_kappa(counts)
    return figures


def _by_label(labels: Sequence[str], counts: Int64) -> Figures:
    scores = f1_scores(counts)
    hits, predicted, true = np.diagonal(counts), counts.sum(axis=0), counts.sum(axis=1)
    return {
        label: {
            "rows": int(true[i]),
            "precision": float(hits[i] / predicted[i]) if predicted[i] else float("nan"),
            "recall": float(hits[i] / true[i]),
            "f1": float(scores[i]),
        }
        for i, label in enumerate(labels)
        if true[i] >= MIN_SUPPORT
    }


def _by_language(
    labels: Sequence[str], languages: Sequence[str], truth: Int64, predicted: Int64
) -> Figures:
    figures = {}
    for language in sorted(set(languages)):
        rows = np.array([name == language for name in languages])
        counts = confusion(truth[rows], predicted[rows], len(labels))
        figures[language] = {
            "rows": int(rows.sum()),
            "accuracy": accuracy(truth[rows], predicted[rows]),
            "macro_f1": macro_f1(counts),
        }
    return figures
