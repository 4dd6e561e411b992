"""Limits how often a key may be used. Counted in memory, so per process."""

import math
from time import time
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.errors import TooManyRequests
from service.keys.ring import Caller

WINDOW_S: Final = 60


class RateLimit:
    """A moving one-minute window for every key that has a limit."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, caller: Caller, cost: int = 1) -> None:
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
        raise TooManyRequests(
            f"This key may make {caller.rate_per_minute} requests a minute; "
            "wait as Retry-After says and try again.",
            headers=_headers(caller.rate_per_minute, remaining, max(1, math.ceil(reset - time()))),
        )


def _headers(limit: int, remaining: int, seconds: int) -> dict[str, str]:
    """Retry-After, and the fields of the IETF draft "RateLimit header fields for HTTP"."""
    return {
        "Retry-After": str(seconds),
        "RateLimit-Policy": f'"key";q={limit};w={WINDOW_S}',
        "RateLimit": f'"key";r={remaining};t={seconds}',
    }
