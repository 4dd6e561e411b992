"""Limits how often a key may be used, and how often an address may try a wrong one.

Counted in memory, so per process.
"""

import math
from ipaddress import IPv6Address, ip_address, ip_network
from time import time
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.errors import TooManyRequests
from service.keys.caller import Caller

WINDOW_S: Final = 60
WRONG_KEYS: Final = RateLimitItemPerMinute(10)
HOME_BITS: Final = 64
"""An IPv6 customer has at least a network of this size (RFC 6177)."""


class RateLimit:
    """A moving one-minute window for every key that has a limit."""

    def __init__(self) -> None:
        self._hits = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._hits)

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
        wait = self._until_room(item, str(caller.key_id), cost)
        raise TooManyRequests(
            f"This key may make {caller.rate_per_minute} requests a minute; "
            "wait as Retry-After says and try again.",
            headers=_headers(caller.rate_per_minute, remaining, wait, _seconds_until(reset)),
        )

    def _until_room(self, item: RateLimitItem, key: str, cost: int) -> int:
        """Seconds until ``cost`` requests fit, when no others are made: those in their way, the
        oldest, have expired.
        """
        latest_first = self._hits.events.get(item.key_for(key), [])
        in_the_way = latest_first[max(item.amount - cost, 0) :][:1]
        return _seconds_until(in_the_way[0].atime + WINDOW_S) if in_the_way else 1


class FailedAttempts:
    """A moving one-minute window of wrong keys per client address."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, address: str) -> None:
        """Let ``address`` try a key.

        Raises:
            TooManyRequests: it has tried too many wrong ones; even the right one has to wait.
        """
        client = _client_of(address)
        if self._limiter.test(WRONG_KEYS, client):
            return
        reset, _ = self._limiter.get_window_stats(WRONG_KEYS, client)
        seconds = _seconds_until(reset)
        raise TooManyRequests(
            f"Too many wrong keys from your address; try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )

    def count(self, address: str) -> None:
        """Record that ``address`` tried a wrong key."""
        self._limiter.hit(WRONG_KEYS, _client_of(address))


def _seconds_until(at: float) -> int:
    return max(1, math.ceil(at - time()))


def _headers(limit: int, remaining: int, wait: int, reset: int) -> dict[str, str]:
    """Retry-After, and the fields of the IETF draft "RateLimit header fields for HTTP"."""
    return {
        "Retry-After": str(wait),
        "RateLimit-Policy": f'"key";q={limit};w={WINDOW_S}',
        "RateLimit": f'"key";r={remaining};t={reset}',
    }


def _client_of(address: str) -> str:
    """The address, or the network if a client has a whole one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    # Dual-stack sockets map IPv4 addresses; as IPv6 these would all be in one /64.
    return str(parsed.ipv4_mapped or ip_network((parsed, HOME_BITS), strict=False))
