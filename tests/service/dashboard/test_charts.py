"""The geometry of columns."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest

from service.dashboard.charts import (
    LARGE,
    LETTER,
    NARROW,
    SMALL,
    Frame,
    Span,
    draw,
    period_length,
    spans,
)
from service.insights.periods import By, starts
from service.insights.trend_schemas import TRENDS_EXAMPLE, PointOut

DAY = date(2026, 3, 2)
WEEK = timedelta(days=7)
WEEKS = [Span(DAY + number * WEEK, DAY + (number + 1) * WEEK, 1) for number in range(4)]


@dataclass(frozen=True)
class Happened:
    """An event on a day."""

    day: date


def test_columns_are_as_high_as_their_mentions() -> None:
    chart = draw([Span(DAY, DAY + WEEK, 2, 1, 1), Span(DAY + WEEK, DAY + 2 * WEEK, 8)])
    assert chart is not None
    low, high = (sum(box.height for box in column.boxes) for column in chart.columns)
    assert high == pytest.approx(2 * low, abs=0.3)
    assert [box.part for box in chart.columns[0].boxes] == ["negative", "neutral", "positive"]
    assert chart.columns[0].top == chart.columns[0].boxes[-1].y


@pytest.mark.parametrize("most", [1, 2, 3, 7, 10, 12, 99, 100, 101, 4_999, 123_456])
def test_the_axis_reaches_the_highest_column(most: int) -> None:
    chart = draw([Span(DAY, DAY + WEEK, most)])
    assert chart is not None
    values = [value for value, _ in chart.ticks]
    assert values[0] == 0
    assert most <= values[-1] <= 2.5 * most
    assert 2 <= len(values) <= 6
    assert min(y for _, y in chart.ticks) == pytest.approx(LARGE.top)
    assert max(y for _, y in chart.ticks) == LARGE.ground


def midnight(day: date) -> datetime:
    """The beginning of a day."""
    return datetime.combine(day, time(), UTC)


@pytest.mark.parametrize(
    ("by", "first", "end", "partial"),
    [
        ("week", DAY, DAY + 3 * WEEK, [False, False, False]),
        ("week", DAY + timedelta(days=6), DAY + 2 * WEEK + timedelta(days=1), [True, False, True]),
        ("week", None, DAY + 2 * WEEK, [False, False]),
        ("month", date(2026, 3, 1), date(2026, 4, 30), [False, True]),
        ("day", DAY, DAY + timedelta(days=2), [False, False]),
    ],
)
def test_periods_of_which_days_are_missing_are_partial(
    by: By, first: date | None, end: date, partial: list[bool]
) -> None:
    example = TRENDS_EXAMPLE["series"][0]["points"][0]
    points = [
        PointOut.model_validate(example | {"start": start})
        for start in starts(first or DAY, end - timedelta(days=1), by)
    ]
    found = spans(points, by, midnight(first) if first else None, midnight(end))
    assert [span.is_partial for span in found] == partial


def test_a_day_that_is_not_over_is_partial() -> None:
    point = PointOut.model_validate(TRENDS_EXAMPLE["series"][0]["points"][0] | {"start": DAY})
    (span,) = spans([point], "day", midnight(DAY), midnight(DAY) + timedelta(hours=9))
    assert span.is_partial


def test_nothing_is_no_chart() -> None:
    assert draw([]) is None
    assert draw([Span(DAY, DAY + WEEK)]) is None


@pytest.mark.parametrize(
    ("days", "by"), [(1, "day"), (31, "day"), (32, "week"), (420, "week"), (421, "month")]
)
def test_long_periods_have_longer_columns(days: int, by: str) -> None:
    assert period_length(days) == by


@pytest.mark.parametrize("frame", [LARGE, NARROW, SMALL])
def test_an_event_stands_where_its_day_is_within_its_column(frame: Frame) -> None:
    days = [DAY, DAY + WEEK + timedelta(days=3), DAY + 4 * WEEK - timedelta(days=1)]
    chart = draw(WEEKS, [Happened(day) for day in reversed(days)], frame)
    assert chart is not None
    assert [mark.letter for mark in chart.marks] == ["A", "B", "C"]
    slots = [(mark.x - frame.left) / frame.slot(4) for mark in chart.marks]
    assert slots == pytest.approx([0, 1 + 3 / 7, 3 + 6 / 7], abs=0.01)


@pytest.mark.parametrize(
    ("by", "first", "columns", "marked"),
    [
        ("month", date(2026, 1, 1), 3, date(2026, 3, 31)),
        ("month", date(2026, 1, 1), 2, date(2026, 2, 28)),
        ("month", date(2026, 5, 1), 1, date(2026, 5, 31)),
        ("week", DAY, 1, DAY + timedelta(days=6)),
        ("day", DAY, 1, DAY),
    ],
)
def test_events_are_marked_up_to_the_last_day_of_the_last_column(
    by: By, first: date, columns: int, marked: date
) -> None:
    days = starts(first, first + timedelta(days=400), by)[:columns]
    example = TRENDS_EXAMPLE["series"][0]["points"][0]
    points = [PointOut.model_validate(example | {"start": start}) for start in days]
    series = spans(points, by, None, midnight(first + timedelta(days=800)))
    chart = draw(series, [Happened(marked), Happened(marked + timedelta(days=1))])
    assert chart is not None
    assert [mark.event.day for mark in chart.marks] == [marked]


def test_letters_of_one_day_stand_beside_each_other() -> None:
    chart = draw(WEEKS, [Happened(DAY)] * 3)
    assert chart is not None
    assert [mark.x for mark in chart.marks] == [LARGE.left] * 3
    assert [mark.letter_x - LARGE.left for mark in chart.marks] == [0, LETTER, 2 * LETTER]


def test_what_happened_before_or_after_is_not_marked() -> None:
    outside = [Happened(DAY - timedelta(days=1)), Happened(DAY + 4 * WEEK)]
    chart = draw(WEEKS, outside)
    assert chart is not None
    assert chart.marks == []


def test_of_many_events_the_latest_are_marked() -> None:
    chart = draw(WEEKS, [Happened(DAY + timedelta(days=number % 28)) for number in range(56)])
    assert chart is not None
    assert len(chart.marks) == 26
    assert chart.marks[-1].event.day == DAY + timedelta(days=27)
