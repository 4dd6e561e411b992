"""When a place is due for a refresh, from this worker's point of view."""

import time
from typing import Final

from service.themes.due import Due
from service.themes.places import Place

PAUSE_SECONDS: Final = 3.0
"""A place is left alone for this long, or for ten times as long as its refresh took."""
BUSY_SECONDS: Final = 20.0
"""While feedback is pending, a place waits this long, so that more of it arrives first."""


class Turns:
    """The times at which places were refreshed or first seen to be due, and their sizes."""

    def __init__(self) -> None:
        self._due_since: dict[Place, float] = {}
        self._not_before: dict[Place, float] = {}
        self._begun: dict[Place, float] = {}
        self._size: dict[Place, int] = {}

    def has_come(self, due: Due, busy: bool) -> bool:
        """Whether to refresh a place now; ``busy`` if feedback is pending."""
        now = time.monotonic()
        if now < self._not_before.get(due.place, 0.0):
            return False
        if not due.worthwhile(self._size.get(due.place, 0)):
            return False
        return not busy or now - self._due_since.setdefault(due.place, now) >= BUSY_SECONDS

    def begin(self, place: Place) -> None:
        """Record that the refresh of a place begins; if it fails, the place pauses, too."""
        self._begun[place] = time.monotonic()
        self._not_before[place] = self._begun[place] + PAUSE_SECONDS

    def end(self, place: Place) -> None:
        """Record that the refresh of a place has ended."""
        now = time.monotonic()
        took = now - self._begun.pop(place)
        self._not_before[place] = now + max(PAUSE_SECONDS, 10 * took)
        self._due_since.pop(place, None)

    def note_size(self, place: Place, size: int) -> None:
        """Record how many mentions at a place have themes."""
        self._size[place] = size
