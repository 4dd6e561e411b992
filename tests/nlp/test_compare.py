"""One of two models is called better if the rows show it, and only then."""

import numpy as np
import pytest
from scipy.stats import binomtest

from nlp.evaluate.compare import compare, holm, mcnemar
from nlp.evaluate.scores import LabelledRows
from nlp.labels import HEADS, Head

RNG = np.random.default_rng(5)
TRUTH = RNG.integers(3, size=400)
ROWS = LabelledRows(TRUTH, np.arange(400), ["en"] * 400)
LABELS: dict[Head, tuple[str, ...]] = {"sentiment": HEADS["sentiment"]}


def _wrong(share: float) -> np.ndarray:
    return np.where(RNG.random(400) < share, (TRUTH + 1) % 3, TRUTH)


def test_a_clearly_better_model_is_called_better_and_the_reverse_worse() -> None:
    worse, better = _wrong(0.4), _wrong(0.2)
    found = compare(LABELS, {"sentiment": ROWS}, {"sentiment": (worse, better)})["sentiment"]
    assert found["verdict"] == "better"
    low, high = found["macro_f1"]["interval"]
    assert 0 < low < found["macro_f1"]["difference"] < high
    assert found["accuracy"]["p_corrected"] < 0.01
    back = compare(LABELS, {"sentiment": ROWS}, {"sentiment": (better, worse)})["sentiment"]
    assert back["verdict"] == "worse"


def test_a_model_against_itself_shows_no_difference() -> None:
    same = _wrong(0.3)
    found = compare(LABELS, {"sentiment": ROWS}, {"sentiment": (same, same)})["sentiment"]
    assert found["verdict"] == "not shown"
    assert found["macro_f1"]["p"] == found["accuracy"]["p"] == 1.0


def test_rare_labels_alone_give_no_verdict() -> None:
    rare = LabelledRows(np.array([0, 0, 1, 1, 2]), np.arange(5), ["en"] * 5)
    labels: dict[Head, tuple[str, ...]] = {**LABELS, "intent": HEADS["intent"]}
    worse, better = _wrong(0.4), _wrong(0.2)
    found = compare(
        labels,
        {"sentiment": ROWS, "intent": rare},
        {"sentiment": (worse, better), "intent": (rare.truth, rare.truth)},
    )
    assert found["intent"]["verdict"] == "too few rows"
    macro = found["intent"]["macro_f1"]
    assert (macro["difference"], macro["p_corrected"]) == (None, 1.0)
    assert macro["interval"] == [None, None]
    assert found["sentiment"]["macro_f1"]["p"] == found["sentiment"]["macro_f1"]["p_corrected"]


def test_the_mid_p_value_is_that_of_the_paper() -> None:
    """Fagerland et al. 2013, tables 1 and 2: 1 against 7 pairs, mid-p 0.039."""
    assert mcnemar(1, 7) == pytest.approx(0.039, abs=0.0005)
    exact = binomtest(3, 12).pvalue
    assert mcnemar(3, 9) == mcnemar(9, 3) < exact
    assert mcnemar(0, 0) == mcnemar(4, 4) == 1.0


def test_p_values_are_corrected_step_by_step() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
