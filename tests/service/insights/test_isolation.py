"""Two workspaces with the same external ids never meet."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models.workspace import Workspace
from service.db import Database
from tests.credentials import Keys, bearer
from tests.service.insights.conftest import CHECKOUT
from tests.service.rows import Said, nps, write

SAME: dict[str, Any] = {"source": "web", "external_id": "r-1", "attributes": {"a": "b"}}
READS = ("/v1/pain-points", "/v1/journey", "/v1/trends", "/v1/feedback")
PATHS = [read + asked for read in READS for asked in ("", "?attr.a=b", "?since=2026-03-01")]


@pytest.fixture
def mine(client: TestClient, keys: Keys) -> Any:
    """What the first workspace reads."""

    def ask(path: str) -> Any:
        return client.get(path, headers=bearer(keys.read))

    return ask


@pytest.fixture
def theirs(client: TestClient, other_keys: Keys) -> Any:
    """What the other workspace reads."""

    def ask(path: str) -> Any:
        return client.get(path, headers=bearer(other_keys.read))

    return ask


def other_workspace(session: Session) -> Workspace:
    return session.exec(select(Workspace).where(Workspace.name == "other")).one()


def test_what_one_workspace_stores_changes_nothing_for_the_other(
    database: Database, workspace: Workspace, mine: Any, theirs: Any
) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said(*CHECKOUT, text="mine")], **SAME, **nps(3))
    before = {path: mine(path).json() for path in PATHS}
    with database.write() as session:
        other = other_workspace(session)
        write(session, other.id, [Said(*CHECKOUT, text="theirs")] * 2, **SAME, **nps(9))
        write(session, other.id, [], state="pending")
    for path in PATHS:
        assert mine(path).json() | {"as_of": None} == before[path] | {"as_of": None}
        assert "theirs" not in mine(path).text
        assert theirs(path).json()["pending"] == 1
        assert "mine" not in theirs(path).text


def test_ids_of_another_workspace_are_not_found(
    database: Database, workspace: Workspace, mine: Any, theirs: Any
) -> None:
    with database.write() as session:
        row = write(session, workspace.id, [Said(*CHECKOUT)], **SAME)
    point = mine("/v1/pain-points").json()["items"][0]
    for path in (
        f"/v1/feedback/{row.id}",
        f"/v1/pain-points/{point['id']}",
        f"/v1/pain-points/{point['id']}/mentions",
    ):
        assert (mine(path).status_code, theirs(path).status_code) == (200, 404)


def test_evidence_never_crosses(
    database: Database, workspace: Workspace, mine: Any, theirs: Any
) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said(*CHECKOUT, text="mine")], **SAME)
        write(session, other_workspace(session).id, [Said(*CHECKOUT, text="theirs")], **SAME)
    for ask, said in ((mine, "mine"), (theirs, "theirs")):
        point = ask("/v1/pain-points").json()["items"][0]
        assert [verbatim["text"] for verbatim in point["verbatims"]] == [said]
        page = ask(f"/v1/pain-points/{point['id']}/mentions").json()
        assert [mention["text"] for mention in page["items"]] == [said]
