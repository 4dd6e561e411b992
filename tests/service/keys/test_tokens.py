"""Secrets are long, recognisable, and checked for typing errors."""

import re

import pytest

from service.keys.tokens import hash_of, is_mistyped, new_secret, prefix_of


def test_shape() -> None:
    assert re.fullmatch(r"voc_[0-9A-Za-z]{49}", new_secret())


def test_no_two_are_the_same() -> None:
    assert len({new_secret() for _ in range(1000)}) == 1000


def test_any_single_typing_error_is_noticed() -> None:
    secret = new_secret()
    for position in range(4, len(secret)):
        other = "x" if secret[position] != "x" else "y"
        assert is_mistyped(secret[:position] + other + secret[position + 1 :])


@pytest.mark.parametrize(
    "secret",
    [pytest.param(new_secret(), id="a new one"), "voc_chosen-by-somebody", "x" * 40, ""],
)
def test_what_is_not_mistyped(secret: str) -> None:
    assert not is_mistyped(secret)


def test_prefix_tells_little() -> None:
    secret = new_secret()
    assert secret.startswith(prefix_of(secret))
    assert len(prefix_of(secret)) == 12
    assert len(prefix_of("a" * 20)) == 6


def test_hash_is_sha256() -> None:
    assert hash_of("abc").startswith("ba7816bf8f01cfea")
    assert len(hash_of("\ud800é")) == 64
