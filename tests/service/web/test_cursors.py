"""Cursors come back as they went, and anything else is a clear error."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf, nan
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from models.pain_point import PAIN
from models.workspace import Workspace
from service.errors import InvalidRequest
from service.insights.names import cell_id
from service.journey.native import Cell
from service.web.cursors import decode_cursor, encode_cursor, moment, number, whole
from tests.callers import Keys, bearer

KEY = "01a21ac8-6082-73ba-ac2b-53070654a13e"
TIMES = ("2026-01-01", "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00")
WHOLES = (-1, 2**31, 2**63, 10**30)
AT = "2026-01-01T00:00:00+00:00"
ALTERED: list[tuple[str, list[Any]]] = [
    *((path, [time, KEY]) for path in ("/v1/feedback", "/v1/changes") for time in TIMES),
    *(("/v1/mentions", [time, KEY, 0]) for time in TIMES),
    *(("/v1/mentions", [AT, KEY, ordinal]) for ordinal in WHOLES),
    *(("/v1/pain-points/{id}/mentions", [severity, 0.5, KEY, 0]) for severity in WHOLES),
    *(("/v1/pain-points/{id}/mentions", [1, 0.5, KEY, ordinal]) for ordinal in WHOLES),
    ("/v1/pain-points/{id}/mentions", [1, nan, KEY, 0]),
    ("/v1/pain-points", ["pain", nan, 0.0, "purchase", "checkout", KEY]),
    ("/v1/wins", ["joy", 0.0, nan, "purchase", "checkout", KEY]),
]


def raw(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("values", [[], ["a", 1, 1.5], ["é\U0001f600"], ["x" * 1000]])
def test_round_trip(values: list[str | int | float]) -> None:
    assert decode_cursor(encode_cursor(values)) == values


def test_values_are_passed_through_their_kinds() -> None:
    key = uuid4()
    cursor = encode_cursor(["2026-01-31T02:00:00+02:00", str(key), 2**31 - 1, -inf])
    at, *found = decode_cursor(cursor, (moment, UUID, whole, number))
    assert (at, at.utcoffset()) == (datetime(2026, 1, 31, tzinfo=UTC), timedelta())
    assert found == [key, 2**31 - 1, -inf]


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


@pytest.mark.parametrize(
    ("kind", "values"), [(moment, (*TIMES, "x", 1)), (whole, (*WHOLES, "x", inf)), (number, (nan,))]
)
def test_what_no_database_can_compare_is_refused(
    kind: Callable[[Any], Any], values: tuple[Any, ...]
) -> None:
    for value in values:
        with pytest.raises(InvalidRequest):
            decode_cursor(encode_cursor([value]), (kind,))


def test_an_altered_cursor_is_refused_by_its_list(
    client: TestClient, keys: Keys, workspace: Workspace
) -> None:
    cell = cell_id(workspace.id, Cell("purchase", "checkout"), PAIN)
    for path, values in ALTERED:
        query = {"cursor": encode_cursor(values)}
        answer = client.get(path.format(id=cell), params=query, headers=bearer(keys.read))
        assert answer.status_code == 422, (path, values, answer.text)
        assert [param["name"] for param in answer.json()["invalid_params"]] == ["cursor"]
