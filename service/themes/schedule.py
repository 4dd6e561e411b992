"""When a worker attends to which place, by what it has seen of them."""

import time
from typing import Final

from service.themes.leases import DuePlace, ThemeGrowth
from service.themes.places import Place

PAUSE_SECONDS: Final = 3.0
"""A place is left alone for this long, or for ten times as long as its turn took."""
BUSY_SECONDS: Final = 20.0
"""While feedback is pending, a place waits this long, so that more of it arrives first."""


class RefreshSchedule:
    """The times at which places had their turn or were first seen to be due, and what was seen of
    their themes.
    """

    def __init__(self) -> None:
        self._due_since: dict[Place, float] = {}
        self._not_before: dict[Place, float] = {}
        self._begun: dict[Place, float] = {}
        self._growth: dict[Place, ThemeGrowth] = {}

    def is_due(self, due: DuePlace, busy: bool) -> bool:
        """Whether to attend to a place now; ``busy`` if feedback is pending."""
        now = time.monotonic()
        if now < self._not_before.get(due.place, 0.0):
            return False
        growth = self.growth(due.place)
        if not (due.is_worth_refreshing(growth) or due.may_have_grown(growth)):
            return False
        return not busy or now - self._due_since.setdefault(due.place, now) >= BUSY_SECONDS

    def begin(self, place: Place) -> None:
        """Record that the turn of a place begins; if it fails, the place pauses, too."""
        self._begun[place] = time.monotonic()
        self._not_before[place] = self._begun[place] + PAUSE_SECONDS

    def end(self, place: Place) -> None:
        """Record that the turn of a place has ended."""
        now = time.monotonic()
        took = now - self._begun.pop(place)
        self._not_before[place] = now + max(PAUSE_SECONDS, 10 * took)
        self._due_since.pop(place, None)

    def growth(self, place: Place) -> ThemeGrowth:
        """What was last seen of the themes of a place."""
        return self._growth.get(place, ThemeGrowth())

    def record_growth(self, place: Place, growth: ThemeGrowth) -> None:
        """Record what has been seen of the themes of a place."""
        self._growth[place] = growth
