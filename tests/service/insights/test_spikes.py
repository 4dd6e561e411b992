"""What was to be expected, and what is too much of it."""

from datetime import date, timedelta

import numpy as np
import pytest

from service.insights.periods import By
from service.insights.spikes import MIN_HISTORY, expectations

FIRST = date(2026, 1, 5)
PROFILE = np.array([12, 11, 10, 10, 9, 3, 2])
"""Monday to Sunday"""
ITEMS = {
    "mentions": {
        **{1: 22, 2: 36, 3: 44, 4: 41, 5: 31, 6: 10, 7: 2, 8: 1, 9: 1, 12: 1, 13: 2},
        **{14: 1, 16: 2, 17: 1, 18: 1, 21: 1, 22: 1, 23: 1},
    },
    "negative": {
        **{0: 37, 1: 61, 2: 37, 3: 37, 4: 12, 5: 3, 6: 1, 7: 3, 8: 1, 9: 3},
        **{10: 1, 12: 1, 15: 1, 17: 1},
    },
}
"""Items of the demo set by how many mentions they make."""


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
    assert not found.exceeded


@pytest.mark.parametrize(("clumps", "most"), [(0.0, 0.002), (0.1, 0.006), (0.3, 0.008)])
def test_ordinary_days_are_hardly_ever_spikes(clumps: float, most: float) -> None:
    flags = [
        found.exceeded
        for seed in range(40)
        for found in expectations(days(200), drawn(200, seed, clumps), "day")
        if found
    ]
    assert len(flags) == 40 * 172
    assert np.mean(flags) <= most


def long_items(name: str, by: By, usual: float, n: int) -> list[bool]:
    """Which of n ordinary periods with so many items, as long as the demo set's, are spikes."""
    random = np.random.default_rng(8)
    items = random.poisson(usual, n)
    lengths = np.repeat([*ITEMS[name]], [*ITEMS[name].values()])
    until = random.choice(lengths, items.sum()).cumsum()
    counts = np.diff(np.append(0, until)[items.cumsum()], prepend=0)
    starts = [FIRST + timedelta(days=at if by == "day" else 7 * at) for at in range(n)]
    found = expectations(starts, counts.tolist(), by)
    return [one.is_spike(own) for one, own in zip(found, items, strict=True) if one]


@pytest.mark.parametrize("name", ["mentions", "negative"])
@pytest.mark.parametrize(("by", "most"), [("day", 0.007), ("week", 0.013)])
@pytest.mark.parametrize("usual", [0.02, 0.1, 0.5, 2, 5, 20])
def test_long_items_are_hardly_ever_spikes(name: str, by: By, usual: float, most: float) -> None:
    """docs/insights.md has the rates in 50,000 periods."""
    assert np.mean(long_items(name, by, usual, 2000)) <= (most if usual > 1 else 0.001)


def test_mondays_are_no_spikes_and_busy_sundays_are() -> None:
    counts = drawn(98, 3)
    counts[97] = 12  # a Sunday as busy as a Monday
    found = list(expectations(days(98), counts, "day"))
    spikes = [index for index, one in enumerate(found) if one and one.exceeded]
    assert spikes == [97]


def test_too_little_history_judges_nothing() -> None:
    counts = [*drawn(MIN_HISTORY["day"] - 1, 4), 500]
    assert set(expectations(days(len(counts)), counts, "day")) == {None}
    months = [date(2026, month, 1) for month in range(1, 13)]
    assert set(expectations(months, [10] * 11 + [500], "month")) == {None}


@pytest.mark.parametrize(("by", "before"), [("day", 28), ("day", 127), ("week", 8)])
def test_something_new_is_a_spike(by: By, before: int) -> None:
    starts = [FIRST + timedelta(days=at if by == "day" else 7 * at) for at in range(before + 1)]
    for count in (0, 4, 5):
        *_, found = expectations(starts, [*[0] * before, count], by)
        assert found is not None
        assert (found.is_spike(5), found.upper < 1.2) == (count == 5, True)


@pytest.mark.parametrize("usual", [6, 10, 50])
def test_something_new_that_stays_is_learned_in_about_a_week(usual: int) -> None:
    counts = np.random.default_rng(9).poisson(usual, 60)
    found = list(expectations(days(120), [*[0] * 60, *counts.tolist()], "day"))
    spikes = [day for day, one in enumerate(found[60:]) if one and one.exceeded]
    assert spikes[0] == 0
    assert len(spikes) <= 12


def test_a_handful_is_no_spike() -> None:
    counts = [int(day % 20 == 0) for day in range(60)]
    *_, few = expectations(days(61), [*counts, 4], "day")
    *_, many = expectations(days(61), [*counts, 9], "day")
    assert few is not None
    assert many is not None
    assert [few.is_spike(4), many.is_spike(4), many.is_spike(5)] == [False, False, True]


def test_a_spike_hides_no_other_and_a_new_level_is_learned() -> None:
    counts = [*drawn(84, 5), 60, 10, 60]
    *_, first, between, second = expectations(days(87), counts, "day")
    assert first is not None
    assert between is not None
    assert second is not None
    assert (first.exceeded, between.exceeded, second.exceeded) == (True, False, True)
    doubled = [2 * count for count in drawn(120, 6)]
    found = list(expectations(days(176), [*drawn(56, 7), *doubled], "day"))
    late = [one.exceeded for one in found[-60:] if one]
    assert sum(late) <= 1


def test_weeks_are_judged_by_the_weeks_before() -> None:
    weeks = [FIRST + timedelta(weeks=week) for week in range(12)]
    counts = [100, 104, 96, 99, 108, 101, 95, 100, 103, 97, 102, 180]
    found = list(expectations(weeks, counts, "week"))
    assert [one and one.exceeded for one in found] == [None] * 8 + [False, False, False, True]


@pytest.mark.parametrize("usual", [5, 6])  # rounding left less than nothing, or more
def test_next_to_nothing_is_expected_after_silence(usual: int) -> None:
    counts = [*[usual] * 8, 30, *[0] * 15, 6]
    weeks = [FIRST + timedelta(weeks=week) for week in range(len(counts))]
    found = list(expectations(weeks, counts, "week"))
    assert found[8] is not None
    assert found[8].exceeded
    assert found[-1] is not None
    assert found[-1].mean == pytest.approx(2 * 0.5 / 13 / 15)
    assert found[-1].exceeded
