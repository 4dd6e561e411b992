"""What those who run the service ask it."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from models.feedback import DONE, FAILED, PENDING
from models.workspace import Workspace
from service import __version__
from service.clock import now
from service.db import Database
from service.errors import Unavailable
from service.health import queries
from service.health.service import check_database
from service.settings import Settings
from tests.conftest import StartClient
from tests.credentials import Keys, bearer
from tests.service.rows import feedback_row


def add(database: Database, workspace: Workspace, state: str, age: timedelta) -> None:
    moment = now() - age
    with database.write() as session:
        session.add(
            feedback_row(
                workspace.id,
                occurred_at=moment,
                received_at=moment,
                due_at=moment,
                state=state,
            )
        )


def metric(client: TestClient, name: str) -> float:
    found = re.search(rf"^{name} (.+)$", client.get("/metrics").text, re.MULTILINE)
    assert found is not None
    return float(found[1])


def test_live_asks_nobody(client: TestClient) -> None:
    client.app.state.database = None  # type: ignore[attr-defined]
    assert client.get("/livez").json() == {"status": "alive"}


def test_ready(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"status": "ready"}


def test_not_ready_without_the_newest_schema(client: TestClient, database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '2026_11_27_0900'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_migrated")


def test_ready_beside_a_newer_version(
    client: TestClient, database: Database, start: StartClient
) -> None:
    with database.write() as session:
        session.execute(text("ALTER TABLE feedback ADD COLUMN newer TEXT"))
        session.execute(text("UPDATE alembic_version SET version_num = '9999_01_01_0000'"))
    assert client.get("/readyz").json() == {"status": "ready"}
    assert start().get("/readyz").json() == {"status": "ready"}


def test_not_ready_without_a_database(client: TestClient) -> None:
    lost = Database("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    client.app.state.database = lost  # type: ignore[attr-defined]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "127.0.0.1" not in answer.text


def test_check_of_an_empty_database(empty_url: str) -> None:
    database = Database(empty_url)
    with pytest.raises(Unavailable):
        check_database(database)
    database.dispose()


def test_metrics_tell_the_queue(
    client: TestClient, database: Database, workspace: Workspace
) -> None:
    assert metric(client, "voc_queue_oldest_seconds") == 0
    for state, minutes in [(PENDING, 1), (PENDING, 2), (FAILED, 9), (DONE, 9)]:
        add(database, workspace, state, timedelta(minutes=minutes))
    assert metric(client, "voc_queue_pending") == 2
    assert metric(client, "voc_queue_failed") == 1
    assert 120 <= metric(client, "voc_queue_oldest_seconds") < 180


def test_metrics_are_told_while_the_database_is_down(client: TestClient) -> None:
    assert metric(client, "voc_database_up") == 1
    lost = Database("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    client.app.state.database = lost  # type: ignore[attr-defined]
    assert metric(client, "voc_database_up") == 0
    told = client.get("/metrics").text
    assert "voc_http_requests_total" in told
    assert "voc_queue" not in told


def test_count_of_the_queue_is_bounded(
    database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MAX_COUNTED", 1)
    for _ in range(3):
        add(database, workspace, PENDING, timedelta())
    with database.read() as session:
        assert queries.queue(session).pending == 1


@pytest.mark.parametrize("scope", ["ingest", "read", "manage"])
def test_info_for_any_key(client: TestClient, settings: Settings, keys: Keys, scope: str) -> None:
    info = client.get("/v1/info", headers=bearer(getattr(keys, scope))).json()
    assert info["version"] == __version__
    assert info["model"]["name"] == "fake"
    assert info["journey"] == "five-stage"
    assert info["database"] in settings.sqlalchemy_url
    assert info["limits"]["body_bytes"] == settings.max_body_bytes


def test_info_needs_a_key(client: TestClient) -> None:
    assert client.get("/v1/info").status_code == 401


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/v1/info", "/sign-in", "/docs"])
def test_head_is_answered_as_get_without_a_body(client: TestClient, keys: Keys, path: str) -> None:
    headers = bearer(keys.read)
    head, get = (ask(path, headers=headers) for ask in (client.head, client.get))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


def test_head_goes_where_get_goes_and_is_counted_by_path(client: TestClient) -> None:
    assert client.head("/v1/info").status_code == 401
    assert client.head("/v1/analyze").status_code == 405
    counted = client.get("/metrics").text
    assert 'method="HEAD",route="/v1/info",status="401"' in counted
