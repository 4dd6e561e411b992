"""Public keys, of which anybody may have a copy: what they may replace, and what they are told."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from models.feedback import Feedback
from models.workspace import Workspace
from service.client import Verbatim
from service.db import Database
from service.intake import upserts, waiting
from service.intake.accept import Acceptor
from service.intake.drafts import DraftBuilder
from service.intake.queries import find_stored, state_of
from service.intake.schemas import SurveyIn
from service.intake.submissions import DraftResult, Submission, SubmissionResult
from service.intake.upserts import StoredByAnotherKey
from service.items import lock_feedback
from service.keys import service
from service.keys.schemas import NewKey
from service.verify.checks import verify
from service.web.idempotency import JsonAnswer
from tests.conftest import StartClient
from tests.credentials import Keys, bearer
from tests.service.intake.conftest import BATCH, SURVEYS, TICKETS, Send, Stored
from tests.transport import transport_to

KEYS_PAGE = Path(__file__).parents[3] / "docs/keys.md"
SHOP = "https://shop.example"
REFUSED = (403, "stored_by_another_key")
TICKET: dict[str, Any] = {
    "source": "helpdesk",
    "external_id": "T-77",
    "text": "My parcel never arrived.",
    "priority": "high",
    "customer": "c-77",
    "attributes": {"plan": "pro"},
}
SendPublic = Callable[..., Response]
Analyse = Callable[[], None]


def make_key(database: Database, workspace: Workspace) -> tuple[UUID, str]:
    with database.write() as session:
        wanted = NewKey(name="web", scopes=["ingest"], origins=[SHOP])
        key, secret = service.make(session, workspace.id, wanted)
        return key.id, secret


def public(secret: str) -> dict[str, str]:
    return bearer(secret) | {"Origin": SHOP}


@pytest.fixture
def secret(database: Database, workspace: Workspace) -> str:
    return make_key(database, workspace)[1]


@pytest.fixture
def send_public(client: TestClient, secret: str) -> SendPublic:
    """POST with a public key: ``send_public(SURVEYS, {"text": "…"}, prefer="wait=1")``."""

    def post(path: str, body: Any, **headers: str) -> Response:
        return client.post(path, json=body, headers=public(secret) | headers)

    return post


def outcome(answer: Response) -> tuple[int, str]:
    body = answer.json()
    return answer.status_code, body.get("code") or body["status"]


def test_they_replace_what_they_stored(send_public: SendPublic, stored: Stored) -> None:
    item = {"external_id": "a1", "text": "Good"}
    assert outcome(send_public(SURVEYS, item)) == (202, "accepted")
    assert outcome(send_public(SURVEYS, item)) == (202, "duplicate")
    assert outcome(send_public(SURVEYS, item | {"text": "Bad"})) == (202, "updated")
    assert [row.text for row in stored()] == ["Bad"]


@pytest.mark.parametrize("change", [{}, {"text": "Mine now."}])
def test_they_replace_nothing_else_and_do_not_learn_what_it_is(
    client: TestClient,
    keys: Keys,
    send: Send,
    send_public: SendPublic,
    stored: Stored,
    change: dict[str, Any],
) -> None:
    send(TICKETS, TICKET)
    before = stored()[0].model_dump()
    answer = send_public(TICKETS, TICKET | change, prefer="wait=1")
    assert outcome(answer) == REFUSED
    assert "location" not in answer.headers
    assert not {str(before["id"]), "parcel"} & set(answer.text.replace('"', " ").split())
    assert stored()[0].model_dump() == before
    erased = client.delete("/v1/customers/c-77", headers=bearer(keys.manage))
    assert erased.json()["feedback"] == 1


def test_nor_what_another_public_key_stored(
    client: TestClient, database: Database, workspace: Workspace, send_public: SendPublic
) -> None:
    other = public(make_key(database, workspace)[1])
    assert client.post(TICKETS, json=TICKET, headers=other).status_code == 202
    assert outcome(send_public(TICKETS, TICKET | {"text": "Mine"})) == REFUSED


def test_what_a_secret_key_replaced_is_no_longer_theirs(
    send: Send, send_public: SendPublic, stored: Stored
) -> None:
    assert outcome(send_public(TICKETS, TICKET)) == (202, "accepted")
    assert outcome(send(TICKETS, TICKET | {"text": "From the help desk."})) == (202, "updated")
    assert outcome(send_public(TICKETS, TICKET)) == REFUSED
    assert stored()[0].text == "From the help desk."


@pytest.mark.parametrize("more", [[], [{"text": "Still not here."}]])
def test_what_they_said_of_time_and_customer_does_not_stay_with_what_replaced_it(
    client: TestClient,
    keys: Keys,
    send: Send,
    send_public: SendPublic,
    stored: Stored,
    more: list[dict[str, Any]],
) -> None:
    """Else anybody could have a help desk's ticket erased, or put it into another year."""
    planted = {"text": "x", "occurred_at": "1995-01-01T00:00:00Z", "customer": "victim"}
    send_public(TICKETS, TICKET | planted)
    real = TICKET | {"kind": "ticket", "customer": None}
    assert send(BATCH, {"items": [real, *(real | each for each in more)]}).is_success
    [row] = stored()
    assert (row.customer_ref, row.occurred_at) == (None, row.received_at)
    erased = client.delete("/v1/customers/victim", headers=bearer(keys.manage))
    assert erased.json()["feedback"] == 0


def test_what_they_said_of_it_stays_with_what_replaced_it_if_they_did(
    send_public: SendPublic, stored: Stored
) -> None:
    send_public(TICKETS, TICKET | {"occurred_at": "2026-01-01T00:00:00Z"})
    [before] = stored()
    send_public(TICKETS, TICKET | {"text": "Not yet here.", "customer": None})
    [row] = stored()
    assert row.text == "Not yet here."
    assert (row.occurred_at, row.customer_ref) == (before.occurred_at, before.customer_ref)


@pytest.mark.parametrize("is_public", [True, False])
def test_so_it_is_if_both_come_at_once(
    acceptor: Acceptor,
    database: Database,
    workspace: Workspace,
    stored: Stored,
    is_public: bool,
) -> None:
    key_id = make_key(database, workspace)[0] if is_public else None
    told_of = SurveyIn(text="x", external_id="1", customer="victim")
    drafts = [
        DraftBuilder(database, workspace.id, 1000, key_id).build(told_of),
        DraftBuilder(database, workspace.id, 1000).build(SurveyIn(text="Real", external_id="1")),
    ]
    acceptor.accept_blocking(Submission(workspace.id, drafts, lambda _: JsonAnswer(200, {})))
    [row] = stored()
    assert row.text == "Real"
    assert (row.customer_ref is None) == is_public


def test_an_id_is_free_again_after_erasure(
    client: TestClient, keys: Keys, send: Send, send_public: SendPublic
) -> None:
    location = send(TICKETS, TICKET).headers["location"]
    client.delete(location, headers=bearer(keys.manage))
    assert outcome(send_public(TICKETS, TICKET)) == (202, "accepted")


def test_in_a_batch_it_costs_that_item_alone(
    send: Send, send_public: SendPublic, stored: Stored, analyse: Analyse, database: Database
) -> None:
    send(TICKETS, TICKET)
    analyse()
    items = [
        {"kind": "survey", "text": "Good"},
        {"kind": "ticket"} | TICKET | {"text": "Mine"},
        {"kind": "survey", "text": ""},
        {"kind": "survey", "text": "Bad", "external_id": "a1"},
        {"kind": "survey", "text": "Worse", "external_id": "a1"},
    ]
    answer = send_public(BATCH, {"items": items}).json()
    statuses = [item["status"] for item in answer["items"]]
    assert statuses == ["accepted", "invalid", "invalid", "accepted", "updated"]
    assert answer["invalid"] == 2
    refused = answer["items"][1]
    assert (refused["error"]["code"], "id" in refused) == ("stored_by_another_key", False)
    assert sorted(row.text for row in stored()) == ["Good", TICKET["text"], "Worse"]
    assert verify(database).clean


def test_a_refusal_does_not_use_up_its_idempotency_key(
    client: TestClient, keys: Keys, send: Send, send_public: SendPublic
) -> None:
    location = send(TICKETS, TICKET).headers["location"]
    headers = {"idempotency-key": "k-1"}
    assert outcome(send_public(TICKETS, TICKET, **headers)) == REFUSED
    client.delete(location, headers=bearer(keys.manage))
    assert outcome(send_public(TICKETS, TICKET, **headers)) == (202, "accepted")


def test_who_waits_is_not_shown_what_took_its_place(
    start: StartClient,
    keys: Keys,
    secret: str,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = start(worker="inline")
    replaced: list[Response] = []

    def replace_first(*args: Any) -> str | None:
        if not replaced:
            body = TICKET | {"text": "From the help desk."}
            replaced.append(client.post(TICKETS, json=body, headers=bearer(keys.manage)))
        return state_of(*args)

    monkeypatch.setattr(waiting, "state_of", replace_first)
    headers = public(secret) | {"prefer": "wait=5"}
    answer = client.post(TICKETS, json=TICKET, headers=headers)
    assert outcome(answer) == (202, "accepted")
    assert replaced[0].json()["status"] == "updated"
    own = client.post(SURVEYS, json={"text": "Slow checkout"}, headers=headers)
    assert (own.status_code, own.json()["text"]) == (200, "Slow checkout")


def one(results: Any) -> SubmissionResult:
    result: DraftResult = results[0]
    if isinstance(result, StoredByAnotherKey):
        return result
    assert not isinstance(result, Exception)
    return JsonAnswer(200, {"status": result.status})


Submit = Callable[[UUID | None, str], Submission]


@pytest.fixture
def submit(database: Database, workspace: Workspace) -> Submit:
    """A submission of one text under one external id, by a public key or by a secret one."""

    def make(key_id: UUID | None, text: str) -> Submission:
        draft = DraftBuilder(database, workspace.id, 1000, key_id).build(
            SurveyIn(text=text, external_id="1")
        )
        return Submission(workspace.id, [draft], one)

    return make


def told(acceptor: Acceptor, submission: Submission) -> str:
    try:
        return str(acceptor.accept_blocking(submission).body["status"])
    except StoredByAnotherKey as problem:
        return problem.code


@pytest.mark.parametrize("_round", range(5))
def test_of_keys_that_race_one_has_the_row(
    database: Database, workspace: Workspace, submit: Submit, stored: Stored, _round: int
) -> None:
    key_ids = [make_key(database, workspace)[0] for _ in range(2)]
    acceptors = [Acceptor(database, Event()) for _ in range(2)]
    for acceptor in acceptors:
        acceptor.start()
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(
            pool.map(lambda n: told(acceptors[n % 2], submit(key_ids[n % 2], str(n))), range(16))
        )
    for acceptor in acceptors:
        acceptor.stop()
    assert outcomes.count("accepted") == 1
    assert outcomes.count("updated") == 7
    assert outcomes.count("stored_by_another_key") == 8
    [row] = stored()
    assert row.browser_key_id == key_ids[int(row.text) % 2]


def test_a_row_that_changes_hands_in_between_is_looked_at_again(
    acceptor: Acceptor,
    database: Database,
    workspace: Workspace,
    submit: Submit,
    monkeypatch: pytest.MonkeyPatch,
    stored: Stored,
) -> None:
    """Even if its content is what it was."""
    key_id = make_key(database, workspace)[0]
    told(acceptor, submit(key_id, "a"))
    finds: list[Any] = []

    def find_before(session: Any, wanted: Any) -> Any:
        finds.append(find_stored(session, wanted))
        return finds[-1]

    def lock_changed(session: Any, workspace_id: UUID, ids: Any) -> dict[UUID, Feedback]:
        rows = lock_feedback(session, workspace_id, ids)
        if len(finds) == 1:
            for row in rows.values():
                row.browser_key_id = None
        return rows

    monkeypatch.setattr(upserts, "find_stored", find_before)
    monkeypatch.setattr(upserts, "lock_feedback", lock_changed)
    assert told(acceptor, submit(key_id, "b")) == "updated"
    assert len(finds) == 2
    assert stored()[0].text == "b"


def test_what_a_public_key_stored_can_be_listed_and_erased_as_documented(
    client: TestClient,
    keys: Keys,
    database: Database,
    workspace: Workspace,
    send: Send,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (id, secret), (other, more) = (make_key(database, workspace) for _ in range(2))
    send(TICKETS, TICKET)
    for number in range(3):
        flood = TICKET | {"external_id": f"T-{number}", "text": f"flood {number}"}
        assert client.post(TICKETS, json=flood, headers=public(secret)).status_code == 202
    client.post(SURVEYS, json={"text": "fine"}, headers=public(more))
    send(TICKETS, TICKET | {"external_id": "T-2"})
    found = client.get(f"/v1/feedback?browser_key={id}", headers=bearer(keys.read)).json()["items"]
    assert {(item["text"], item["browser_key"]) for item in found} == {
        ("flood 0", str(id)),
        ("flood 1", str(id)),
    }
    everything = client.get("/v1/feedback", headers=bearer(keys.read)).json()["items"]
    assert {item["browser_key"] for item in everything} == {None, str(id), str(other)}

    (example,) = re.findall(r"^```python\n(.*?)^```$", KEYS_PAGE.read_text(), re.M | re.S)
    connected = partial(Verbatim, transport=transport_to(client))
    monkeypatch.setattr("service.client.Verbatim", connected)
    example = example.replace('"ID"', f'"{id}"').replace("voc_…", keys.manage)
    example = example.replace("limit=1000", "limit=1").replace("2026-11-27T22:00", "2000-01-01")
    for until, left in (("2000-01-02", 5), ("2100-01-01", 3)):
        exec(example.replace("2026-11-28T06:00", until), {})  # noqa: S102 - our own documentation
        assert len(stored()) == left
    assert sorted(row.text for row in stored()) == [TICKET["text"], TICKET["text"], "fine"]
