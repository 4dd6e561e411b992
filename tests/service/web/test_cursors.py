"""Cursors come back as they went, and anything else is a clear error."""

from base64 import urlsafe_b64encode
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from service.errors import InvalidRequest
from service.web.cursors import decode_cursor, encode_cursor


def raw(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("values", [[], ["a", 1, 1.5], ["é\U0001f600"], ["x" * 1000]])
def test_round_trip(values: list[str | int | float]) -> None:
    assert decode_cursor(encode_cursor(values)) == values


def test_values_are_passed_through_their_kinds() -> None:
    key = uuid4()
    cursor = encode_cursor(["2026-01-31T00:00:00+00:00", str(key)])
    moment, found = decode_cursor(cursor, (datetime.fromisoformat, UUID))
    assert (moment.year, found) == (2026, key)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "a",
        "é",
        raw("{}"),
        raw("1"),
        raw("[null]"),
        raw("[[1]]"),
        raw('["\\u0000"]'),
        raw('["\\ud800"]'),
        raw("[" * 500),
        raw("[" + "1" * 1900 + "]"),
        "A" * 5000,
    ],
)
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        decode_cursor(cursor, (UUID,))
    assert caught.value.invalid_params[0].name == "cursor"


@pytest.mark.parametrize("values", [[], ["not a uuid"], [1], ["a", "b"]])
def test_values_of_another_kind_are_refused(values: list[str | int | float]) -> None:
    with pytest.raises(InvalidRequest):
        decode_cursor(encode_cursor(values), (UUID,))
