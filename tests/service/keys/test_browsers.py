"""Keys in web pages: their origins, and what CORS lets a browser see."""

import asyncio
import time
from typing import NoReturn
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from models.workspace import Workspace
from service.db import Database
from service.keys import key_cache, queries, service
from service.keys.key_cache import KeyCache
from service.keys.schemas import NewKey
from tests.conftest import StartClient
from tests.credentials import bearer

SHOP = "https://shop.example"
OTHER = "https://other.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type",
}


@pytest.fixture
def browser_key(database: Database, workspace: Workspace) -> str:
    with database.write() as session:
        wanted = NewKey(name="web", scopes=["ingest"], origins=[SHOP])
        return service.make(session, workspace.id, wanted)[1]


@pytest.fixture
def other_browser_key(database: Database) -> str:
    with database.write() as session:
        workspace = queries.ensure_workspace(session, "other")
        wanted = NewKey(name="web", scopes=["ingest"], origins=[OTHER])
        return service.make(session, workspace.id, wanted)[1]


def ask(client: TestClient, secret: str, **headers: str) -> tuple[int, str | None, str]:
    answer = client.get("/v1/info", headers=bearer(secret) | headers)
    allowed = answer.headers.get("access-control-allow-origin")
    return answer.status_code, allowed, answer.json().get("code", "")


def test_listed_origin(client: TestClient, browser_key: str) -> None:
    assert ask(client, browser_key, Origin=SHOP) == (200, SHOP, "")


@pytest.mark.parametrize(
    "origin", [OTHER, "null", "https://shop.example.evil.example", "http://shop.example", "*"]
)
def test_unlisted_origin(client: TestClient, browser_key: str, origin: str) -> None:
    assert ask(client, browser_key, Origin=origin) == (403, None, "origin_not_allowed")


def test_no_origin(client: TestClient, browser_key: str) -> None:
    assert ask(client, browser_key) == (403, None, "origin_not_allowed")


def test_origin_that_only_another_key_lists(
    client: TestClient, browser_key: str, other_browser_key: str
) -> None:
    assert ask(client, browser_key, Origin=OTHER) == (403, OTHER, "origin_not_allowed")


def test_errors_can_be_read_by_the_page(client: TestClient, browser_key: str) -> None:
    answer = client.get("/v1/info", headers={"Origin": SHOP})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "Retry-After" in answer.headers["access-control-expose-headers"]


def test_so_can_a_body_that_is_too_large(start: StartClient, browser_key: str) -> None:
    client = start(max_body_bytes=1000)
    headers = bearer(browser_key) | {"Origin": SHOP}
    answer = client.post("/v1/feedback/surveys", content=b" " * 1001, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["access-control-allow-origin"] == SHOP


def test_caches_are_told_that_origins_differ(client: TestClient, browser_key: str) -> None:
    for headers in ({}, {"Origin": SHOP}, {"Origin": OTHER}):
        assert "Origin" in client.get("/v1/info", headers=headers).headers["vary"]


def test_preflight(client: TestClient, browser_key: str) -> None:
    answer = client.options("/v1/feedback/surveys", headers={"Origin": SHOP} | PREFLIGHT)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "POST" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert {"authorization", "content-type", "idempotency-key"} <= set(allowed.split(", "))


@pytest.mark.parametrize("origin", [OTHER, "null"])
def test_preflight_of_an_unlisted_origin(client: TestClient, browser_key: str, origin: str) -> None:
    answer = client.options("/v1/feedback/surveys", headers={"Origin": origin} | PREFLIGHT)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_origins_of_revoked_keys_are_not_allowed(
    client: TestClient, database: Database, workspace: Workspace, browser_key: str
) -> None:
    with database.write() as session:
        key = queries.page(session, workspace.id, None, None)[0]
        service.revoke(session, workspace.id, key.id)
    answer = client.options("/v1/feedback/surveys", headers={"Origin": SHOP} | PREFLIGHT)
    assert answer.status_code == 403


def test_browser_keys_have_the_default_limit(start: StartClient, browser_key: str) -> None:
    client = start(rate_per_minute=2)
    statuses = [ask(client, browser_key, Origin=SHOP)[0] for _ in range(3)]
    assert statuses == [200, 200, 429]
    detail = client.get("/v1/info", headers=bearer(browser_key) | {"Origin": SHOP}).json()["detail"]
    assert "2 requests a minute; wait as Retry-After says" in detail


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
def test_each_item_of_a_batch_counts(start: StartClient, browser_key: str, query: str) -> None:
    client = start(rate_per_minute=5)
    headers = bearer(browser_key) | {"Origin": SHOP}

    def send(items: int) -> tuple[int, str]:
        body = {"items": [{"kind": "survey", "text": "Good"}] * items}
        answer = client.post(f"/v1/feedback/batch{query}", json=body, headers=headers)
        return answer.status_code, answer.json().get("code", "")

    assert send(3) == (200, "")
    assert send(3) == (429, "too_many_requests")
    assert send(1) == (200, "")
    assert send(1) == (429, "too_many_requests")


def test_a_batch_beyond_the_limit_is_never_taken(start: StartClient, browser_key: str) -> None:
    client = start(rate_per_minute=5)
    body = {"items": [{"kind": "survey", "text": "Good"}] * 6}
    headers = bearer(browser_key) | {"Origin": SHOP}
    answer = client.post("/v1/feedback/batch", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_items")
    assert "5 items a minute" in answer.json()["detail"]


def test_a_secret_key_counts_requests(
    client: TestClient, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        wanted = NewKey(name="server", scopes=["ingest"], rate_per_minute=2)
        secret = service.make(session, workspace.id, wanted)[1]
    body = {"items": [{"kind": "survey", "text": "Good"}] * 10}
    statuses = [
        client.post("/v1/feedback/batch", json=body, headers=bearer(secret)).status_code
        for _ in range(3)
    ]
    assert statuses == [200, 200, 429]


def test_browser_keys_import_no_files(client: TestClient, browser_key: str) -> None:
    headers = bearer(browser_key) | {"Origin": SHOP}
    files = {"file": ("file.csv", "comment\nGood\n")}
    answers = [
        client.post("/v1/imports?dry_run=true", files=files, headers=headers),
        client.get(f"/v1/imports/{uuid4()}", headers=headers),
        client.get(f"/v1/imports/{uuid4()}/errors", headers=headers),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (403, "not_for_browsers")
    }


def shop_key(database: Database, workspace: Workspace) -> None:
    with database.write() as session:
        service.make(session, workspace.id, NewKey(name="w", scopes=["ingest"], origins=[SHOP]))


def fail(*_: object) -> NoReturn:
    raise OperationalError("SELECT", {}, Exception("gone"))


async def ask_at_once(keys: KeyCache) -> list[bool | BaseException]:
    asked = (keys.allows_origin(SHOP) for _ in range(3))
    return await asyncio.gather(*asked, return_exceptions=True)


def test_nobody_is_refused_while_origins_are_read(database: Database, workspace: Workspace) -> None:
    keys = KeyCache(database, 600)

    async def ask() -> None:
        assert await ask_at_once(keys) == [False] * 3
        shop_key(database, workspace)
        keys.forget()
        assert await ask_at_once(keys) == [True] * 3
        keys.forget()
        assert await ask_at_once(keys) == [True] * 3

    asyncio.run(ask())


def test_those_who_ask_at_once_share_one_query(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[frozenset[str]] = []

    def read(*_: object) -> frozenset[str]:
        reads.append(frozenset([SHOP]))
        return reads[-1]

    monkeypatch.setattr(queries, "live_origins", read)
    assert asyncio.run(ask_at_once(KeyCache(database, 600))) == [True] * 3
    assert len(reads) == 1


def test_a_key_made_elsewhere_is_known_to_all_who_ask_at_once(
    database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = KeyCache(database, 600)
    assert asyncio.run(ask_at_once(keys)) == [False] * 3
    shop_key(database, workspace)
    later = time.monotonic() + key_cache.TTL_S + 0.1
    monkeypatch.setattr(key_cache, "monotonic", lambda: later)
    assert asyncio.run(ask_at_once(keys)) == [True] * 3


def test_a_key_made_while_origins_are_read_is_known(
    database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = KeyCache(database, 600)
    read = KeyCache._read_origins

    def read_too_early(self: KeyCache) -> frozenset[str]:
        found = read(self)
        monkeypatch.setattr(KeyCache, "_read_origins", read)
        shop_key(database, workspace)
        self.forget()
        return found

    monkeypatch.setattr(KeyCache, "_read_origins", read_too_early)
    assert asyncio.run(ask_at_once(keys)) == [True] * 3


def test_origins_that_cannot_be_read_refuse_nobody(
    database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop_key(database, workspace)
    keys = KeyCache(database, 600)
    with monkeypatch.context() as patch:
        patch.setattr(queries, "live_origins", fail)
        for answer in asyncio.run(ask_at_once(keys)):
            assert isinstance(answer, OperationalError)
    assert asyncio.run(ask_at_once(keys)) == [True] * 3
    later = time.monotonic() + key_cache.TTL_S + 0.1
    monkeypatch.setattr(key_cache, "monotonic", lambda: later)
    monkeypatch.setattr(queries, "live_origins", fail)
    assert asyncio.run(ask_at_once(keys)) == [True] * 3
