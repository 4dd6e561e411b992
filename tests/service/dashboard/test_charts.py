"""The geometry of columns."""

from datetime import date, timedelta

import pytest

from service.dashboard.charts import BOTTOM, HEIGHT, TOP, Span, draw, period_length

DAY = date(2026, 3, 2)


def test_columns_are_as_high_as_their_mentions() -> None:
    chart = draw([Span(DAY, 2, 1, 1), Span(DAY + timedelta(days=7), 8)])
    assert chart is not None
    low, high = (sum(box.height for box in column.boxes) for column in chart.columns)
    assert high == pytest.approx(2 * low, abs=0.3)
    assert [box.part for box in chart.columns[0].boxes] == ["negative", "neutral", "positive"]
    assert chart.columns[0].top == chart.columns[0].boxes[-1].y


@pytest.mark.parametrize("most", [1, 2, 3, 7, 10, 12, 99, 100, 101, 4_999, 123_456])
def test_the_axis_reaches_the_highest_column(most: int) -> None:
    chart = draw([Span(DAY, most)])
    assert chart is not None
    values = [value for value, _ in chart.ticks]
    assert values[0] == 0
    assert most <= values[-1] <= 2.5 * most
    assert 2 <= len(values) <= 6
    assert min(y for _, y in chart.ticks) == pytest.approx(TOP)
    assert max(y for _, y in chart.ticks) == HEIGHT - BOTTOM


def test_nothing_is_no_chart() -> None:
    assert draw([]) is None
    assert draw([Span(DAY)]) is None


@pytest.mark.parametrize(
    ("days", "by"), [(1, "day"), (30, "day"), (31, "week"), (420, "week"), (421, "month")]
)
def test_long_periods_have_longer_columns(days: int, by: str) -> None:
    assert period_length(days) == by
