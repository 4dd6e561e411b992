"""Readings put together: geometric means of probabilities."""

import numpy as np
import pytest

from nlp.decoding import softmax
from nlp.pool import MIN_PROBABILITY, pool


def test_the_pool_is_what_the_mean_of_the_logits_says() -> None:
    logits = np.random.default_rng(3).normal(0, 1, (4, 5)).astype(np.float32)
    weights = np.array([1.0, 2.0, 3.0, 0.5])
    mean = (weights @ logits / weights.sum())[None]
    opinions = [{str(i): float(p) for i, p in enumerate(row)} for row in softmax(logits)]
    together = pool(opinions, weights.tolist(), 5)
    assert list(together.values()) == pytest.approx(softmax(mean)[0].tolist(), abs=1e-6)


def test_labels_that_are_not_named_share_what_is_left() -> None:
    whole = {"a": 0.6, "b": 0.2, "c": 0.1, "d": 0.1}
    named = {"a": 0.6, "b": 0.2}
    other = {"a": 0.1, "b": 0.7, "c": 0.1, "d": 0.1}
    exact, known = pool([whole, other], [1, 2], 4), pool([named, other], [1, 2], 4)
    assert known == pytest.approx(exact)
    alone = pool([named, {"a": 0.1, "b": 0.7}], [1, 2], 4)
    assert alone == pytest.approx({label: exact[label] for label in "ab"})


def test_weights_are_shares() -> None:
    opinions = [{"a": 0.7}, {"b": 0.8}]
    assert pool(opinions, [1, 3], 3) == pytest.approx(pool(opinions, [10, 30], 3))
    assert pool(opinions, [1, 3], 3)["b"] > 0.5 > pool(opinions, [3, 1], 3)["b"]


def test_who_has_no_opinion_has_no_say() -> None:
    opinion = {"a": 0.7, "b": 0.3}
    alone, with_a_silent_one = pool([opinion], [1], 2), pool([opinion, {}], [1, 1], 2)
    assert alone == pytest.approx(opinion)
    assert max(with_a_silent_one, key=with_a_silent_one.__getitem__) == "a"
    assert pool([{}, {}], [1, 1], 2) == {}


def test_what_all_are_certain_of_is_certain() -> None:
    assert pool([{"a": 1.0}, {"a": 1.0}], [1, 5], 9) == {"a": 1.0}


def test_what_one_excludes_is_unlikely_not_impossible() -> None:
    together = pool([{"a": 1.0}, {"b": 1.0}], [1, 1], 9)
    assert together == pytest.approx({"a": 0.5, "b": 0.5})
    outvoted = pool([{"a": 1.0}, {"b": 1.0}, {"b": 1.0}], [1, 1, 1], 9)
    assert outvoted["a"] == pytest.approx(outvoted["b"] * MIN_PROBABILITY ** (1 / 3))
