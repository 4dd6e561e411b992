"""How often a key may be used and an address may try a wrong one, and how long they then wait."""

from uuid import uuid4

import pytest

from service.errors import TooManyRequests
from service.keys.caller import Caller
from service.keys.rate import WRONG_KEYS, FailedAttempts, RateLimit


class Clock:
    """A clock that only moves when told."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


def used_up(address: str) -> FailedAttempts:
    attempts = FailedAttempts()
    for _ in range(WRONG_KEYS.amount):
        attempts.check(address)
        attempts.count(address)
    return attempts


@pytest.mark.parametrize(
    ("address", "as_well"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::ffff:2"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_has_ten_a_minute(address: str, as_well: str) -> None:
    attempts = used_up(address)
    with pytest.raises(TooManyRequests, match="again in") as caught:
        attempts.check(as_well)
    assert 1 <= int(caught.value.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("192.0.2.1", "192.0.2.2"),
        ("2001:db8::1", "2001:db8:0:1::1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2"),
    ],
)
def test_others_are_not_made_to_wait(address: str, other: str) -> None:
    used_up(address).check(other)


def test_right_keys_are_not_counted() -> None:
    attempts = FailedAttempts()
    for _ in range(WRONG_KEYS.amount * 2):
        attempts.check("192.0.2.1")


@pytest.mark.parametrize(("cost", "wait"), [(1, 40), (2, 60), (20, 60), (30, 60)])
def test_a_batch_fits_after_the_wait_it_was_told(
    monkeypatch: pytest.MonkeyPatch, cost: int, wait: int
) -> None:
    clock = Clock()
    monkeypatch.setattr("time.time", clock)
    monkeypatch.setattr("service.keys.rate.time", clock)
    limit = RateLimit()
    caller = Caller(uuid4(), uuid4(), frozenset({"ingest"}), rate_per_minute=30)
    limit.count(caller)
    clock.at += 20
    limit.count(caller, 29)
    with pytest.raises(TooManyRequests) as caught:
        limit.count(caller, cost)
    assert caught.value.headers["Retry-After"] == str(wait)
    assert caught.value.headers["RateLimit"] == '"key";r=0;t=40'
    clock.at += wait + 0.001
    limit.count(caller, cost)
