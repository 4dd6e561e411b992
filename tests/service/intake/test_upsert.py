"""The same external id again."""

from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.feedback import Feedback
from service.db import Database
from service.verify.checks import verify
from tests.credentials import Keys, bearer
from tests.service.conftest import Analyse
from tests.service.intake.conftest import BATCH, REVIEWS, SURVEYS, Send, Stored

ITEM: dict[str, Any] = {
    "text": "The checkout is broken. I love the app.",
    "external_id": "r-1",
    "source": "shop",
    "occurred_at": "2026-03-01T09:30:00Z",
    "rating": {"value": 3, "scale": "nps"},
    "attributes": {"a": 1, "b": 2},
}


def test_unchanged_is_a_duplicate_without_work(
    send: Send, stored: Stored, analyse: Analyse
) -> None:
    first = send(SURVEYS, ITEM)
    analyse()
    again = send(SURVEYS, ITEM | {"attributes": {"b": 2, "a": 1}})
    assert again.json() == {"id": first.json()["id"], "status": "duplicate", "state": "done"}
    assert stored()[0].revision == 1


@pytest.mark.parametrize(
    "change",
    [
        {"text": "The parcel was great."},
        {"rating": {"value": 4, "scale": "nps"}},
        {"rating": None},
        {"channel": "email"},
        {"attributes": {"a": 2}},
        {"stage": "purchase"},
        {"language": "de"},
        {"question": "Why?"},
    ],
)
def test_any_change_is_analysed_again_and_counted_once(
    send: Send, stored: Stored, analyse: Analyse, database: Database, change: dict[str, Any]
) -> None:
    first = send(SURVEYS, ITEM)
    analyse()
    again = send(SURVEYS, ITEM | change)
    assert again.json() == {"id": first.json()["id"], "status": "updated", "state": "pending"}
    [row] = stored()
    assert (row.revision, row.sentiment, row.attempts) == (2, None, 0)
    assert verify(database).clean
    analyse()
    assert stored()[0].state == "done"
    assert verify(database).clean


@pytest.mark.parametrize(
    "change",
    [
        {"occurred_at": "2026-03-02T09:30:00Z"},
        {"customer": "c-1"},
        {"occurred_at": "2026-04-02T09:30:00Z", "customer": "c-1"},
        {"occurred_at": None, "customer": "c-1"},
    ],
)
def test_another_time_or_customer_is_counted_anew_but_not_read_again(
    send: Send, stored: Stored, analyse: Analyse, database: Database, change: dict[str, Any]
) -> None:
    first = send(SURVEYS, ITEM)
    analyse()
    before = stored()[0]
    again = send(SURVEYS, ITEM | change)
    assert again.json() == {"id": first.json()["id"], "status": "updated", "state": "done"}
    [row] = stored()
    sent = change.get("occurred_at") or ITEM["occurred_at"]
    assert row.occurred_at == datetime.fromisoformat(sent)
    assert (row.customer_ref is not None) == ("customer" in change)
    assert (row.revision, row.sentiment) == (2, before.sentiment)
    assert row.analysed_at == before.analysed_at
    assert verify(database).clean
    assert send(SURVEYS, ITEM | change).json()["status"] == "duplicate"


@pytest.mark.parametrize("is_read", [True, False])
def test_a_time_and_a_customer_that_come_and_go_cost_nothing(
    send: Send, stored: Stored, analyse: Analyse, is_read: bool
) -> None:
    full = ITEM | {"customer": "c-1"}
    bare = ITEM | {"occurred_at": None}
    assert send(SURVEYS, bare).json()["status"] == "accepted"
    assert send(SURVEYS, full).json()["status"] == "updated"
    if is_read:
        analyse()
    for item in (bare, full, bare, ITEM, full):
        assert send(SURVEYS, item).json()["status"] == "duplicate"
    assert stored()[0].revision == 2


def test_what_comes_and_goes_beside_a_change_does_not_hide_it(
    send: Send, stored: Stored, analyse: Analyse, database: Database
) -> None:
    first = ITEM | {"kind": "survey"}
    send(SURVEYS, ITEM)
    analyse()
    later = {"occurred_at": "2026-03-02T09:30:00Z"}
    items = [first | later, first | later | {"text": "x"}, first | {"text": "x"}]
    answer = send(BATCH, {"items": [*items, first | {"text": "y", "customer": "c-1"}]}).json()
    assert [item["status"] for item in answer["items"]] == ["updated"] * 4
    [row] = stored()
    assert (row.text, row.state, row.occurred_at.day) == ("y", "pending", 1)
    analyse()
    assert verify(database).clean


def test_another_kind_is_a_change_too(send: Send, stored: Stored) -> None:
    send(SURVEYS, ITEM)
    assert send(REVIEWS, ITEM).json()["status"] == "updated"
    assert stored()[0].kind == "review"


def test_a_time_that_is_not_sent_leaves_the_known_one(send: Send, stored: Stored) -> None:
    send(SURVEYS, ITEM)
    before = stored()[0].occurred_at
    assert send(SURVEYS, ITEM | {"occurred_at": None, "text": "x"}).json()["status"] == "updated"
    assert stored()[0].occurred_at == before


def test_a_customer_that_is_not_sent_stays_known(
    client: TestClient, keys: Keys, send: Send, stored: Stored, analyse: Analyse
) -> None:
    for change in ({"customer": "c-1"}, {"text": "x"}, {"text": "y"}):
        send(SURVEYS, ITEM | change)
        analyse()
    erased = client.delete("/v1/customers/c-1", headers=bearer(keys.manage))
    assert erased.json()["feedback"] == 1
    assert stored() == []


def test_a_customer_stays_known_within_a_batch_and_gives_way_to_another(
    send: Send, stored: Stored
) -> None:
    first = ITEM | {"kind": "survey"}
    send(BATCH, {"items": [first | {"customer": "c-1"}, first]})
    known = stored()[0].customer_ref
    assert known
    send(BATCH, {"items": [first | {"text": "x"}, first | {"customer": "c-2"}]})
    assert stored()[0].customer_ref not in (None, known)


def test_nor_does_it_matter_that_both_are_in_one_batch(send: Send, stored: Stored) -> None:
    first = ITEM | {"kind": "survey"}
    second = first | {"occurred_at": None, "text": "x"}
    answer = send(BATCH, {"items": [first, second]}).json()
    assert [result["status"] for result in answer["items"]] == ["accepted", "updated"]
    assert stored()[0].occurred_at == datetime.fromisoformat(ITEM["occurred_at"])


def test_an_item_sent_twice_without_a_time_is_a_duplicate(send: Send) -> None:
    item = {"text": "x", "external_id": "1"}
    assert send(SURVEYS, item).json()["status"] == "accepted"
    assert send(SURVEYS, item).json()["status"] == "duplicate"


def test_the_id_of_another_source_is_another_id(send: Send, stored: Stored) -> None:
    send(SURVEYS, ITEM)
    assert send(SURVEYS, ITEM | {"source": "web"}).json()["status"] == "accepted"
    assert len(stored()) == 2


def test_items_without_an_id_are_never_the_same(send: Send, stored: Stored) -> None:
    send(SURVEYS, {"text": "x"})
    send(SURVEYS, {"text": "x"})
    assert len(stored()) == 2


@pytest.mark.parametrize(
    ("source", "external_id"),
    [
        ("mail", "jane.doe@acme.com/17"),
        ("support@acme.com", "17"),
        ("support@acme.com", "jane.doe@acme.com/17"),
    ],
)
def test_what_was_once_stored_as_sent_is_the_same_and_gets_its_present_form(
    send: Send,
    stored: Stored,
    analyse: Analyse,
    database: Database,
    source: str,
    external_id: str,
) -> None:
    item = ITEM | {"source": source, "external_id": external_id}
    id = send(SURVEYS, item).json()["id"]
    [now] = stored()
    with database.write() as session:
        row = session.exec(select(Feedback)).one()
        row.source, row.external_id, row.content_hash = source, external_id, "of what was sent"
        session.add(row)
    analyse()
    assert verify(database).clean
    for status in ("updated", "duplicate"):
        again = send(SURVEYS, item).json()
        assert (again["id"], again["status"]) == (id, status)
    [row] = stored()
    assert (row.source, row.external_id) == (now.source, now.external_id)
    assert verify(database).clean
    analyse()
    assert verify(database).clean
