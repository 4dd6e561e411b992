"""Many items a request: each answered for itself."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.intake.schemas import BATCH_EXAMPLE
from tests.credentials import Keys, bearer
from tests.service.intake.conftest import BATCH, Send, Stored, names_at_fault

GOOD = {"kind": "survey", "text": "Good"}


def statuses(answer: Any) -> list[str]:
    return [item["status"] for item in answer.json()["items"]]


def test_a_batch_of_every_kind_is_accepted(send: Send, stored: Stored) -> None:
    answer = send(BATCH, BATCH_EXAMPLE)
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 3
    assert [item["id"] for item in answer.json()["items"]] == [
        str(row.id)
        for row in sorted(stored(), key=lambda row: ["survey", "review", "ticket"].index(row.kind))
    ]


@pytest.mark.parametrize(
    "bad",
    [
        '"text"',
        "5",
        "null",
        "[]",
        "{}",
        '{"text": "no kind"}',
        '{"kind": "poem", "text": "x"}',
        '{"kind": [], "text": "x"}',
        '{"kind": "survey"}',
        '{"kind": "survey", "text": 5}',
        '{"kind": "survey", "text": "\\u0000"}',
        '{"kind": "survey", "text": "\\ud800"}',
        '{"kind": "survey", "text": "x", "\\ud800\\u0000": 1}',
        '{"kind": "survey", "text": "x", "attributes": {"\\u0000": 1}}',
        '{"kind": "survey", "text": "x", "rating": {"value": NaN, "scale": "nps"}}',
        '{"kind": "survey", "text": "x", "rating": {"value": 1e999, "scale": "nps"}}',
        '{"kind": "survey", "text": "x", "rating": {"value": 6, "scale": "stars"}}',
        '{"kind": "survey", "text": "x", "occurred_at": "1970-01-01T00:00:00Z"}',
        '{"kind": "survey", "text": "x", "occurred_at": "2999-01-01T00:00:00Z"}',
        '{"kind": "survey", "text": "x", "stage": "nowhere"}',
        '{"kind": "survey", "text": "x", "priority": "high"}',
        json.dumps({"kind": "survey", "text": "x" * 1_000_000}),
        '{"kind": "survey", "text": "x", "external_id": %s}' % ("1" * 4301),
    ],
)
def test_a_bad_item_harms_no_other(send: Send, stored: Stored, bad: str) -> None:
    good = json.dumps(GOOD)
    answer = send(BATCH, f'{{"items": [{good}, {bad}, {good}]}}'.encode(), key="k-1")
    assert answer.status_code == 200
    assert statuses(answer) == ["accepted", "invalid", "accepted"]
    assert answer.json()["items"][1]["error"]["invalid_params"]
    assert len(stored()) == 2


def test_a_bad_item_is_told_how_to_be_good(send: Send) -> None:
    items = [{"kind": "survey", "txt": "x", "text": "y"}, {"text": "x"}, 5]
    answer = send(BATCH, {"items": items})
    first, second, third = (item["error"]["invalid_params"][0] for item in answer.json()["items"])
    assert first == {"name": "txt", "reason": "is not known here; did you mean 'text'?"}
    assert second["name"] == "kind"
    assert third == {"name": "item", "reason": "must be an object"}


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ('"rating": {"scale": "other", "min": 0, "max": 9, "value": %s}', "rating.value"),
        ('"external_id": %s', "external_id"),
        ('"text": -%s', "text"),
        ('"attributes": {"n": %s}', "attributes.n"),
    ],
)
def test_a_number_of_too_many_digits_harms_its_item_alone(
    send: Send, field: str, name: str
) -> None:
    bad = '{"kind": "survey", ' + field % ("1" * 4301) + "}"
    answer = send(BATCH, f'{{"items": [{json.dumps(GOOD)}, {bad}]}}'.encode())
    assert statuses(answer) == ["accepted", "invalid"]
    reason = "has a number of more than 4,300 digits; send it as text"
    assert {"name": name, "reason": reason} in answer.json()["items"][1]["error"]["invalid_params"]


def test_a_batch_that_can_not_be_read_is_told_where(send: Send) -> None:
    answer = send(BATCH, b'{"items": [{"kind": "survey", "text": }]}')
    assert "at line 1 column 39)" in answer.json()["detail"]
    answer = send(BATCH, b'{"items": ' + b"[" * 3000 + b"]" * 3000 + b"}")
    assert answer.json()["detail"] == "The body is nested too deeply; leave levels out."


def test_items_with_one_external_id_are_taken_in_their_order(send: Send, stored: Stored) -> None:
    texts = ["one", "one", "two", "two", "one"]
    items = [{"kind": "survey", "text": text, "external_id": "7"} for text in texts]
    answer = send(BATCH, {"items": items})
    assert statuses(answer) == ["accepted", "duplicate", "updated", "duplicate", "updated"]
    assert len({item["id"] for item in answer.json()["items"]}) == 1
    [row] = stored()
    assert (row.text, row.revision) == ("one", 3)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"{}", ["items"]),
        (b"[]", ["items"]),
        (b"null", ["items"]),
        (b'{"items": {}}', ["items"]),
        (b'{"items": []}', ["items"]),
        (b'{"items": [{"kind": "survey", "text": "x"}], "dry_run": true}', ["dry_run"]),
    ],
)
def test_a_body_that_is_no_batch_is_refused(send: Send, body: bytes, names: list[str]) -> None:
    answer = send(BATCH, body)
    assert (answer.status_code, names_at_fault(answer)) == (422, names)


@pytest.mark.parametrize("body", [b"", b"{", b'{"items": [', b"\xff", b"[" * 100_000])
def test_broken_json_is_told_apart(send: Send, body: bytes) -> None:
    answer = send(BATCH, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


def test_a_thousand_items_are_accepted_and_one_more_is_not(send: Send, stored: Stored) -> None:
    too_many = send(BATCH, {"items": [GOOD] * 1001})
    assert (too_many.status_code, too_many.json()["code"]) == (413, "too_many_items")
    assert send(BATCH, {"items": [GOOD] * 1000}).json()["accepted"] == 1000
    assert len(stored()) == 1000


def test_a_body_of_six_megabytes_is_refused(send: Send) -> None:
    assert send(BATCH, {"items": [{**GOOD, "text": "x" * 6_000_000}]}).status_code == 413


def test_a_form_is_no_batch(send: Send) -> None:
    answer = send(BATCH, b"items=1", **{"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 415


def test_a_dry_run_shows_what_would_be_stored_and_stores_nothing(
    send: Send, stored: Stored
) -> None:
    items = [
        {"kind": "survey", "text": " mail jane@example.com ", "stage": "Decision", "customer": "c"},
        {"kind": "survey"},
    ]
    answer = send(f"{BATCH}?dry_run=true", {"items": items})
    assert answer.status_code == 200
    assert (answer.json()["valid"], answer.json()["invalid"]) == (1, 1)
    record = answer.json()["items"][0]["record"]
    assert (record["text"], record["stage_sent"]) == ("mail [email]", "purchase")
    assert not {"workspace_id", "customer_ref", "content_hash"} & record.keys()
    assert stored() == []


def test_a_dry_run_shows_items_in_the_form_in_which_they_are_read(
    client: TestClient, keys: Keys, send: Send
) -> None:
    rating = {"value": 3, "scale": "nps"}
    sent = [GOOD, {**GOOD, "rating": rating}, {"kind": "ticket", "text": "x", "priority": "high"}]
    for item in sent:
        [shown] = send(f"{BATCH}?dry_run=true", {"items": [item]}).json()["items"]
        [stored] = send(BATCH, {"items": [item]}).json()["items"]
        path = f"/v1/feedback/{stored['id']}"
        read = client.get(path, headers=bearer(keys.read)).json()
        record = shown["record"]
        assert record == {name: read[name] for name in record} | {"occurred_at": None}
        assert {"rating", "priority", "status"} <= record.keys()


def test_a_batch_without_a_valid_item_is_answered(send: Send, stored: Stored) -> None:
    answer = send(BATCH, {"items": [{"kind": "survey"}]}, key="k-1")
    assert (answer.status_code, answer.json()["invalid"]) == (200, 1)
    assert stored() == []


def test_scales_with_and_without_bounds_go_together(send: Send, stored: Stored) -> None:
    ratings = [
        {"value": 3, "scale": "nps"},
        {"value": 3, "scale": "nps", "min": 0, "max": 10},
        {"value": 2.5, "scale": "other", "min": -5, "max": 5.5},
        None,
    ]
    answer = send(BATCH, {"items": [{**GOOD, "rating": rating} for rating in ratings]})
    assert answer.json()["accepted"] == 4
    assert len({row.content_hash for row in stored()}) == 3
