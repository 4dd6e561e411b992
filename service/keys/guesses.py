"""Limits how often an address may try a wrong key. Counted in memory, so per process."""

import math
from ipaddress import IPv6Address, ip_address, ip_network
from time import time
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.errors import TooManyRequests

PER_MINUTE: Final = RateLimitItemPerMinute(10)
HOME_BITS: Final = 64
"""An IPv6 customer has at least a network of this size (RFC 6177)."""


class Guesses:
    """A moving window of wrong keys per client address."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, address: str) -> None:
        """Let ``address`` try a key.

        Raises:
            TooManyRequests: it has tried too many wrong ones; even the right one has to wait.
        """
        who = _who(address)
        if self._limiter.test(PER_MINUTE, who):
            return
        reset, _ = self._limiter.get_window_stats(PER_MINUTE, who)
        seconds = max(1, math.ceil(reset - time()))
        raise TooManyRequests(
            f"Too many wrong keys from your address; try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )

    def count(self, address: str) -> None:
        """Record that ``address`` tried a wrong key."""
        self._limiter.hit(PER_MINUTE, _who(address))


def _who(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    # Dual-stack sockets map IPv4 addresses; as IPv6 these would all be in one /64.
    return str(parsed.ipv4_mapped or ip_network((parsed, HOME_BITS), strict=False))
