"""One key, one effect, one answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import col, select, update

from models.feedback import FAILED, Feedback
from models.idempotency import Idempotency
from models.workspace import Workspace
from service import clock
from service.clock import now
from service.db import Database
from service.ids import pair_in
from service.web.idempotency import RETENTION
from tests.credentials import Keys, bearer
from tests.service.intake.conftest import BATCH, SURVEYS, Send, Stored

ITEM = {"text": "The checkout is broken"}


@pytest.mark.parametrize(
    ("path", "body"), [(SURVEYS, ITEM), (BATCH, {"items": [{"kind": "survey", **ITEM}]})]
)
def test_the_same_request_again_gets_the_same_answer(
    send: Send, stored: Stored, path: str, body: dict[str, object]
) -> None:
    first, second = send(path, body, key="k-1"), send(path, body, key="k-1")
    assert second.json() == first.json()
    assert second.status_code == first.status_code
    assert second.headers.get("location") == first.headers.get("location")
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(stored()) == 1


def test_another_request_with_the_key_is_refused(send: Send, stored: Stored) -> None:
    send(SURVEYS, ITEM, key="k-1")
    for path, body in (
        (SURVEYS, {"text": "other"}),
        (BATCH, {"items": [{"kind": "survey", **ITEM}]}),
    ):
        answer = send(path, body, key="k-1")
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert len(stored()) == 1


def test_a_refused_request_does_not_use_up_its_key(send: Send) -> None:
    assert send(SURVEYS, {"text": ""}, key="k-1").status_code == 422
    assert send(SURVEYS, ITEM, key="k-1").status_code == 202


def test_a_key_is_forgotten_after_a_day(send: Send, stored: Stored, database: Database) -> None:
    send(SURVEYS, ITEM, key="k-1")
    with database.write() as session:
        session.exec(update(Idempotency).values(created_at=now() - timedelta(hours=25)))
    assert "idempotency-replayed" not in send(SURVEYS, {"text": "other"}, key="k-1").headers
    assert len(stored()) == 2


def test_an_answer_is_given_for_a_whole_day_as_everywhere(
    send: Send, stored: Stored, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = send(SURVEYS, ITEM, key="k-1")
    with database.read() as session:
        answered_at = session.exec(select(Idempotency.created_at)).one()
    monkeypatch.setattr(clock, "now", lambda: answered_at + RETENTION)
    again = send(SURVEYS, ITEM, key="k-1")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(stored()) == 1


def test_a_key_of_another_workspace_is_another_key(
    client: TestClient, keys: Keys, other_keys: Keys, stored: Stored
) -> None:
    for secret in (keys.ingest, other_keys.ingest):
        headers = bearer(secret) | {"idempotency-key": "k-1"}
        assert client.post(SURVEYS, json=ITEM, headers=headers).status_code == 202
    assert len(stored()) == 2


def test_a_key_of_another_sender_is_another_key(
    client: TestClient, keys: Keys, stored: Stored
) -> None:
    for secret, said in ((keys.ingest, "a"), (keys.manage, "b"), (keys.ingest, "a")):
        headers = bearer(secret) | {"idempotency-key": "delivery-42"}
        assert client.post(SURVEYS, json={"text": said}, headers=headers).status_code == 202
    assert [row.text for row in stored()] == ["a", "b"]


def test_concurrent_requests_with_one_key_have_one_effect(send: Send, stored: Stored) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(SURVEYS, ITEM, key="k-1"), range(24)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(stored()) == 1


def test_keys_of_many_requests_are_sought_not_scanned(
    database: Database, workspace: Workspace
) -> None:
    """An answer is kept for a day, so that there may be millions."""
    own = (col(Idempotency.workspace_id), col(Idempotency.key))
    found = select(Idempotency).where(pair_in(*own, [(workspace.id, "a"), (workspace.id, "b")]))
    compiled = found.compile(database.engine, compile_kwargs={"literal_binds": True})
    with database.write() as session:
        if not database.is_sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        plan = str(session.connection().exec_driver_sql(explain + str(compiled)).all())
    assert "idempotency" in plan
    assert "SCAN" not in plan.upper().replace("INDEX SCAN", "").replace("HEAP SCAN", "")


def test_a_blank_key_is_refused(send: Send) -> None:
    assert send(SURVEYS, ITEM, key="").status_code == 422


def test_a_replay_of_a_failed_item_happens_once(
    client: TestClient, keys: Keys, send: Send, stored: Stored, database: Database
) -> None:
    location = send(SURVEYS, ITEM).headers["location"]
    with database.write() as session:
        session.exec(update(Feedback).values(state=FAILED, error="broken"))
    headers = bearer(keys.manage) | {"idempotency-key": "r-1"}
    first = client.post(f"{location}/replay", headers=headers)
    second = client.post(f"{location}/replay", headers=headers)
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.headers["idempotency-replayed"] == "true"
    assert client.post(f"{location}/replay", headers=bearer(keys.manage)).status_code == 409
    [row] = stored()
    assert (row.state, row.error, row.attempts) == ("pending", None, 0)
    with database.read() as session:
        assert session.exec(select(Idempotency)).one().key.endswith(":r-1")
