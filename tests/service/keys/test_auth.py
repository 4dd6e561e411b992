"""Who gets in, and how fast word of a change gets round."""

import logging
from datetime import timedelta
from time import monotonic
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, update

from models.api_key import ApiKey
from models.workspace import Workspace
from service.clock import now
from service.db import Database
from service.keys import key_cache, service
from service.keys.schemas import NewKey
from service.keys.tokens import new_secret
from tests.credentials import Keys, bearer

PATH = "/v1/info"


def test_the_access_log_has_the_key_of_a_request_also_of_a_refused_one(
    client: TestClient, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "service.access"):
        assert client.get("/v1/keys", headers=bearer(keys.read)).status_code == 403
        assert client.get("/v1/keys").status_code == 401
    refused, unknown = (vars(record) for record in caplog.records if record.msg == "http_request")
    assert UUID(str(refused["key_id"]))
    assert "key_id" not in unknown
    assert keys.read not in caplog.text


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dm9jOnZvYw==",
        "Bearer voc_unknown_but_long_enough",
        pytest.param(f"Bearer {new_secret()}", id="a key that nobody has"),
        "Bearer " + "x" * 600,
        "Bearer é".encode().decode("latin-1"),
        "Bearer a b",
    ],
)
def test_no_valid_key(client: TestClient, authorization: str) -> None:
    headers = [(b"Authorization", authorization.encode("latin-1"))]
    answer = client.get(PATH, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_missing_header(client: TestClient) -> None:
    assert client.get(PATH).status_code == 401


def test_typing_error_is_told(client: TestClient, keys: Keys) -> None:
    wrong = keys.read[:-1] + ("a" if keys.read[-1] != "a" else "b")
    answer = client.get(PATH, headers=bearer(wrong))
    assert (answer.status_code, answer.json()["code"]) == (401, "mistyped_key")


@pytest.mark.parametrize("kind", ["bearer", "BEARER"])
def test_scheme_in_any_case(client: TestClient, keys: Keys, kind: str) -> None:
    assert client.get(PATH, headers={"Authorization": f"{kind} {keys.read}"}).status_code == 200


def test_expired_key(client: TestClient, database: Database, keys: Keys) -> None:
    client.get(PATH, headers=bearer(keys.read))
    with database.write() as session:
        past = now() - timedelta(seconds=1)
        session.execute(update(ApiKey).values(expires_at=past))
    client.app.state.keys.forget()  # type: ignore[attr-defined]
    answer = client.get(PATH, headers=bearer(keys.read))
    assert (answer.status_code, answer.json()["code"]) == (401, "key_expired")


def test_expiry_is_noticed_while_the_key_is_remembered(
    client: TestClient, database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        soon = now() + timedelta(minutes=1)
        session.execute(update(ApiKey).values(expires_at=soon))
    assert client.get(PATH, headers=bearer(keys.read)).status_code == 200
    monkeypatch.setattr(key_cache, "now", lambda: soon + timedelta(seconds=1))
    assert client.get(PATH, headers=bearer(keys.read)).status_code == 401


def test_most_requests_look_up_no_key(client: TestClient, keys: Keys) -> None:
    statements: list[str] = []
    engine = client.app.state.database.engine  # type: ignore[attr-defined]
    client.post("/v1/keys", headers=bearer(keys.read))
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for _ in range(5):
        client.post("/v1/keys", headers=bearer(keys.read))
    # Others may be executed meanwhile: the service counts what is pending and deletes what is old.
    assert [statement for statement in statements if "api_key" in statement] == []


def test_revocation_elsewhere_is_noticed_when_the_memory_fades(
    client: TestClient, database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(PATH, headers=bearer(keys.read)).status_code == 200
    with database.write() as session:
        session.execute(update(ApiKey).values(revoked_at=now()))
    assert client.get(PATH, headers=bearer(keys.read)).status_code == 200
    later = monotonic() + key_cache.TTL_S + 0.1
    monkeypatch.setattr(key_cache, "monotonic", lambda: later)
    assert client.get(PATH, headers=bearer(keys.read)).status_code == 401


def test_unknown_keys_are_not_remembered(client: TestClient) -> None:
    for _ in range(20):
        client.get(PATH, headers=bearer(new_secret()))
    assert client.app.state.keys._callers == {}  # type: ignore[attr-defined]


def test_memory_is_bounded(client: TestClient, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_cache, "MAX_KEYS", 2)
    for secret in (keys.read, keys.ingest, keys.manage):
        assert client.get(PATH, headers=bearer(secret)).status_code == 200
    assert len(client.app.state.keys._callers) <= 2  # type: ignore[attr-defined]


def test_limit_of_a_key(client: TestClient, database: Database, workspace: Workspace) -> None:
    with database.write() as session:
        wanted = NewKey(name="slow", scopes=["read"], rate_per_minute=3)
        secret = service.make(session, workspace.id, wanted)[1]
    answers = [client.get(PATH, headers=bearer(secret)) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    last = answers[-1]
    assert last.json()["code"] == "too_many_requests"
    assert 1 <= int(last.headers["retry-after"]) <= 60
    assert last.headers["ratelimit-policy"] == '"key";q=3;w=60'
    assert last.headers["ratelimit"].startswith('"key";r=0;t=')


def test_keys_without_a_limit_have_none(client: TestClient, keys: Keys) -> None:
    answers = {client.post("/v1/keys", headers=bearer(keys.read)).status_code for _ in range(700)}
    assert answers == {403}
