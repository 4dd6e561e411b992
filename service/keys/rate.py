"""Limits how often a key may be used. Counted in memory, so per process."""

import math
from time import time
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.errors import TooManyRequests
from service.keys.ring import Caller

WINDOW_S: Final = 60


class RateLimit:
    """A moving one-minute window for every key that has a limit."""

    def __init__(self) -> None:
        self._hits = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._hits)

    def spend(self, caller: Caller, cost: int = 1) -> None:
        """Count one request of ``caller``, or as many as ``cost``.

        Raises:
            TooManyRequests: its limit for this minute is used up.
        """
        if caller.rate_per_minute is None:
            return
        item = RateLimitItemPerMinute(caller.rate_per_minute)
        if self._limiter.hit(item, str(caller.key_id), cost=cost):
            return
        reset, remaining = self._limiter.get_window_stats(item, str(caller.key_id))
        wait = self._until_room(item, str(caller.key_id), cost)
        raise TooManyRequests(
            f"This key may make {caller.rate_per_minute} requests a minute; "
            "wait as Retry-After says and try again.",
            headers=_headers(caller.rate_per_minute, remaining, wait, _seconds_to(reset)),
        )

    def _until_room(self, item: RateLimitItem, key: str, cost: int) -> int:
        """Seconds until ``cost`` requests fit, when no others are made: those in their way, the
        oldest, have expired.
        """
        latest_first = self._hits.events.get(item.key_for(key), [])
        in_the_way = latest_first[max(item.amount - cost, 0) :][:1]
        return _seconds_to(in_the_way[0].atime + WINDOW_S) if in_the_way else 1


def _seconds_to(at: float) -> int:
    return max(1, math.ceil(at - time()))


def _headers(limit: int, remaining: int, wait: int, reset: int) -> dict[str, str]:
    """Retry-After, and the fields of the IETF draft "RateLimit header fields for HTTP"."""
    return {
        "Retry-After": str(wait),
        "RateLimit-Policy": f'"key";q={limit};w={WINDOW_S}',
        "RateLimit": f'"key";r={remaining};t={reset}',
    }
