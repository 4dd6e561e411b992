"""Labels from a few examples."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from nlp.arrays import Float32
from nlp.probe import EXAMPLE_SHARE, RIDGE, estimate, fit, folds
from nlp.rates import rate
from nlp.vectors import packed, unpacked

WIDTH = 24


def unit(rows: NDArray[Any]) -> Float32:
    found: Float32 = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return found


@pytest.fixture
def clouds() -> tuple[Float32, Float32]:
    """Ten examples around one direction, 80 negatives around nothing."""
    random = np.random.default_rng(7)
    middle = np.zeros(WIDTH)
    middle[0] = 1.5
    near = unit(middle + random.normal(size=(10, WIDTH)) / 4)
    far = unit(random.normal(size=(80, WIDTH)))
    return near, far


def test_it_is_the_weighted_ridge_logistic_regression(clouds: tuple[Float32, Float32]) -> None:
    near, far = clouds
    rows, truth = np.concatenate(clouds), np.repeat([1, 0], [len(near), len(far)])
    weights = np.where(truth == 1, EXAMPLE_SHARE * len(far) / len(near), 1.0)
    other = LogisticRegression(C=1 / RIDGE, tol=1e-8, max_iter=1000).fit(rows, truth, weights)
    chances = fit(near, far).chances(rows)
    assert np.allclose(chances, other.predict_proba(rows)[:, 1], atol=0.005)


def test_a_start_changes_nothing_but_the_time(clouds: tuple[Float32, Float32]) -> None:
    near, far = clouds
    cold, warm = fit(near[1:], far), fit(near[1:], far, fit(near, far))
    assert np.allclose(cold.weights, warm.weights, atol=1e-2)


def test_the_estimate_judges_by_what_was_left_out(clouds: tuple[Float32, Float32]) -> None:
    near, far = clouds
    found = estimate(near, range(10), far, 0.5, fit(near, far))
    assert (found.recall.n, found.false_alarms.n) == (10, 80)
    assert found.recall.hits >= 9
    assert found.false_alarms.hits <= 4
    apart = unit(np.eye(8, WIDTH, dtype=np.float32))
    assert estimate(apart, range(8), far, 0.5, fit(apart, far)).recall.hits == 0


def test_an_example_with_several_rows_is_left_out_whole(clouds: tuple[Float32, Float32]) -> None:
    apart = unit(np.eye(8, WIDTH, dtype=np.float32))
    twice = np.concatenate([apart, apart])
    found = estimate(twice, [*range(8), *range(8)], clouds[1], 0.5, fit(twice, clouds[1]))
    assert (found.recall.hits, found.recall.n) == (0, 8)


def test_the_interval_is_wilsons() -> None:
    found = rate(8, 10)  # 0.490 to 0.943: Newcombe 1998, table I, method 3
    assert (round(found.low, 3), round(found.high, 3)) == (0.490, 0.943)
    assert rate(0, 0) == (0, 0, 0.0, 1.0)


def test_folds_are_disjoint_and_complete() -> None:
    assert np.stack(list(folds(12))).sum(axis=0).tolist() == [1] * 12
    assert len(list(folds(3))) == 3
    assert list(folds(0)) == []


def test_packing_keeps_the_direction(clouds: tuple[Float32, Float32]) -> None:
    rows = np.concatenate(clouds)
    found = unpacked([packed(row) for row in rows])
    assert len(packed(rows[0])) == WIDTH
    assert ((found * rows).sum(axis=1) > 0.9998).all()
    assert unpacked([]).shape == (0, 0)
