"""Declaring attributes: what is told, what is refused, and what becomes of the roll-ups."""

import time
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func
from sqlmodel import select

from models.rollup_span import RollupItemSpan
from models.workspace import Workspace
from service.attributes.building import Builder
from service.db import Database
from tests.conftest import StartClient
from tests.credentials import Keys, bearer
from tests.service.rows import Said, write

PATH = "/v1/attributes"


def put(client: TestClient, key: str, names: Any) -> Any:
    return client.put(PATH, json={"names": names}, headers=bearer(key))


def segments(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.exec(select(RollupItemSpan.segment).distinct()))


def test_a_declared_attribute_is_built_and_then_ready(
    client: TestClient, keys: Keys, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said("usage", "product")], attributes={"persona": "smb"})
    answer = put(client, keys.manage, ["persona", " country ", "persona"])
    assert answer.status_code == 200
    states = [{"name": name, "state": "building"} for name in ("country", "persona")]
    assert answer.json() == {"items": states}
    builder = Builder(database)
    while builder.run_once():
        pass
    told = client.get(PATH, headers=bearer(keys.read))
    assert told.json() == {"items": [each | {"state": "ready"} for each in states]}
    again = client.get(PATH, headers=bearer(keys.read) | {"If-None-Match": told.headers["ETag"]})
    assert again.status_code == 304
    assert segments(database) == {"", "persona=smb"}
    assert put(client, keys.manage, ["country"]).json() == {"items": [told.json()["items"][0]]}
    assert segments(database) == {""}


def test_what_was_declared_stays_ready_when_another_is_added(
    client: TestClient, keys: Keys, database: Database
) -> None:
    put(client, keys.manage, ["persona"])
    assert Builder(database).run_once()
    states = put(client, keys.manage, ["persona", "country"]).json()["items"]
    assert [each["state"] for each in states] == ["building", "ready"]


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (["a", "b", "c", "d"], "names"),
        (["a=b"], "names.0"),
        ([" "], "names.0"),
        (["x" * 65], "names.0"),
        (["a", 5], "names.1"),
        ("persona", "names"),
    ],
)
def test_what_can_not_be_declared_is_refused(
    client: TestClient, keys: Keys, names: Any, field: str
) -> None:
    answer = put(client, keys.manage, names)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [each["name"] for each in answer.json()["invalid_params"]] == [field]
    assert client.get(PATH, headers=bearer(keys.read)).json() == {"items": []}


def test_declaring_needs_a_key_that_manages(client: TestClient, keys: Keys) -> None:
    assert put(client, keys.read, ["persona"]).status_code == 403
    assert client.get(PATH, headers=bearer(keys.ingest)).status_code == 403


def test_feedback_that_comes_later_is_in_the_roll_ups(
    client: TestClient, keys: Keys, database: Database, workspace: Workspace
) -> None:
    put(client, keys.manage, ["persona"])
    assert Builder(database).run_once()
    with database.write() as session:
        for value in ("smb", "smb", "big"):
            write(session, workspace.id, [Said("usage", "product")], attributes={"persona": value})
    with database.read() as session:
        of = (RollupItemSpan.segment == "persona=smb", RollupItemSpan.span == "year")
        counted = select(func.sum(RollupItemSpan.items)).where(*of, RollupItemSpan.view == "*")
        assert session.exec(counted).one() == 2


def test_a_worker_builds_what_is_declared(
    start: StartClient, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.worker.THEMES_SECONDS", 0.05)
    client = start(worker="inline")
    put(client, keys.manage, ["persona"])
    deadline = time.monotonic() + 30
    ready = {"items": [{"name": "persona", "state": "ready"}]}
    while client.get(PATH, headers=bearer(keys.read)).json() != ready:
        assert time.monotonic() < deadline
        time.sleep(0.05)
