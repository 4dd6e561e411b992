"""Wrong keys, one after the other: how many an address may offer."""

import pytest

from service.errors import TooManyRequests
from service.keys.rate import WRONG_KEYS, FailedAttempts


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
