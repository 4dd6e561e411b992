"""Times that can't be stored are refused."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from service.web.times import UtcTime

TIMES = TypeAdapter[datetime](UtcTime)


def test_offset_is_taken_off() -> None:
    moment = TIMES.validate_python("2026-01-31T01:00:00+02:00")
    assert moment == datetime(2026, 1, 30, 23, tzinfo=UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "number",
    [2000000000, -1.5, True, "2000000000", " +1.5 ", "2000000000.", ".5", "-.5", "2000000000.e1"],
)
def test_numbers_are_no_times(number: object) -> None:
    with pytest.raises(ValidationError, match="not a number"):
        TIMES.validate_python(number)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_beyond_the_calendar(text: str) -> None:
    with pytest.raises(ValidationError, match="years 1 to 9999"):
        TIMES.validate_python(text)
