"""Times in requests: RFC 3339 text with an offset, within the range that can be stored."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

_BEGINS_WITH_YEAR: Final = re.compile(r"\d{4}-")


def require_time_text(value: Any) -> Any:
    """Reject numbers: they are not RFC 3339 times, though pydantic would read them as seconds.

    Raises:
        ValueError: it is a number, or a text that does not begin with a year.
    """
    if isinstance(value, int | float) or (
        isinstance(value, str) and not _BEGINS_WITH_YEAR.match(value)
    ):
        raise ValueError("must be an RFC 3339 time, such as 2026-03-01T09:30:00Z, not a number")
    return value


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: in UTC it would be outside the years 1 to 9999.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be within the years 1 to 9999 in UTC") from None


UtcTime = Annotated[AwareDatetime, BeforeValidator(require_time_text), AfterValidator(in_utc)]
"""An aware time, in UTC."""
