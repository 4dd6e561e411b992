"""/v1/keys, as a customer sees it."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from service.clock import now
from tests.credentials import Keys, bearer

READ = {"name": "report", "scopes": ["read"]}


def make(
    client: TestClient, secret: str, body: dict[str, Any] = READ, key: str | None = None
) -> Any:
    headers = bearer(secret) | ({"Idempotency-Key": key} if key else {})
    return client.post("/v1/keys", json=body, headers=headers)


class TestMake:
    def test_secret_is_shown_once_and_works(self, client: TestClient, keys: Keys) -> None:
        answer = make(client, keys.manage)
        assert answer.status_code == 201
        made = answer.json()
        assert made["secret"].startswith(made["prefix"])
        assert client.get("/v1/info", headers=bearer(made["secret"])).status_code == 200
        listed = client.get("/v1/keys", headers=bearer(keys.manage)).text
        assert made["id"] in listed
        assert made["secret"] not in listed

    def test_scopes_are_kept_without_repetition(self, client: TestClient, keys: Keys) -> None:
        body = {"name": "both", "scopes": ["read", "ingest", "read"]}
        assert make(client, keys.manage, body).json()["scopes"] == ["ingest", "read"]

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"name": "a\0"}, "name"),
            ({"name": " "}, "name"),
            ({"name": "\u200b"}, "name"),
            ({"name": "a\nb"}, "name"),
            ({"name": "\x1b[1A\x1b[2Kx"}, "name"),
            ({"name": "a\u202eb"}, "name"),
            ({"scopes": []}, "scopes"),
            ({"scopes": ["admin"]}, "scopes.0"),
            ({"scopes": "read"}, "scopes"),
            ({"origins": ["https://shop.example"]}, "scopes"),
            ({"rate_per_minute": 0}, "rate_per_minute"),
            ({"rate_per_minute": 10**30}, "rate_per_minute"),
            ({"rate_per_minute": True}, "rate_per_minute"),
            ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
            ({"expires_at": "2020-01-01T00:00:00"}, "expires_at"),
            ({"expires_at": 4_000_000_000}, "expires_at"),
            ({"expires_at": "4000000000"}, "expires_at"),
            ({"workspace": "other"}, "workspace"),
        ],
    )
    def test_invalid(
        self, client: TestClient, keys: Keys, change: dict[str, Any], name: str
    ) -> None:
        answer = make(client, keys.manage, READ | change)
        assert answer.status_code == 422
        assert name in {param["name"] for param in answer.json()["invalid_params"]}

    @pytest.mark.parametrize(
        "origin",
        [
            "shop.example",
            "ftp://shop.example",
            "https://",
            "https://shop.example/path",
            "https://a:b@shop.example",
            "https://*.shop.example",
            "https://shop.example:99999",
            "https://shöp.example",
            "https://[::1",
            "null",
            "*",
            "https://shop\0.example",
        ],
    )
    def test_invalid_origin(self, client: TestClient, keys: Keys, origin: str) -> None:
        body = {"name": "web", "scopes": ["ingest"], "origins": [origin]}
        answer = make(client, keys.manage, body)
        assert answer.status_code == 422
        assert answer.json()["invalid_params"][0]["name"] == "origins.0"

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("https://Shop.Example/", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ],
    )
    def test_origins_are_kept_as_browsers_send_them(
        self, client: TestClient, keys: Keys, sent: str, kept: str
    ) -> None:
        body = {"name": "web", "scopes": ["ingest"], "origins": [sent]}
        assert make(client, keys.manage, body).json()["origins"] == [kept]

    @pytest.mark.parametrize("scope", ["ingest", "read"])
    def test_needs_the_scope_manage(self, client: TestClient, keys: Keys, scope: str) -> None:
        answer = make(client, getattr(keys, scope))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


class TestIdempotency:
    def test_repetition_makes_no_second_key(self, client: TestClient, keys: Keys) -> None:
        first = make(client, keys.manage, key="a").json()
        again = make(client, keys.manage, key="a")
        assert again.status_code == 201
        assert again.headers["idempotency-replayed"] == "true"
        assert again.json() == first | {"secret": None}
        assert len(client.get("/v1/keys", headers=bearer(keys.manage)).json()["items"]) == 4

    def test_another_request_is_refused(self, client: TestClient, keys: Keys) -> None:
        make(client, keys.manage, key="a")
        answer = make(client, keys.manage, READ | {"name": "x"}, key="a")
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")

    def test_workspaces_do_not_share_keys(
        self, client: TestClient, keys: Keys, other_keys: Keys
    ) -> None:
        first = make(client, keys.manage, key="a").json()
        second = make(client, other_keys.manage, key="a").json()
        assert first["id"] != second["id"]
        assert second["secret"]

    def test_at_once(self, client: TestClient, keys: Keys) -> None:
        barrier, answers = Barrier(4), []

        def send() -> None:
            barrier.wait()
            answers.append(make(client, keys.manage, key="a"))

        threads = [Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert sum(answer.json()["secret"] is not None for answer in answers) == 1

    @pytest.mark.parametrize("key", [b"", b"x" * 256, b"a b", b"\xe9"])
    def test_invalid_key(self, client: TestClient, keys: Keys, key: bytes) -> None:
        headers = [(b"Authorization", f"Bearer {keys.manage}".encode()), (b"Idempotency-Key", key)]
        answer = client.post("/v1/keys", json=READ, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["invalid_params"][0]["name"] == "Idempotency-Key"


class TestList:
    def test_pages(self, client: TestClient, keys: Keys) -> None:
        seen, cursor = [], None
        for _ in range(3):
            query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
            page = client.get("/v1/keys", params=query, headers=bearer(keys.manage)).json()
            seen += [item["name"] for item in page["items"]]
            cursor = page["next"]
        assert (seen, cursor) == (["ingest", "read", "manage"], None)

    def test_own_workspace_only(self, client: TestClient, keys: Keys, other_keys: Keys) -> None:
        mine = client.get("/v1/keys", headers=bearer(keys.manage)).json()["items"]
        theirs = client.get("/v1/keys", headers=bearer(other_keys.manage)).json()["items"]
        assert len(mine) == len(theirs) == 3
        assert not {key["id"] for key in mine} & {key["id"] for key in theirs}

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=1001", "limit=x", "cursor=x", "cursor=WzFd", "cursor=W10"]
    )
    def test_invalid(self, client: TestClient, keys: Keys, query: str) -> None:
        answer = client.get(f"/v1/keys?{query}", headers=bearer(keys.manage))
        assert answer.status_code == 422


class TestRevoke:
    def test_stops_at_once_and_may_be_repeated(self, client: TestClient, keys: Keys) -> None:
        made = make(client, keys.manage).json()
        assert client.get("/v1/info", headers=bearer(made["secret"])).status_code == 200
        for _ in range(2):
            path = f"/v1/keys/{made['id']}"
            assert client.delete(path, headers=bearer(keys.manage)).status_code == 204
        answer = client.get("/v1/info", headers=bearer(made["secret"]))
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        listed = client.get("/v1/keys", headers=bearer(keys.manage)).json()["items"]
        assert listed[-1]["revoked_at"] is not None

    def test_key_of_another_workspace_is_not_there(
        self, client: TestClient, keys: Keys, other_keys: Keys
    ) -> None:
        made = make(client, keys.manage).json()
        path = f"/v1/keys/{made['id']}"
        assert client.delete(path, headers=bearer(other_keys.manage)).status_code == 404
        assert client.get("/v1/info", headers=bearer(made["secret"])).status_code == 200

    @pytest.mark.parametrize(
        ("key", "status"), [(str(uuid4()), 404), ("x", 422)], ids=["unknown", "no id"]
    )
    def test_unknown(self, client: TestClient, keys: Keys, key: str, status: int) -> None:
        assert client.delete(f"/v1/keys/{key}", headers=bearer(keys.manage)).status_code == status


def test_key_with_an_end_works_until_then(client: TestClient, keys: Keys) -> None:
    body = READ | {"expires_at": (now() + timedelta(hours=1)).isoformat()}
    secret = make(client, keys.manage, body).json()["secret"]
    assert client.get("/v1/info", headers=bearer(secret)).status_code == 200
