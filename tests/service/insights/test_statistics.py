"""Statistics, against scipy, statsmodels and published worked examples."""

from itertools import product
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
)

from service.insights.statistics import (
    Moments,
    benjamini_hochberg,
    clustered_mean,
    contrast,
    greatest_squares,
    mean_change,
    mean_interval,
    rate_changes,
    share_change,
    wilson,
)


def moments(values: object) -> Moments:
    found = np.asarray(values, dtype=float)
    return Moments(len(found), float(found.sum()), float((found**2).sum()))


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (3, 10), (81, 263), (10, 10), (412, 2140)])
def test_a_share_has_its_wilson_interval(hits: int, n: int) -> None:
    assert wilson(hits, n) == pytest.approx(proportion_confint(hits, n, method="wilson"), abs=1e-6)


def test_a_share_of_nothing_can_be_anything() -> None:
    assert wilson(0, 0) == (0, 1)


@pytest.mark.parametrize("pair", [(56, 70, 48, 80), (9, 10, 3, 10), (0, 20, 0, 10), (5, 56, 0, 29)])
def test_two_shares_are_told_apart_as_statsmodels_does(pair: tuple[int, int, int, int]) -> None:
    found = share_change(*pair)
    assert found is not None
    bounds = confint_proportions_2indep(*pair, compare="diff", method="newcomb")
    assert (found.low, found.high) == pytest.approx(bounds, abs=1e-6)
    if pair[0]:
        table = [[hits, n - hits] for hits, n in (pair[:2], pair[2:])]
        assert found.p == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)


def test_newcombes_own_example() -> None:
    """Newcombe 1998, table II (a): 56/70 - 48/80 by method 10 is 0.0524 to 0.3339."""
    found = share_change(56, 70, 48, 80)
    assert found is not None
    assert (found.difference, found.low, found.high) == pytest.approx(
        (0.2, 0.0524, 0.3339), abs=5e-5
    )


def test_shares_that_are_all_or_nothing_are_no_different() -> None:
    found = share_change(0, 5, 0, 9)
    assert found is not None
    assert found == pytest.approx((0, -0.299, 0.434, 1), abs=1e-3)
    assert share_change(1, 0, 3, 5) is None


def rates(count: float, exposure: float, before: float, exposure_before: float) -> list[float]:
    """The difference of one pair of rates, its bounds and its p."""
    found = rate_changes([count], exposure, [before], exposure_before)
    return [float(number) for number in np.array(found)[:, 0]]


def test_the_example_of_poisson_test_in_r() -> None:
    """?poisson.test, 11 in 800 and 21 in 3,011 births: ratio 1.971488, 0.8584264 to 4.2772659."""
    *bounds, _ = rates(11, 800, 6 + 8 + 7, 1083 + 1050 + 878)
    assert bounds == pytest.approx([0.971488, 0.8584264 - 1, 3.2772659], abs=1e-6)


@pytest.mark.parametrize(
    ("count", "exposure", "before", "exposure_before"),
    [(11, 800, 21, 3011), (41, 28010, 15, 19017), (140, 28, 100, 28), (0, 7, 9, 14), (3, 7, 0, 7)],
)
def test_two_rates_are_told_apart_exactly(
    count: int, exposure: float, before: int, exposure_before: float
) -> None:
    difference, low, high, p = rates(count, exposure, before, exposure_before)
    total, chance = count + before, exposure / (exposure + exposure_before)
    exact = stats.binomtest(count, total, chance).proportion_ci(0.95, "exact")
    odds = exposure_before / exposure
    assert low == pytest.approx(exact.low / (1 - exact.low) * odds - 1)
    if before:
        assert high == pytest.approx(exact.high / (1 - exact.high) * odds - 1)
        assert difference == pytest.approx(count / before * odds - 1)
    else:
        assert isnan(difference)
        assert isnan(high)
    tails = [
        stats.binomtest(count, total, chance, alternative=side).pvalue
        for side in ("less", "greater")
    ]
    assert p == pytest.approx(min(2 * min(tails), 1))


def test_rates_of_fractions_lie_between_those_of_whole_counts() -> None:
    ps = [rates(count, 7, 4.5, 7)[3] for count in (8, 8.4, 9, 9.6, 10)]
    assert ps == sorted(ps, reverse=True)
    between = [rates(9, 7, before, 7)[3] for before in (4, 4.5, 5)]
    assert between == sorted(between)
    assert rates(0.3, 7, 0, 7)[3] == 1.0


def test_two_means_are_told_apart_by_welchs_test() -> None:
    random = np.random.default_rng(4)
    now, before = random.integers(0, 4, 37), random.integers(0, 3, 120)
    found = mean_change(moments(now), moments(before))
    other = stats.ttest_ind(now, before, equal_var=False)
    bounds = other.confidence_interval()
    assert found == pytest.approx(
        (now.mean() - before.mean(), bounds.low, bounds.high, other.pvalue), abs=1e-9
    )


def test_an_nps_has_rocks_adjusted_wald_interval() -> None:
    """15 promoters, 8 passives, 13 detractors, with 3/4, 3/2 and 3/4 more, by hand."""
    n, up, down = 39.0, 15.75, 13.75
    middle = (up - down) / n
    half = 1.959964 * (((up + down) / n - middle**2) / n) ** 0.5
    found = mean_interval(Moments(36, 15 - 13, 15 + 13), -1, 1)
    assert found == pytest.approx((middle - half, middle + half), abs=1e-9)


@pytest.mark.parametrize("chances", [(0.2, 0.3, 0.5), (0.05, 0.15, 0.8), (0.4, 0.2, 0.4)])
@pytest.mark.parametrize("n", [10, 40, 300])
def test_the_interval_of_an_nps_holds_what_it_says(
    chances: tuple[float, float, float], n: int
) -> None:
    draws = np.random.default_rng(n).multinomial(n, chances, size=4000)
    truth = chances[2] - chances[0]
    inside = [
        low <= truth <= high
        for down, _, up in draws.tolist()
        for low, high in [mean_interval(Moments(n, up - down, up + down), -1, 1)]
    ]
    assert 0.93 <= np.mean(inside) <= 0.985


def test_a_mean_of_nothing_can_be_anything() -> None:
    assert mean_interval(Moments(0, 0, 0), 1, 5) == (1, 5)


def test_few_equal_answers_prove_nothing() -> None:
    now, before = (Moments(3, 3 * x, 3).smoothed(-1, 1) for x in (1, -1))
    assert 0.0 < mean_change(now, before).p < 0.1
    assert mean_change(moments([1, 1]), moments([1, 1])) == (0, 0, 0, 1)


def test_a_difference_in_differences_is_the_interaction_of_a_regression() -> None:
    """With one variance for all: the t test of the interaction is the same (df apart)."""
    random = np.random.default_rng(2)
    rows = [
        (after, touched, random.normal(after * touched, 1))
        for after, touched in product((0, 1), (0, 1))
        for _ in range(50)
    ]
    after, touched, y = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    design = np.column_stack([np.ones_like(y), after, touched, after * touched])
    fit = WLS(y, design).fit(cov_type="HC2")
    parts = [
        (sign, moments(y[(after == a) & (touched == t)]).estimate())
        for sign, a, t in ((1, 1, 1), (-1, 0, 1), (-1, 1, 0), (1, 0, 0))
    ]
    found = contrast(*parts)
    assert found.difference == pytest.approx(fit.params[3])
    error = sum(part.variance for _, part in parts) ** 0.5
    assert error == pytest.approx(fit.bse[3])


def test_clusters_of_equal_size_have_the_cluster_robust_variance() -> None:
    random = np.random.default_rng(5)
    sums = [(float(total), 20.0) for total in random.binomial(20, 0.4, 28)]
    found = clustered_mean([*sums, (0.0, 0.0)])
    assert found is not None
    y = np.array([total / n for total, n in sums])
    fit = WLS(y, np.ones_like(y), weights=np.full(28, 20.0)).fit(
        cov_type="cluster", cov_kwds={"groups": np.arange(28), "use_correction": False}
    )
    assert found.value == pytest.approx(fit.params[0])
    assert found.variance == pytest.approx(fit.bse[0] ** 2 * 28 / 27)
    assert found.degrees_of_freedom == 27
    assert clustered_mean([(1, 2)]) is None


def test_clusters_of_unequal_size_have_the_variance_of_the_jackknife() -> None:
    random = np.random.default_rng(5)
    sums = [(float(random.binomial(n, 0.4)), float(n)) for n in random.integers(1, 30, 28)]
    found = clustered_mean(sums)
    assert found is not None
    y, n = (np.array(part) for part in zip(*sums, strict=True))
    fit = WLS(y / n, np.ones_like(y), weights=n).fit(cov_type="HC3")
    assert found.value == pytest.approx(fit.params[0])
    assert found.variance == pytest.approx(fit.bse[0] ** 2 * 27 / 28)


def test_a_large_cluster_does_not_hide_how_much_clusters_differ() -> None:
    random = np.random.default_rng(6)
    n = np.array([300.0] + [3.0] * 5)
    means = random.normal(0, 1, (400, len(n)))
    found = [clustered_mean(zip(row * n, n, strict=True)) for row in means]
    variances = [each.variance for each in found if each]
    true = float(np.sum(n**2) / np.sum(n) ** 2)
    assert np.mean(variances) == pytest.approx(true, rel=0.1)


def test_p_values_are_corrected_as_scipy_does() -> None:
    random = np.random.default_rng(3)
    for n in (1, 2, 15, 80):
        ps = random.uniform(size=n) ** 3
        assert benjamini_hochberg(ps.tolist()) == pytest.approx(stats.false_discovery_control(ps))
    assert benjamini_hochberg([]) == []


@given(
    st.lists(st.integers(0, 2), min_size=1, max_size=9).flatmap(
        lambda kinds: st.tuples(
            *(st.sampled_from(((0,), (1, 2, 3), (4, 5))[kind]) for kind in kinds)
        )
    )
)
def test_squares_never_exceed_the_greatest(values: tuple[int, ...]) -> None:
    groups = [
        (sum(value in kind for value in values), kind[0], kind[-1])
        for kind in ((0,), (1, 2, 3), (4, 5))
    ]
    assert sum(value**2 for value in values) <= greatest_squares(sum(values), groups) + 1e-9


def test_the_greatest_squares_are_reached() -> None:
    assert greatest_squares(1 + 3 + 3 + 3, [(4, 1, 3)]) == 1 + 9 + 9 + 9
    assert greatest_squares(5 + 5 + 1, [(2, 4, 5), (1, 1, 2)]) == 25 + 25 + 1


def test_thinning_keeps_the_mean_and_widens_the_error() -> None:
    whole = moments([0, 1, 1, 0, 1, 1, 1, 0])
    half = whole.rescaled(4)
    assert half.total / half.n == whole.total / whole.n
    assert half.estimate().variance > 2 * whole.estimate().variance
    assert half.estimate().value == 5 / 8
