"""Cursors come back as they went, and anything else is a clear error."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from math import inf, nan
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from models.pain_point import PAIN
from models.workspace import Workspace
from service.errors import InvalidRequest
from service.insights.journey_cells import cell_id
from service.journey.native import Cell
from service.web.cursors import cursor_float, cursor_int, cursor_time, decode_cursor, encode_cursor
from tests.credentials import Keys, bearer
from tests.service.operations import operations

KEY = "01a21ac8-6082-73ba-ac2b-53070654a13e"
TIMES = ("2026-01-01", "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00")
WHOLES = (-1, 2**31, 2**63, 10**30)
AT = "2026-01-01T00:00:00+00:00"
PATHS = {
    "feedback": "/v1/feedback",
    "changes": "/v1/changes",
    "mentions": "/v1/mentions",
    "evidence": "/v1/pain-points/{id}/mentions",
    "pain-points": "/v1/pain-points",
    "wins": "/v1/wins",
    "keys": "/v1/keys",
    "corrections": "/v1/corrections",
}
SOUND: dict[str, list[Any]] = {
    "feedback": [AT, KEY],
    "changes": [AT, KEY],
    "mentions": [AT, KEY, 0],
    "evidence": [1, 0.5, KEY, 0],
    "pain-points": ["mentions", 0.0, 0.0, "purchase", "checkout", KEY],
    "wins": ["mentions", 0.0, 0.0, "purchase", "checkout", KEY],
    "keys": [KEY],
    "corrections": [KEY],
}
ALTERED: list[tuple[str, list[Any]]] = [
    *((listed, [time, KEY]) for listed in ("feedback", "changes") for time in TIMES),
    *(("mentions", [time, KEY, 0]) for time in TIMES),
    *(("mentions", [AT, KEY, ordinal]) for ordinal in WHOLES),
    *(("evidence", [severity, 0.5, KEY, 0]) for severity in WHOLES),
    *(("evidence", [1, 0.5, KEY, ordinal]) for ordinal in WHOLES),
    ("evidence", [1, nan, KEY, 0]),
    ("pain-points", ["pain", nan, 0.0, "purchase", "checkout", KEY]),
    ("wins", ["joy", 0.0, nan, "purchase", "checkout", KEY]),
]


def raw(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("values", [[], ["a", 1, 1.5], ["é\U0001f600"], ["x" * 1000]])
def test_round_trip(values: list[str | int | float]) -> None:
    kinds = [type(value) for value in values]
    assert decode_cursor("rows", encode_cursor("rows", values), kinds) == values


def test_values_are_passed_through_their_kinds() -> None:
    key = uuid4()
    cursor = encode_cursor("rows", ["2026-01-31T02:00:00+02:00", str(key), 2**31 - 1, -inf])
    at, *found = decode_cursor("rows", cursor, (cursor_time, UUID, cursor_int, cursor_float))
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
        decode_cursor("rows", cursor, (UUID,))
    assert caught.value.invalid_params[0].name == "cursor"


@pytest.mark.parametrize("values", [[], ["not a uuid"], [1], ["a", "b"]])
def test_values_of_another_kind_are_refused(values: list[str | int | float]) -> None:
    with pytest.raises(InvalidRequest):
        decode_cursor("rows", encode_cursor("rows", values), (UUID,))


@pytest.mark.parametrize(
    ("kind", "values"),
    [(cursor_time, (*TIMES, "x", 1)), (cursor_int, (*WHOLES, "x", inf)), (cursor_float, (nan,))],
)
def test_what_no_database_can_compare_is_refused(
    kind: Callable[[Any], Any], values: tuple[Any, ...]
) -> None:
    for value in values:
        with pytest.raises(InvalidRequest):
            decode_cursor("rows", encode_cursor("rows", [value]), (kind,))


def pain_at(workspace: Workspace, touchpoint: str) -> UUID:
    return cell_id(workspace.id, Cell("purchase", touchpoint), PAIN)


def made(workspace: Workspace, listed: str, values: list[Any]) -> str:
    """A cursor as the list makes it."""
    own = listed == "evidence"
    name = f"evidence of {pain_at(workspace, 'checkout')}" if own else listed
    return encode_cursor(name, values)


def ask(client: TestClient, keys: Keys, workspace: Workspace, listed: str, cursor: str) -> Any:
    """The page of a list behind ``cursor``, whatever the order that it is asked for in."""
    path = PATHS[listed].format(id=pain_at(workspace, "checkout"))
    sort = {"sort": "mentions"} if listed in ("pain-points", "wins") else {}
    return client.get(path, params=sort | {"cursor": cursor}, headers=bearer(keys.manage))


def test_an_altered_cursor_is_refused_by_its_list(
    client: TestClient, keys: Keys, workspace: Workspace
) -> None:
    for listed, values in ALTERED:
        answer = ask(client, keys, workspace, listed, made(workspace, listed, values))
        assert answer.status_code == 422, (listed, values, answer.text)
        assert [param["name"] for param in answer.json()["invalid_params"]] == ["cursor"]


def test_a_cursor_of_another_list_is_refused(
    client: TestClient, keys: Keys, workspace: Workspace
) -> None:
    assert {o.path for o in operations() if "cursor" in o.names("query")} == {
        path.format(id="{pain_point_id}") for path in PATHS.values()
    }
    for listed, other in product(PATHS, SOUND):
        answer = ask(client, keys, workspace, listed, made(workspace, other, SOUND[other]))
        assert answer.status_code == (200 if listed == other else 422), (listed, other)


def test_a_cursor_of_the_evidence_of_another_pain_point_is_refused(
    client: TestClient, keys: Keys, workspace: Workspace
) -> None:
    cursor = made(workspace, "evidence", SOUND["evidence"])
    for touchpoint, status in (("checkout", 200), ("unassigned", 422)):
        path = PATHS["evidence"].format(id=pain_at(workspace, touchpoint))
        answer = client.get(path, params={"cursor": cursor}, headers=bearer(keys.read))
        assert answer.status_code == status, answer.text
