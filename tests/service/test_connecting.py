"""Every example of docs/connecting.md is run."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final, Self

import httpx
import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Error, Page, sync_playwright

from tests.credentials import Keys, bearer
from tests.service.dashboard.site import KEY, served
from tests.transport import transport_to

PAGE: Final = Path(__file__).parents[2] / "docs/connecting.md"
CHROMIUM: Final = shutil.which("chromium")
EVENT: Final[dict[str, Any]] = {
    "id": "event-1",
    "ticket": {
        "id": 17,
        "subject": "Parcel never arrived",
        "created_at": "2026-03-01T09:30:00Z",
        "group": "logistics",
        "comments": [
            {"by": "end-user", "text": "My parcel is a week late."},
            {"by": "agent", "text": "Sorry to hear that!"},
        ],
    },
}
RESPONSE: Final[dict[str, Any]] = {
    "id": "r-1042",
    "score": 3,
    "submitted_at": "2026-03-01T09:30:00Z",
    "contact": "c-17",
}

DESCRIPTION: Final = (
    f'{"-" * 46}\n\nJane Doe, Mar 1, 2026, 10:30 AM\n\nI want "my money" back.\nNow.'
)
"""As Zendesk fills the placeholder in."""

Handle = Callable[[dict[str, Any]], None]


def example(language: str) -> str:
    """The blocks of this language, one after the other."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    return "\n".join(found)


@pytest.fixture
def adapter(client: TestClient, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> dict[str, Handle]:
    """The adapter, connected with the service under test."""
    monkeypatch.setenv("VOC_URL", "http://testserver")
    monkeypatch.setenv("VOC_KEY", keys.manage)
    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=transport_to(client)))
    names: dict[str, Any] = {}
    exec(example("python"), names)  # noqa: S102 - our own documentation
    return names


class Shop(ThreadingHTTPServer):
    """Another web site: ``page`` at every path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ShopPage)
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self.page = ""

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class ShopPage(BaseHTTPRequestHandler):
    """Answers for the shop."""

    def do_GET(self) -> None:
        assert isinstance(self.server, Shop)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.page.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def stored(client: TestClient, keys: Keys) -> list[dict[str, Any]]:
    items = client.get("/v1/feedback", headers=bearer(keys.read)).json()["items"]
    return list(items)


def test_the_adapter_sends_a_ticket_once_and_its_changes(
    adapter: dict[str, Handle], client: TestClient, keys: Keys
) -> None:
    for _ in range(2):
        adapter["on_ticket"](EVENT)
    (item,) = stored(client, keys)
    assert item["text"] == "My parcel is a week late."
    assert item["attributes"] == {"group": "logistics"}
    more = [*EVENT["ticket"]["comments"], {"by": "end-user", "text": "Still nothing."}]
    changed = {"id": "event-2", "ticket": EVENT["ticket"] | {"comments": more}}
    adapter["on_ticket"](changed)
    (item,) = stored(client, keys)
    assert item["text"].endswith("Still nothing.")
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        adapter["on_ticket"](EVENT | {"ticket": changed["ticket"]})


def test_the_adapter_forwards_deletions(
    adapter: dict[str, Handle], client: TestClient, keys: Keys
) -> None:
    adapter["on_ticket"](EVENT)
    adapter["on_ticket"]({"id": "event-3", "ticket": EVENT["ticket"] | {"id": 18}})
    for _ in range(2):
        adapter["on_deleted"](EVENT)
    assert [item["external_id"] for item in stored(client, keys)] == ["18"]


@pytest.mark.parametrize("id", ["17,4", "17\\,4", "17,", "+49 171 2345678,4"])
def test_the_adapter_erases_the_ticket_that_was_deleted_and_no_other(
    adapter: dict[str, Handle], client: TestClient, keys: Keys, id: str
) -> None:
    for number, each in enumerate((id, "17", "4")):
        adapter["on_ticket"]({"id": f"event-{number}", "ticket": EVENT["ticket"] | {"id": each}})
    adapter["on_deleted"]({"ticket": {"id": id}})
    assert {item["external_id"] for item in stored(client, keys)} == {"17", "4"}


@pytest.mark.parametrize(
    "left",
    [
        [],
        *(
            [{"by": "end-user", "text": text}]
            for text in ("", " ", "<p></p>", "<br>", "&nbsp;", "\u200b")
        ),
    ],
)
def test_the_adapter_keeps_nothing_of_a_ticket_in_which_no_customer_speaks(
    adapter: dict[str, Handle], client: TestClient, keys: Keys, left: list[dict[str, str]]
) -> None:
    silent = EVENT["ticket"] | {"comments": [*left, {"by": "agent", "text": "I called him."}]}
    adapter["on_ticket"]({"id": "event-0", "ticket": silent})
    assert stored(client, keys) == []
    adapter["on_ticket"](EVENT)
    assert len(stored(client, keys)) == 1
    adapter["on_ticket"]({"id": "event-2", "ticket": silent})
    assert stored(client, keys) == []


def test_the_adapter_erases_nothing_for_another_fault(
    adapter: dict[str, Handle], client: TestClient, keys: Keys
) -> None:
    adapter["on_ticket"](EVENT)
    faulty = EVENT["ticket"] | {"created_at": "soon"}
    with pytest.raises(httpx.HTTPStatusError, match="422"):
        adapter["on_ticket"]({"id": "event-2", "ticket": faulty})
    assert len(stored(client, keys)) == 1


@pytest.mark.parametrize(
    ("texts", "rated"),
    [
        (
            {"why": "", "more": "My parcel is a week late.", "none": ""},
            {"r-1042:why": True, "r-1042:more": False},
        ),
        ({}, {"r-1042:score": True}),
    ],
)
def test_a_response_counts_once_however_many_answers_it_has(
    adapter: dict[str, Handle],
    client: TestClient,
    keys: Keys,
    texts: dict[str, str],
    rated: dict[str, bool],
) -> None:
    questions = {"why": "Why this score?", "more": "What else?", "none": "Anything?"}
    answers = [
        {"question_id": id, "question": questions[id], "text": text} for id, text in texts.items()
    ]
    for _ in range(2):
        adapter["on_response"](RESPONSE | {"answers": answers})
    items = stored(client, keys)
    assert {item["external_id"]: bool(item["rating"]) for item in items} == rated


def test_a_response_without_a_score_keeps_its_words(
    adapter: dict[str, Handle], client: TestClient, keys: Keys
) -> None:
    why = {"question_id": "why", "question": "Why this score?", "text": "It is late."}
    adapter["on_response"](RESPONSE | {"score": None, "answers": [why]})
    adapter["on_response"](RESPONSE | {"id": "r-1043", "score": None, "answers": []})
    (item,) = stored(client, keys)
    assert (item["text"], item["rating"]) == ("It is late.", None)


def test_the_template_is_taken_when_filled_in(client: TestClient, keys: Keys) -> None:
    filled = example("json")
    for name, value in (
        ("id", "4711"),
        ("title", "Refund"),
        ("description", json.dumps(DESCRIPTION)[1:-1]),
    ):
        filled = filled.replace(f"{{{{ticket.{name}}}}}", value)
    assert "{{" not in filled
    headers = bearer(keys.ingest) | {"Content-Type": "application/json"}
    for status in ("accepted", "duplicate"):
        answer = client.post("/v1/feedback/tickets", content=filled, headers=headers)
        assert answer.json()["status"] == status
    broken = filled.replace("\\n", "\n")
    answer = client.post("/v1/feedback/tickets", content=broken, headers=headers)
    assert answer.status_code == 400


def test_texts_of_beacons_are_refused(client: TestClient, keys: Keys) -> None:
    plain = {"Content-Type": "text/plain"}
    refused = client.post("/v1/feedback/surveys", content="{}", headers=plain | bearer(keys.ingest))
    assert refused.status_code == 415


@pytest.fixture
def shop_page(tmp_path: Path) -> Iterator[tuple[Page, httpx.Client]]:
    """A page of a shop with the example, and the service that it tells."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("there is no chromium; .ci/run installs it")
        pytest.skip("there is no chromium; apt-get install chromium")
    with (
        served(tmp_path) as address,
        httpx.Client(base_url=address, headers=bearer(KEY)) as service,
        Shop() as shop,
        sync_playwright() as driver,
    ):
        wanted = {"name": "shop", "scopes": ["ingest"], "origins": [shop.origin]}
        secret = service.post("/v1/keys", json=wanted).json()["secret"]
        script = example("js").replace("https://voc.example", address).replace("voc_…", secret)
        shop.page = f"<script>{script}</script>"
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--disable-gpu"])
        visitor = browser.new_page()
        visitor.goto(shop.origin)
        yield visitor, service
        browser.close()


def told(service: httpx.Client) -> list[dict[str, Any]]:
    return list(service.get("/v1/feedback", params={"source": "shop"}).json()["items"])


def test_a_page_tells_each_form_once_with_or_without_a_score(
    shop_page: tuple[Page, httpx.Client],
) -> None:
    visitor, service = shop_page
    visitor.evaluate("() => Promise.all([tell('It was fine.'), tell('It was fine.')])")
    (item,) = told(service)
    assert (item["text"], item["rating"]) == ("It was fine.", None)
    visitor.evaluate("() => tell('It was fine.', 9)")
    (item,) = told(service)
    assert item["rating"]["value"] == 9
    with pytest.raises(Error, match="not stored: 422"):
        visitor.evaluate("() => tell('')")
    visitor.evaluate("() => { tell('Checkout refused my card.', 3); location = '/left'; }")
    visitor.wait_for_url("**/left")
    deadline = time.monotonic() + 10
    while told(service)[0]["text"] != "Checkout refused my card." and time.monotonic() < deadline:
        time.sleep(0.1)
    (item,) = told(service)
    assert (item["text"], item["rating"]["value"]) == ("Checkout refused my card.", 3)
