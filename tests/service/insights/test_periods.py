"""Periods of a series, and the one before."""

from datetime import UTC, date, datetime

import pytest

from service.insights.errors import TooManyPoints
from service.insights.periods import By, last_day, period_before, starts
from service.rollups.spans import SpanRange, cover_by, start_of

NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "before"),
    [
        (at(10), at(17), (at(3), at(10))),
        (at(3), None, (at(1), at(3))),  # today, the 4th, counts as a whole day
        (at(4, 15), None, (datetime(2026, 3, 4, 14, 30, tzinfo=UTC), at(4, 15))),
        (at(5), None, None),  # begins tomorrow
        (None, at(5), None),
    ],
)
def test_the_period_before_has_equal_length(
    since: datetime | None, until: datetime | None, before: tuple[datetime, datetime] | None
) -> None:
    assert period_before(since, until, NOW) == before


@pytest.mark.parametrize(
    ("by", "day", "start"),
    [
        ("day", date(2026, 3, 4), date(2026, 3, 4)),
        ("week", date(2026, 3, 4), date(2026, 3, 2)),
        ("week", date(2027, 1, 3), date(2026, 12, 28)),  # ISO week 53 of 2026
        ("month", date(2026, 3, 31), date(2026, 3, 1)),
    ],
)
def test_weeks_start_on_monday_and_months_on_the_first(by: By, day: date, start: date) -> None:
    assert start_of(day, by) == start


def test_months_follow_each_other_whatever_their_length() -> None:
    found = starts(date(2025, 12, 31), date(2026, 3, 1), "month")
    assert found == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]


def test_no_week_is_read_that_lies_in_two_months() -> None:
    assert cover_by(date(2026, 3, 30), date(2026, 4, 13), "month") == [
        SpanRange("day", date(2026, 3, 30), date(2026, 4, 1)),
        SpanRange("day", date(2026, 4, 1), date(2026, 4, 6)),
        SpanRange("week", date(2026, 4, 6), date(2026, 4, 13)),
    ]


def test_a_thousand_points_are_the_most() -> None:
    assert len(starts(date(2020, 1, 1), date(2022, 9, 26), "day")) == 1000
    with pytest.raises(TooManyPoints):
        starts(date(2020, 1, 1), date(2022, 9, 27), "day")


def test_an_exclusive_end_at_midnight_leaves_its_day_out() -> None:
    assert last_day(at(5)) == date(2026, 3, 4)
    assert last_day(at(5, 1)) == date(2026, 3, 5)
