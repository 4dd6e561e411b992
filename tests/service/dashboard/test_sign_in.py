"""Signing in: a key for a cookie, and everything that must be refused."""

import re

from fastapi.testclient import TestClient

from models.workspace import Workspace
from service.db import Database
from service.keys import queries, service
from service.keys.rate import WRONG_KEYS
from service.keys.schemas import NewKey
from tests.conftest import StartClient
from tests.credentials import Keys, bearer
from tests.service.dashboard.conftest import sign_in

PAGES = ["/", "/pain-points", "/wins", "/pain-points/01a217ae-2263-72a9-b9a7-d8a7339868be"]

WRONG = {
    "": "not a valid key",
    "wrong": "not a valid key",
    "x" * 513: "not a valid key",
    "<script>alert(1)</script>": "not a valid key",
    "\0\ud7ff\u202e": "not a valid key",
    "voc_" + "0" * 49: "mistyped",
}
FOREIGN = [
    {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://["},
]
OWN = [
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"origin": "http://testserver"},
]
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "//[",
    "/\\[",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "evil",
    "/sign-in?next=/",
    "",
]


def send(client: TestClient, key: str, next_: str = "", **headers: str) -> tuple[int, str, str]:
    """Status, Location and text of a sign-in."""
    data = {"key": key, "next": next_}
    answer = client.post("/sign-in", data=data, headers=headers, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def test_a_browser_without_a_session_is_led_to_the_sign_in(client: TestClient) -> None:
    for page in PAGES:
        answer = client.get(page, params={"period": "30"}, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=%2F")
        assert "no-store" in answer.headers["cache-control"]


def test_it_says_where_a_key_is_found(client: TestClient) -> None:
    page = client.get("/").text
    assert "bootstrap.key" in page
    assert "voc keys create" in page


def test_a_key_opens_the_page_that_was_asked_for(client: TestClient, keys: Keys) -> None:
    asked = client.get("/pain-points", params={"period": "30", "source": "a b"})
    wanted = re.findall(r'name="next" value="([^"]+)"', asked.text)[0].replace("&amp;", "&")
    status, location, _ = send(client, f"  {keys.read} ", wanted)
    assert (status, location) == (303, "/pain-points?period=30&source=a+b")
    assert client.get(location).status_code == 200


def test_the_cookie_is_for_this_site_and_no_script(client: TestClient, keys: Keys) -> None:
    answer = client.post("/sign-in", data={"key": keys.read}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("voc_session=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert keys.read not in cookie


def test_over_https_it_goes_nowhere_else(start: StartClient, keys: Keys) -> None:
    client = TestClient(start().app, base_url="https://voc.example")
    answer = client.post("/sign-in", data={"key": keys.read}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-voc_session=")
    assert "Secure" in cookie.split("; ")
    assert client.get("/").status_code == 200


def test_a_wrong_key_is_told(client: TestClient) -> None:
    for key, message in WRONG.items():
        status, _, page = send(client, key)
        assert status == 401
        assert message in page
        assert "<script" not in page
        assert not client.cookies


def test_a_key_that_may_not_read_is_told(client: TestClient, keys: Keys) -> None:
    status, _, page = send(client, keys.ingest)
    assert status == 403
    assert "can&#39;t read" in page


def test_guessing_has_to_wait(client: TestClient, keys: Keys) -> None:
    for _ in range(WRONG_KEYS.amount):
        assert send(client, "wrong")[0] == 401
    answer = client.post("/sign-in", data={"key": keys.read}, follow_redirects=False)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert "Too many wrong keys" in answer.text


def test_forms_of_other_sites_do_nothing(visitor: TestClient, keys: Keys) -> None:
    for headers in FOREIGN:
        for path in ("/sign-in", "/sign-out"):
            answer = visitor.post(
                path, data={"key": keys.read}, headers=headers, follow_redirects=False
            )
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers
    assert visitor.get("/", follow_redirects=False).status_code == 200


def test_forms_of_the_page_itself_are_taken(client: TestClient, keys: Keys) -> None:
    for headers in OWN:
        assert send(client, keys.read, **headers)[0] == 303


def test_nobody_is_led_elsewhere(client: TestClient, keys: Keys) -> None:
    for path in ELSEWHERE:
        assert send(client, keys.read, path)[:2] == (303, "/")


def test_signing_out_ends_the_session(visitor: TestClient) -> None:
    cookie = dict(visitor.cookies)
    answer = visitor.post("/sign-out", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in"
    assert visitor.get("/", follow_redirects=False).status_code == 303
    visitor.cookies.update(cookie)
    assert visitor.get("/", follow_redirects=False).status_code == 303


def test_a_session_dies_with_its_key(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for key in queries.page(session, workspace.id, None, None):
            service.revoke(session, workspace.id, key.id)
    assert visitor.get("/", follow_redirects=False).status_code == 303


def test_the_api_knows_no_cookie_and_the_page_no_header(visitor: TestClient, keys: Keys) -> None:
    assert visitor.get("/v1/journey").status_code == 401
    visitor.cookies.clear()
    answer = visitor.get("/", headers=bearer(keys.read), follow_redirects=False)
    assert answer.status_code == 303


def test_a_made_up_cookie_opens_nothing(client: TestClient) -> None:
    for cookie in ("x", "x" * 5000, "%00", "<script>"):
        headers = {"cookie": f"voc_session={cookie}"}
        assert client.get("/", headers=headers, follow_redirects=False).status_code == 303


def test_a_keys_own_limit_holds_for_the_page(
    client: TestClient, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        wanted = NewKey(name="slow", scopes=["read"], rate_per_minute=2)
        _, secret = service.make(session, workspace.id, wanted)
    sign_in(client, secret)
    assert [client.get("/").status_code for _ in range(3)] == [200, 200, 429]
