"""Tests whether one model reads better than another, beyond chance, on the same rows."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Final

import numpy as np
from scipy.stats import binom

from nlp.arrays import Bool, Int64
from nlp.evaluate.figures import Figures, rounded
from nlp.evaluate.metrics import MIN_SUPPORT, accuracy, confusion, macro_f1, resamples
from nlp.evaluate.scores import LabelledRows
from nlp.labelled.examples import UNKNOWN
from nlp.labels import Head
from nlp.rates import SIGNIFICANCE_LEVEL

ROUNDS: Final = 2000

Pair = tuple[Int64, Int64]
"""The labels that the first and the second model give to the same rows."""


def compare(
    labels: Mapping[Head, Sequence[str]],
    rows: Mapping[Head, LabelledRows],
    read: Mapping[Head, Pair],
) -> dict[Head, Figures]:
    """For each head with known rows, what the second model gains over the first, and how surely.

    P values are corrected for the number of heads by Holm's method, separately for each test;
    ``verdict`` is ``better``, ``worse`` or ``not shown`` by macro-F1. A head in which no label has
    enough rows for macro-F1 is tested by accuracy alone: its verdict is ``too few rows``.
    """
    heads = [head for head in labels if (rows[head].truth != UNKNOWN).any()]
    found = {head: _compare(labels[head], rows[head], *read[head]) for head in heads}
    telling = [head for head in heads if not isnan(found[head]["macro_f1"]["difference"])]
    _correct([found[head]["macro_f1"] for head in telling])
    _correct([found[head]["accuracy"] for head in heads])
    for figures in found.values():
        figures["verdict"] = _verdict(figures["macro_f1"])
    return {head: rounded(figures) for head, figures in found.items()}


def _correct(tests: Sequence[Figures]) -> None:
    for test, p in zip(tests, holm([test["p"] for test in tests]), strict=True):
        test["p_corrected"] = p


def _compare(labels: Sequence[str], rows: LabelledRows, first: Int64, second: Int64) -> Figures:
    known = rows.known
    truth, one, other = rows.truth[known], first[known], second[known]
    only_first, only_second = _disagreements(one == truth, other == truth)
    return {
        "rows": len(known),
        "macro_f1": _macro_difference(len(labels), truth, (one, other), rows.groups[known]),
        "accuracy": {
            "first": accuracy(truth, one),
            "second": accuracy(truth, other),
            "only_first_right": only_first,
            "only_second_right": only_second,
            "p": mcnemar(only_first, only_second),
        },
    }


def _macro_difference(size: int, truth: Int64, read: Pair, groups: Int64) -> Figures:
    """Macro-F1 of both and the difference, by a paired bootstrap over texts.

    The interval is that of the percentiles (Efron and Tibshirani 1993, An introduction to the
    bootstrap, chapter 13). p is the level at which such an interval would end at zero: twice the
    share of samples on the other side of zero (section 15.4 there; Koehn 2004, Statistical
    significance tests for machine translation evaluation, counts samples in the same way). The one
    added to counts keeps p above 0 (Davison and Hinkley 1997, Bootstrap methods, section 4.2).
    """
    kept = np.bincount(truth, minlength=size) >= MIN_SUPPORT
    if not kept.any():
        return _nothing()
    first, second = (macro_f1(confusion(truth, labels, size), kept) for labels in read)
    drawn = np.array(
        [
            [macro_f1(confusion(truth, labels, size, times), kept) for labels in read]
            for times in resamples(groups, ROUNDS, seed=0)
        ]
    )
    differences = drawn[:, 1] - drawn[:, 0]
    low, high = np.quantile(differences, (0.025, 0.975))
    beyond = min((differences <= 0).sum(), (differences >= 0).sum())
    return {
        "first": first,
        "second": second,
        "difference": second - first,
        "interval": (float(low), float(high)),
        "p": min(2 * float(beyond + 1) / (ROUNDS + 1), 1.0),
    }


def _nothing() -> Figures:
    unknown = float("nan")
    return {
        "first": unknown,
        "second": unknown,
        "difference": unknown,
        "interval": (unknown, unknown),
        "p": 1.0,
        "p_corrected": 1.0,
    }


def _disagreements(first: Bool, second: Bool) -> tuple[int, int]:
    return int((first & ~second).sum()), int((second & ~first).sum())


def mcnemar(only_first: int, only_second: int) -> float:
    """The two-sided mid-p value, 0..1, of the hypothesis that both models are right equally often.

    The arguments are the numbers of rows that only one of them reads correctly. See Fagerland,
    Lydersen and Laake 2013, The McNemar test for binary matched-pairs data: mid-p and asymptotic
    are better than exact conditional. Rows count as independent, which mentions of one text hardly
    are.
    """
    fewer, total = min(only_first, only_second), only_first + only_second
    tail = binom.cdf(fewer, total, 0.5) - binom.pmf(fewer, total, 0.5) / 2
    return min(2 * float(tail), 1.0)


def holm(p_values: Sequence[float]) -> list[float]:
    """P values corrected for multiple tests, in the same order.

    Holm 1979, A simple sequentially rejective multiple test procedure.
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(np.argsort(p_values, kind="stable")):
        highest = max(highest, min(p_values[index] * (len(p_values) - rank), 1.0))
        adjusted[index] = highest
    return adjusted


def _verdict(macro: Figures) -> str:
    if isnan(macro["difference"]):
        return "too few rows"
    if macro["p_corrected"] >= SIGNIFICANCE_LEVEL:
        return "not shown"
    return "better" if macro["difference"] > 0 else "worse"
