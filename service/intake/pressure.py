"""Back-pressure: how much is pending, counted at most once a second."""

from time import monotonic
from typing import Final

from service.db import Database
from service.errors import TooManyRequests
from service.intake.queries import count_pending

FRESH_SECONDS: Final = 1.0
RETRY_AFTER_SECONDS: Final = 5


class TooMuchPending(TooManyRequests):
    """Too much feedback is waiting for analysis; wait as Retry-After says and try again."""

    code = "too_much_pending"

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


class Pressure:
    """An estimate of the pending items that is never too low for longer than a second."""

    def __init__(self, database: Database, most: int) -> None:
        self._database = database
        self._most = most
        self._pending = 0
        self._counted_at = float("-inf")

    @property
    def is_high(self) -> bool:
        """Whether new items should be rejected."""
        return self._pending >= self._most

    def add(self, items: int) -> None:
        """Record items that have just become pending."""
        self._pending += items

    def refresh(self) -> None:
        """Count again, if the last count is a second old."""
        if monotonic() - self._counted_at < FRESH_SECONDS:
            return
        with self._database.read() as session:
            self._pending = count_pending(session, self._most)
        self._counted_at = monotonic()
