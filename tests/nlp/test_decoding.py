"""Probabilities and labels of logits."""

from collections.abc import Mapping

import numpy as np
import pytest

from nlp.arrays import Float64, Int64
from nlp.decoding import choose, probabilities
from nlp.labels import HEADS, Head

ONES: Mapping[str, float] = dict.fromkeys(HEADS, 1.0)


def read(sentiment: list[float], severity: list[float]) -> tuple[dict[Head, Float64], int]:
    """All probabilities, and the severity that is read, for one mention with these shares."""
    logits = {head: np.zeros((1, len(labels))) for head, labels in HEADS.items()}
    logits |= {"sentiment": np.log([sentiment]), "severity": np.log([severity])}
    chances = probabilities(logits, ONES)
    chosen: Int64 = choose(chances)["severity"]
    return chances, int(chosen[0])


def test_severity_shares_the_probability_of_a_complaint() -> None:
    chances, _ = read([0.6, 0.3, 0.1], [0.5, 0.1, 0.3, 0.1])
    assert chances["severity"][0] == pytest.approx([0.4, 0.12, 0.36, 0.12])


def test_praise_has_no_severity_whatever_its_own_head_says() -> None:
    assert read([0.2, 0.1, 0.7], [0.1, 0.1, 0.1, 0.7])[1] == 0
    assert read([0.4, 0.5, 0.1], [0.1, 0.1, 0.1, 0.7])[1] == 0


def test_a_complaint_always_has_a_severity() -> None:
    assert read([0.5, 0.4, 0.1], [0.97, 0.01, 0.01, 0.01])[1] == 2
    assert read([0.4, 0.35, 0.25], [0.97, 0.03, 1e-300, 1e-300])[1] == 1


def test_the_severity_of_a_complaint_is_the_median() -> None:
    assert read([0.9, 0.05, 0.05], [0.04, 0.4, 0.18, 0.38])[1] == 2
    assert read([0.9, 0.05, 0.05], [0.04, 0.5, 0.08, 0.38])[1] == 1
    assert read([0.9, 0.05, 0.05], [0.04, 0.2, 0.2, 0.56])[1] == 3
