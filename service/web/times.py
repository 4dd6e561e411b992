"""Times as they are sent: in words, with an offset, and within what can be stored."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

_NUMBER: Final = re.compile(r"\s*[+-]?\d+(?:\.\d+)?\s*")


def written(value: Any) -> Any:
    """Numbers are no RFC 3339 times, though pydantic would read them as seconds.

    Raises:
        ValueError: it is a number, or a text of one.
    """
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise ValueError("must be an RFC 3339 text such as 2026-03-01T09:30:00Z, not a number")
    return value


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: there it would lie outside of the years 1 to 9999.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie within the years 1 to 9999 in UTC") from None


UtcTime = Annotated[AwareDatetime, BeforeValidator(written), AfterValidator(in_utc)]
"""An aware time, in UTC."""
