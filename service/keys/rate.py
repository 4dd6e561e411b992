"""Limits how often a key may be used, and how often an address may try a wrong one.

Counted in memory, so per process.
"""

import math
from ipaddress import IPv6Address, ip_address, ip_network
from time import time
from typing import Final

from limits import RateLimitItemPerMinute
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
            headers=_headers(caller.rate_per_minute, remaining, _seconds_until(reset)),
        )


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


def _seconds_until(reset: float) -> int:
    return max(1, math.ceil(reset - time()))


def _headers(limit: int, remaining: int, seconds: int) -> dict[str, str]:
    """Retry-After, and the fields of the IETF draft "RateLimit header fields for HTTP"."""
    return {
        "Retry-After": str(seconds),
        "RateLimit-Policy": f'"key";q={limit};w={WINDOW_S}',
        "RateLimit": f'"key";r={remaining};t={seconds}',
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
