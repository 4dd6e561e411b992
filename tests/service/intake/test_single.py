"""One item a request: what is stored, and what is refused."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.intake.schemas import REVIEW_EXAMPLE, SURVEY_EXAMPLE, TICKET_EXAMPLE
from tests.credentials import Keys, bearer
from tests.service.conftest import Analyse
from tests.service.intake.conftest import (
    BATCH,
    REVIEWS,
    SURVEYS,
    TICKETS,
    Send,
    Stored,
    names_at_fault,
    reason,
)


@pytest.mark.parametrize(
    ("path", "body"),
    [(SURVEYS, SURVEY_EXAMPLE), (REVIEWS, REVIEW_EXAMPLE), (TICKETS, TICKET_EXAMPLE)],
)
def test_an_item_is_accepted_with_its_id_and_place(
    send: Send, stored: Stored, path: str, body: dict[str, Any]
) -> None:
    answer = send(path, body)
    assert answer.status_code == 202
    [row] = stored()
    assert answer.json() == {"id": str(row.id), "status": "accepted", "state": "pending"}
    assert answer.headers["location"] == f"/v1/feedback/{row.id}"


def test_what_is_stored_is_normalised_redacted_and_hashed(send: Send, stored: Stored) -> None:
    send(
        SURVEYS,
        {
            "text": "  Write to jane@example.com\r\nor ring +49 170 1234567  ",
            "subject": "From jane@example.com",
            "question": "May we write to jane@example.com?",
            "customer": "c-17",
            "language": "en_GB",
            "attributes": {
                "contact": "jane@example.com",
                "seats": 3,
                "plan": None,
                "a": "",
                "b": " \u200b",
            },
            "rating": {"value": 3, "scale": "nps"},
        },
    )
    [row] = stored()
    assert row.text == "Write to [email]\nor ring [phone]"
    assert (row.subject, row.question) == ("From [email]", "May we write to [email]?")
    assert row.attributes == {"contact": "[email]", "seats": 3}
    assert row.customer_ref is not None
    assert len(row.customer_ref) == 64
    assert (row.language, row.source, row.channel) == ("en", "api", "other")
    assert (row.rating_norm, row.rating_min, row.rating_max) == (0.3, 0, 10)
    assert row.occurred_at == row.received_at


def test_a_ticket_is_stored_with_the_customers_words_only(send: Send, stored: Stored) -> None:
    send(TICKETS, TICKET_EXAMPLE)
    [row] = stored()
    assert row.text == "My parcel is a week late.\n\nStill nothing. I want my money back."
    assert (row.ticket_priority, row.ticket_status) == ("high", "open")
    assert (row.stage_sent, row.touchpoint_sent) == ("purchase", "delivery")


def test_what_tells_a_ticket_apart_is_redacted_too(send: Send, stored: Stored) -> None:
    said = {
        "source": "mail of bob@example.com",
        "priority": "bob@example.com",
        "status": "0170 1234567",
    }
    send(TICKETS, {"text": "Broken", "language": "de", **said})
    [row] = stored()
    assert re.fullmatch(r"mail of \[email\]_[0-9a-f]{8}", row.source)
    assert (row.ticket_priority, row.ticket_status) == ("[email]", "[phone]")


@pytest.mark.parametrize("external_id", ["bob@example.com", "+49 170 1234567", "T of 192.0.2.7"])
def test_an_external_id_that_tells_a_person_is_a_keyed_hash(
    client: TestClient, keys: Keys, send: Send, stored: Stored, external_id: str
) -> None:
    sent = {"text": "Broken", "external_id": external_id}
    for language, status in (("en", "accepted"), ("de", "updated"), ("de", "duplicate")):
        assert send(SURVEYS, sent | {"language": language}).json()["status"] == status
    [row] = stored()
    assert row.external_id
    assert re.fullmatch("[0-9a-f]{64}", row.external_id)
    for path in ("/v1/feedback", "/v1/exports/feedback"):
        found = client.get(path, params={"external_id": external_id}, headers=bearer(keys.manage))
        assert row.external_id in found.text
        assert external_id not in found.text
    shown = send(BATCH + "?dry_run=true", {"items": [{"kind": "survey"} | sent]}).json()
    assert shown["items"][0]["record"]["external_id"] == row.external_id


def test_a_number_in_one_piece_is_kept_for_it_is_the_sender_s(send: Send, stored: Stored) -> None:
    send(SURVEYS, {"text": "Broken", "external_id": "01701234567"})
    assert [row.external_id for row in stored()] == ["01701234567"]


MAILBOXES = ("support@acme.com", "sales@acme.com", "store-1.2.3.4", "Desk of sales@acme.com")


def test_sources_that_tell_a_person_stay_apart(send: Send, stored: Stored) -> None:
    for status in ("accepted", "duplicate"):
        for source in MAILBOXES:
            sent = {"text": "Broken", "source": source, "external_id": "1"}
            assert send(SURVEYS, sent).json()["status"] == status
    for row, form in zip(
        stored(), ("[email]", "[email]", "store-[ip]", "Desk of [email]"), strict=True
    ):
        assert re.fullmatch(re.escape(form) + "_[0-9a-f]{8}", row.source)
    again = send(SURVEYS, {"text": "Broken", "source": stored()[0].source, "external_id": "1"})
    assert again.json()["status"] == "duplicate"


def test_a_source_is_found_by_what_was_sent(client: TestClient, keys: Keys, send: Send) -> None:
    for source in MAILBOXES:
        send(SURVEYS, {"text": f"From {len(source)}", "source": source})
    for source in MAILBOXES:
        for path in ("/v1/feedback", "/v1/exports/feedback"):
            found = client.get(path, params={"source": source}, headers=bearer(keys.manage))
            assert re.findall(r"From (\d+)", found.text) == [str(len(source))]
            assert source not in found.text


def test_the_other_side_is_found_by_the_source_that_was_sent(
    client: TestClient, keys: Keys, send: Send, analyse: Analyse
) -> None:
    for count, source in enumerate(MAILBOXES, start=1):
        for number in range(count):
            send(SURVEYS, {"text": f"Broken {number}", "source": source})
    analyse()
    asked = {"source": MAILBOXES[1], "compare.source": MAILBOXES[2]}
    found = client.get("/v1/journey", params=asked, headers=bearer(keys.manage)).json()
    assert (found["overall"]["items"], found["compared_with"]["items"]) == (2, 3)


def test_a_source_that_is_a_number_in_one_piece_is_kept(send: Send, stored: Stored) -> None:
    send(SURVEYS, {"text": "Broken", "source": "0123456789"})
    assert [row.source for row in stored()] == ["0123456789"]


def test_it_is_another_in_another_workspace(
    client: TestClient, keys: Keys, other_keys: Keys, stored: Stored
) -> None:
    for secret in (keys.ingest, other_keys.ingest):
        body = {"text": "x", "external_id": "bob@example.com"}
        client.post(SURVEYS, json=body, headers=bearer(secret))
    assert len({row.external_id for row in stored()}) == 2


def test_a_rating_alone_is_feedback(send: Send, stored: Stored) -> None:
    assert send(SURVEYS, {"text": None, "rating": {"value": 9, "scale": "nps"}}).status_code == 202
    assert stored()[0].text == ""


@pytest.mark.parametrize("text", ["", "  \n ", None, "\u200b", "\u200b \ufe0f\u3164"])
def test_neither_words_nor_rating_is_refused(send: Send, text: str | None) -> None:
    answer = send(SURVEYS, {"text": text})
    assert answer.status_code == 422
    assert names_at_fault(answer) == ["text"]


def test_invisible_characters_beside_a_rating_are_no_text(send: Send, stored: Stored) -> None:
    body = {"text": "\u200b", "rating": {"value": 3, "scale": "nps"}}
    assert send(SURVEYS, body).status_code == 202
    assert stored()[0].text == ""


def test_a_ticket_with_only_the_agents_words_is_refused(send: Send) -> None:
    parts = [{"author_role": "agent", "text": "Hello!"}]
    assert "rating" in reason(send(TICKETS, {"conversation": parts}))


@pytest.mark.parametrize("stage", ["purchase", "PURCHASE", " Decision "])
def test_a_stage_is_known_by_key_name_or_alias(send: Send, stored: Stored, stage: str) -> None:
    assert send(SURVEYS, {"text": "x", "stage": stage}).status_code == 202
    assert stored()[0].stage_sent == "purchase"


def test_an_unknown_stage_is_refused_with_the_known_ones(send: Send) -> None:
    answer = send(SURVEYS, {"text": "x", "stage": "checkout-ish"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "unknown_stage"
    assert "advocacy" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "names"),
    [
        (b'{"text": "a\\u0000b"}', 422, ["text"]),
        (b'{"text": "half \\ud800"}', 422, ["text"]),
        (b'{"text": 5}', 422, ["text"]),
        (b'{"text": ["x"]}', 422, ["text"]),
        (b'{"text": "x", "rating": 5}', 422, ["rating"]),
        (b'{"text": "x", "rating": {"value": NaN, "scale": "nps"}}', 422, ["rating.value"]),
        (b'{"text": "x", "rating": {"value": 12, "scale": "nps"}}', 422, ["rating"]),
        (b'{"text": "x", "channel": "carrier pigeon"}', 422, ["channel"]),
        (b'{"text": "x", "occurred_at": "1970-01-01T00:00:00Z"}', 422, ["occurred_at"]),
        (b'{"text": "x", "occurred_at": "2999-01-01T00:00:00Z"}', 422, ["occurred_at"]),
        (b'{"text": "x", "occurred_at": 0}', 422, ["occurred_at"]),
        (b'{"text": "x", "attributes": {"a": {}}}', 422, ["attributes.a"]),
        (b'{"text": "x", "comment": "y"}', 422, ["comment"]),
        (b'{"text": "x", "kind": "review"}', 422, ["kind"]),
    ],
)
def test_a_bad_field_is_named(send: Send, body: bytes, status: int, names: list[str]) -> None:
    answer = send(SURVEYS, body)
    assert (answer.status_code, names_at_fault(answer)) == (status, names)


@pytest.mark.parametrize("body", [b"", b"{", b'{"text": "x"', b"\xff\xfe", b"[" * 100_000])
def test_broken_json_is_a_4xx(send: Send, body: bytes) -> None:
    assert send(SURVEYS, body).status_code in (400, 422)


@pytest.mark.parametrize(
    "text", ["👩‍👩‍👧 😡", "שירות גרוע מאוד", "خدمة سيئة", "最悪でした", "a\u0301" * 50]
)
def test_every_script_is_welcome(send: Send, stored: Stored, text: str) -> None:
    assert send(SURVEYS, {"text": text}).status_code == 202
    assert len(stored()) == 1


def test_a_text_of_a_megabyte_is_refused_with_the_limit(send: Send) -> None:
    answer = send(REVIEWS, {"text": "x" * 1_000_000})
    assert answer.status_code == 422
    assert "200,000" in reason(answer)


def test_a_body_of_six_megabytes_is_refused(send: Send) -> None:
    assert send(SURVEYS, {"text": "x" * 6_000_000}).status_code == 413


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (b"1" * 4301, "The body has a number of more than 4,300 digits; send it as text."),
        (b"[" * 3000 + b"]" * 3000, "The body is nested too deeply; leave levels out."),
    ],
)
def test_json_that_python_can_not_read_is_told_what_it_is(
    send: Send, value: bytes, detail: str
) -> None:
    answer = send(SURVEYS, b'{"text": "a", "rating": ' + value + b"}")
    assert (answer.status_code, answer.json()["detail"]) == (400, detail)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<p>Write to bob&#64;example.com</p>", "Write to [email]"),
        ("Ring +49&nbsp;170&nbsp;1234567", "Ring [phone]"),
        ("<b>4111&nbsp;1111</b>&nbsp;1111&#160;1111 was refused", "[card] was refused"),
        ('<a href="mailto:bob%40example.com">me</a>', "me"),
        ("<p>bob<wbr>@<i>example</i>.com</p>", "[email]"),
    ],
)
def test_html_hides_nothing_from_redaction(
    send: Send, stored: Stored, text: str, kept: str
) -> None:
    assert send(SURVEYS, {"text": text}).status_code == 202
    assert [row.text for row in stored()] == [kept]


def test_html_without_words_is_empty(send: Send) -> None:
    answer = send(SURVEYS, {"text": '<div><img src="x.png"></div>'})
    assert (answer.status_code, names_at_fault(answer)) == (422, ["text"])


def test_other_types_of_body_are_refused(send: Send) -> None:
    assert send(SURVEYS, b"text=x", **{"content-type": "text/plain"}).status_code in (415, 422)


def test_a_key_that_may_only_read_can_not_send(client: TestClient, keys: Keys) -> None:
    answer = client.post(SURVEYS, json={"text": "x"}, headers=bearer(keys.read))
    assert answer.status_code == 403


def test_the_same_external_id_in_two_workspaces_is_two_things(
    client: TestClient, keys: Keys, other_keys: Keys, stored: Stored
) -> None:
    body = {"text": "x", "external_id": "1", "customer": "c-1"}
    for secret in (keys.ingest, other_keys.ingest):
        answer = client.post(SURVEYS, json=body, headers=bearer(secret))
        assert answer.json()["status"] == "accepted"
    one, two = stored()
    assert one.workspace_id != two.workspace_id
    assert one.customer_ref != two.customer_ref
