"""What was to be expected, and what is too much of it."""

from datetime import date, timedelta

import numpy as np
import pytest

from service.insights.spikes import ENOUGH, expectations

FIRST = date(2026, 1, 5)
PROFILE = np.array([12, 11, 10, 10, 9, 3, 2])
"""Monday to Sunday"""


def days(n: int) -> list[date]:
    return [FIRST + timedelta(days=day) for day in range(n)]


def drawn(n: int, seed: int, clumps: float = 0.0) -> list[int]:
    """Counts with a weekday profile; with ``clumps``, more spread than Poisson's."""
    random = np.random.default_rng(seed)
    means = PROFILE[np.arange(n) % 7].astype(float)
    if clumps:
        means *= random.gamma(1 / clumps, clumps, size=n)
    return [int(count) for count in random.poisson(means)]


def test_the_threshold_is_farringtons() -> None:
    counts = drawn(56, 1)
    *_, found = expectations(days(57), [*counts, 20], "day")
    level = np.mean(counts)
    slots = [np.array(counts[day::7]) for day in range(7)]
    means = [(slot.sum() + 2 * level) / (len(slot) + 2) for slot in slots]
    misfit = sum(((slot - mean) ** 2 / mean).sum() for slot, mean in zip(slots, means, strict=True))
    dispersion = max(1, misfit / (56 - 7))
    spread = dispersion * means[0] * (1 + 1 / 10)
    assert found is not None
    assert found.mean == pytest.approx(means[0])
    assert found.upper == pytest.approx(
        means[0] * (1 + 2 / 3 * 3.09 * spread**0.5 / means[0]) ** 1.5
    )
    assert not found.spike


@pytest.mark.parametrize(("clumps", "most"), [(0.0, 0.002), (0.1, 0.006), (0.3, 0.008)])
def test_ordinary_days_are_hardly_ever_spikes(clumps: float, most: float) -> None:
    flags = [
        found.spike
        for seed in range(40)
        for found in expectations(days(200), drawn(200, seed, clumps), "day")
        if found
    ]
    assert len(flags) == 40 * 172
    assert np.mean(flags) <= most


def test_mondays_are_no_spikes_and_busy_sundays_are() -> None:
    counts = drawn(98, 3)
    counts[97] = 12  # a Sunday as busy as a Monday
    found = list(expectations(days(98), counts, "day"))
    spikes = [index for index, one in enumerate(found) if one and one.spike]
    assert spikes == [97]


def test_too_little_history_judges_nothing() -> None:
    counts = [*drawn(ENOUGH["day"] - 1, 4), 500]
    assert set(expectations(days(len(counts)), counts, "day")) == {None}
    assert set(expectations(days(60), [0] * 59 + [500], "day")) == {None}
    months = [date(2026, month, 1) for month in range(1, 13)]
    assert set(expectations(months, [10] * 11 + [500], "month")) == {None}


def test_a_handful_is_no_spike() -> None:
    counts = [int(day % 20 == 0) for day in range(60)]
    *_, few = expectations(days(61), [*counts, 4], "day")
    *_, many = expectations(days(61), [*counts, 9], "day")
    assert few is not None
    assert many is not None
    assert (few.spike, many.spike) == (False, True)


def test_a_spike_hides_no_other_and_a_new_level_is_learned() -> None:
    counts = [*drawn(84, 5), 60, 10, 60]
    *_, first, between, second = expectations(days(87), counts, "day")
    assert first is not None
    assert between is not None
    assert second is not None
    assert (first.spike, between.spike, second.spike) == (True, False, True)
    doubled = [2 * count for count in drawn(120, 6)]
    found = list(expectations(days(176), [*drawn(56, 7), *doubled], "day"))
    late = [one.spike for one in found[-60:] if one]
    assert sum(late) <= 1


def test_weeks_are_judged_by_the_weeks_before() -> None:
    weeks = [FIRST + timedelta(weeks=week) for week in range(12)]
    counts = [100, 104, 96, 99, 108, 101, 95, 100, 103, 97, 102, 180]
    found = list(expectations(weeks, counts, "week"))
    assert [one and one.spike for one in found] == [None] * 8 + [False, False, False, True]


@pytest.mark.parametrize("usual", [5, 6])  # rounding left less than nothing, or more
def test_nothing_is_expected_of_silence_after_a_spike(usual: int) -> None:
    counts = [*[usual] * 8, 30, *[0] * 15, 6]
    weeks = [FIRST + timedelta(weeks=week) for week in range(len(counts))]
    found = list(expectations(weeks, counts, "week"))
    assert found[8] is not None
    assert found[8].spike
    assert found[-1] is None
