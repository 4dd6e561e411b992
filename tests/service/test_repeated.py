"""A POST sent again with its Idempotency-Key: one effect, one answer, wherever it is sent to."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.workspace import Workspace
from service.db import Database
from service.keys import service
from service.keys.schemas import NewKey
from tests.credentials import Keys, bearer
from tests.service.operations import operations

KEY = "Idempotency-Key"
STORES_NOTHING = {"/v1/analyze"}
CHANGE = {
    "title": "New checkout",
    "happened_at": "2026-03-01T00:00:00Z",
    "scope": {"stage": "purchase"},
}


POSTS = [
    ("/v1/changes", CHANGE),
    ("/v1/journey/learning", None),
    ("/v1/keys", {"name": "report", "scopes": ["read"]}),
]


@pytest.fixture
def other_manage(database: Database, workspace: Workspace) -> str:
    """The secret of another key of the same workspace."""
    with database.write() as session:
        return service.make(session, workspace.id, NewKey(name="other", scopes=["manage"]))[1]


def post(client: TestClient, keys: Keys, path: str, body: Any, key: str = "k-1") -> Any:
    return client.post(path, json=body, headers=bearer(keys.manage) | {KEY: key})


def test_every_post_that_has_an_effect_takes_a_key() -> None:
    without = {o.path for o in operations() if o.method == "POST" and KEY not in o.names("header")}
    assert without == STORES_NOTHING


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/changes", CHANGE), ("/v1/journey/learning", None)]
)
def test_it_happens_once(client: TestClient, keys: Keys, path: str, body: Any) -> None:
    first, again = post(client, keys, path, body), post(client, keys, path, body)
    assert first.is_success
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers.get("location") == first.headers.get("location")
    other = post(client, keys, "/v1/changes", CHANGE | {"title": "Other"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(("path", "body"), POSTS)
def test_a_key_of_another_sender_is_another_key(
    client: TestClient, keys: Keys, other_manage: str, path: str, body: Any
) -> None:
    answers = [
        client.post(path, json=body, headers=bearer(secret) | {KEY: "k-1"})
        for secret in (keys.manage, other_manage, keys.manage)
    ]
    assert all(answer.is_success for answer in answers)
    replayed = ["idempotency-replayed" in answer.headers for answer in answers]
    assert replayed == [False, False, True]


def test_of_many_at_once_one_is_told(client: TestClient, keys: Keys) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(client, keys, "/v1/changes", CHANGE), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    listed = client.get("/v1/changes", headers=bearer(keys.read)).json()["items"]
    assert len(listed) == 1


@pytest.mark.parametrize(
    ("told", "body", "listed"),
    [
        ("/v1/changes", CHANGE, "/v1/changes"),
        ("/v1/feedback/surveys", {"text": "Slow"}, "/v1/feedback"),
    ],
)
def test_without_a_key_there_are_two(
    client: TestClient, keys: Keys, told: str, body: Any, listed: str
) -> None:
    for _ in range(2):
        assert client.post(told, json=body, headers=bearer(keys.manage)).is_success
    assert len(client.get(listed, headers=bearer(keys.read)).json()["items"]) == 2
