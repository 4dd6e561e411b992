"""Times as they are sent: with an offset, and within what can be stored."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: there it would lie outside of the years 1 to 9999.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie within the years 1 to 9999 in UTC") from None


UtcTime = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""An aware time, in UTC."""
