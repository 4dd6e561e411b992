"""How long a caller that has used up its limit is told to wait."""

from uuid import uuid4

import pytest

from service.errors import TooManyRequests
from service.keys.rate import RateLimit
from service.keys.ring import Caller


class Clock:
    """A clock that only moves when told."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.mark.parametrize(("cost", "wait"), [(1, 40), (2, 60), (20, 60), (30, 60)])
def test_a_batch_fits_after_the_wait_it_was_told(
    monkeypatch: pytest.MonkeyPatch, cost: int, wait: int
) -> None:
    clock = Clock()
    monkeypatch.setattr("time.time", clock)
    monkeypatch.setattr("service.keys.rate.time", clock)
    limit = RateLimit()
    caller = Caller(uuid4(), uuid4(), frozenset({"ingest"}), rate_per_minute=30)
    limit.spend(caller)
    clock.at += 20
    limit.spend(caller, 29)
    with pytest.raises(TooManyRequests) as caught:
        limit.spend(caller, cost)
    assert caught.value.headers["Retry-After"] == str(wait)
    assert caught.value.headers["RateLimit"] == '"key";r=0;t=40'
    clock.at += wait + 0.001
    limit.spend(caller, cost)
