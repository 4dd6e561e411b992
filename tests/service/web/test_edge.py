"""The outermost layer: ids, headers, limits, and no error without a problem."""

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.testclient import TestClient
from psycopg.errors import DiskFull, ReadOnlySqlTransaction
from pydantic import BaseModel
from sqlalchemy.exc import InternalError, OperationalError
from starlette.responses import StreamingResponse
from starlette.types import Message, Scope

from service.errors import NotFound, Unauthenticated, Unavailable
from service.telemetry import HTTP_REQUESTS
from service.web import problems
from service.web.bodies import BodyGuard, RouteLimit
from service.web.edge import OuterMiddleware

LIMIT = 1000


class Item(BaseModel):
    text: str


router = APIRouter()


@router.post("/parsed")
def parsed(item: Item) -> Item:
    return item


@router.post("/large")
async def large(request: Request) -> int:
    return len(await request.body())


@router.get("/items/{key}")
def missing(key: str) -> None:
    raise NotFound(f"no {key}")


@router.get("/broken")
def broken() -> None:
    raise RuntimeError("password=hunter2")


@router.get("/down")
def down() -> None:
    raise OperationalError("SELECT secret", {}, Exception("host db-7 refused"))


@router.get("/full")
def full() -> None:
    raise OSError(errno.ENOSPC, "No space left on device", "/srv/hunter2")


@router.get("/full-on-sqlite")
def full_on_sqlite() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE x (y)")
        connection.execute("PRAGMA max_page_count = 1")
        try:
            connection.execute("CREATE TABLE z (y)")
        except sqlite3.OperationalError as error:
            raise OperationalError("INSERT secret", {}, error) from error


@router.get("/full-on-postgresql")
def full_on_postgresql() -> None:
    raise OperationalError("INSERT secret", {}, DiskFull("could not extend file"))


@router.get("/read-only-on-postgresql")
def read_only_on_postgresql() -> None:
    raise InternalError("INSERT secret", {}, ReadOnlySqlTransaction("cannot execute INSERT"))


@router.get("/fails-on-sqlite/{name}")
def fails_on_sqlite(name: str) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    raise OperationalError("INSERT secret", {}, error)


@router.get("/busy")
def busy() -> None:
    raise Unavailable()


@router.get("/cut")
def cut() -> StreamingResponse:
    async def stream() -> AsyncIterator[bytes]:
        yield b"some"
        raise RuntimeError("half way")

    return StreamingResponse(stream())


async def admit(scope: Scope) -> None:
    if (b"x-stranger", b"yes") in scope["headers"]:
        raise Unauthenticated


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    problems.install(app)
    app.add_middleware(
        BodyGuard, limit=LIMIT, route_limits={"/large": RouteLimit(10 * LIMIT, admit)}
    )
    app.add_middleware(OuterMiddleware)
    app.include_router(router)
    with TestClient(app) as client:
        yield client


def chunks(size: int) -> Iterator[bytes]:
    yield from [b" " * 100] * (size // 100)


@pytest.mark.parametrize("sent", ["abc", "A.b_c-1:2", "x" * 128])
def test_a_sane_request_id_is_kept(client: TestClient, sent: str) -> None:
    answer = client.get("/items/1", headers={"X-Request-ID": sent})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == sent


@pytest.mark.parametrize("sent", [b"", b"a b", b"x" * 129, b'"', b"a/../b", b"\xe9"])
def test_any_other_is_replaced(client: TestClient, sent: bytes) -> None:
    made = client.get("/items/1", headers={b"X-Request-ID": sent}).json()["request_id"]
    assert made.encode() != sent
    assert made.isalnum()
    assert client.get("/items/1").json()["request_id"] != made


def test_every_answer_is_marked(client: TestClient) -> None:
    for path in ("/items/1", "/nowhere", "/broken"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/items/1", 404, "not_found"),
        ("/nowhere", 404, "not_found"),
        ("/parsed", 405, "method_not_allowed"),
        ("/busy", 503, "unavailable"),
        ("/down", 503, "unavailable"),
        ("/full", 503, "no_room"),
        ("/full-on-sqlite", 503, "no_room"),
        ("/full-on-postgresql", 503, "no_room"),
        ("/read-only-on-postgresql", 503, "no_room"),
        ("/fails-on-sqlite/SQLITE_IOERR_WRITE", 503, "no_room"),
        ("/fails-on-sqlite/SQLITE_IOERR_FSYNC", 503, "no_room"),
        ("/fails-on-sqlite/SQLITE_IOERR_TRUNCATE", 503, "no_room"),
        ("/fails-on-sqlite/SQLITE_IOERR_SHMSIZE", 503, "no_room"),
        ("/fails-on-sqlite/SQLITE_READONLY_DIRECTORY", 503, "no_room"),
        ("/fails-on-sqlite/SQLITE_IOERR_READ", 503, "unavailable"),
        ("/broken", 500, "internal_error"),
        ("/items/%00", 422, "invalid_request"),
        ("/items/1?q=%00", 422, "invalid_request"),
    ],
)
def test_every_error_is_a_problem(client: TestClient, path: str, status: int, code: str) -> None:
    answer = client.get(path)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:verbatim:problem:{code}"
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.parametrize("path", ["/broken", "/down", "/full"])
def test_internals_stay_inside(client: TestClient, path: str) -> None:
    text = client.get(path).text
    assert not any(word in text for word in ("hunter2", "secret", "db-7", "Traceback", "Error"))


def test_what_went_wrong_is_logged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/broken")
    assert "unexpected_error" in caplog.text
    assert "hunter2" in caplog.text


@pytest.mark.parametrize("path", ["/down", "/full"])
def test_an_outage_is_logged_in_a_line(
    client: TestClient, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    client.get(path)
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.exc_info is None
    assert "refused" in vars(record)["error"] or "No space" in vars(record)["error"]
    assert "secret" not in caplog.text


def test_an_answer_that_breaks_off_is_cut_not_finished(client: TestClient) -> None:
    with pytest.raises(RuntimeError, match="half way"):
        client.get("/cut")


def test_busy_says_when_to_come_back(client: TestClient) -> None:
    assert int(client.get("/busy").headers["retry-after"]) > 0


class TestBodies:
    def test_good_json_is_read(self, client: TestClient) -> None:
        assert client.post("/parsed", json={"text": "é"}).json() == {"text": "é"}

    def test_announced_too_large(self, client: TestClient) -> None:
        answer = client.post("/parsed", content=b" " * (LIMIT + 1))
        assert answer.status_code == 413
        assert "1,000 bytes" in answer.json()["detail"]

    def test_too_large_without_a_length(self, client: TestClient) -> None:
        headers = {"Content-Type": "application/json"}
        answer = client.post("/parsed", content=chunks(LIMIT + 100), headers=headers)
        assert answer.status_code == 413
        assert "1,000 bytes" in answer.json()["detail"]

    def test_compressed(self, client: TestClient) -> None:
        answer = client.post("/parsed", content=b"{}", headers={"Content-Encoding": "gzip"})
        assert answer.status_code == 415

    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", "x", "text/json", ";"])
    def test_not_json(self, client: TestClient, kind: str) -> None:
        answer = client.post("/parsed", content=b'{"text": "a"}', headers={"Content-Type": kind})
        assert answer.status_code == 415

    @pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/ld+json"])
    def test_json_by_another_name(self, client: TestClient, kind: str) -> None:
        answer = client.post("/parsed", content=b'{"text": "a"}', headers={"Content-Type": kind})
        assert answer.status_code == 200

    @pytest.mark.parametrize("body", [b"{", b"\xff", b'{"text": "a"', b"[" * 900, b"{" * 900])
    def test_broken_json(self, client: TestClient, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        answer = client.post("/parsed", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            (
                b'{"text":\n "a\tb"}',
                "application/json. (Invalid control character at line 2 column 4)",
            ),
            (b'{"text": "\\q"}', "(Invalid \\escape at line 1 column 11)"),
            (b'{"text": nul}', "(Expecting value at line 1 column 10)"),
            (b'{"text": "\xff"}', "(not valid UTF-8 at byte 11)"),
        ],
    )
    def test_broken_json_is_told_where_and_what(
        self, client: TestClient, body: bytes, told: str
    ) -> None:
        headers = {"Content-Type": "application/json"}
        detail = client.post("/parsed", content=body, headers=headers).json()["detail"]
        assert detail.endswith(told)

    @pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"a"', b"{}", b'{"text": null}'])
    def test_json_of_another_shape(self, client: TestClient, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        answer = client.post("/parsed", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
        assert answer.json()["invalid_params"]


def test_a_path_may_have_a_larger_limit(client: TestClient) -> None:
    assert client.post("/large", content=b" " * 2 * LIMIT).json() == 2 * LIMIT
    assert client.post("/large", content=b" " * 11 * LIMIT).status_code == 413


def test_nothing_is_read_there_of_a_stranger(client: TestClient) -> None:
    body = chunks(LIMIT)
    answer = client.post("/large", content=body, headers={"X-Stranger": "yes"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert len(list(body)) == LIMIT // 100


def test_requests_are_counted_by_template_never_by_path(client: TestClient) -> None:
    client.get("/items/anna@example.com")
    client.request("BREW", "/nowhere/anna")
    samples = [s for metric in HTTP_REQUESTS.collect() for s in metric.samples]
    labels = {(s.labels["method"], s.labels["route"]) for s in samples}
    assert {("GET", "/items/{key}"), ("other", "unmatched")} <= labels
    assert "anna" not in str(labels)


def test_who_is_refused_before_the_routes_are_asked_is_counted_by_the_route(
    client: TestClient,
) -> None:
    client.post("/large", content=chunks(LIMIT), headers={"X-Stranger": "yes"})
    client.post("/large", content=b"{}", headers={"Content-Encoding": "gzip"})
    samples = [s for metric in HTTP_REQUESTS.collect() for s in metric.samples]
    labels = {(s.labels["route"], s.labels["status"]) for s in samples}
    assert {("/large", "401"), ("/large", "415")} <= labels


def test_a_client_that_leaves_is_no_error_of_ours(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    async def leave() -> Message:
        return {"type": "http.disconnect"}

    async def unexpected(message: Message) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "method": "POST", "path": "/large", "query_string": b"", "headers": []}
    with caplog.at_level("INFO", "service.access"):
        asyncio.run(client.app(scope, leave, unexpected))  # type: ignore[arg-type]
    (record,) = [record for record in caplog.records if record.message == "http_request"]
    assert vars(record)["status"] == 499
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
