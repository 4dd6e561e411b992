"""The one clock. Times are aware and UTC everywhere."""

from datetime import UTC, datetime, timedelta
from typing import Final

MAX_CLOCK_SKEW: Final = timedelta(days=1)
"""How far a sender's clock may be ahead: later times are rejected."""


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)
