"""POST /v1/analyze."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.feedback import Feedback
from service.analysis.schemas import ANSWER_EXAMPLE, MAX_ITEMS, REQUEST_EXAMPLE, AnalyzeOut
from service.db import Database
from service.settings import Settings
from tests.credentials import Keys, bearer

SLOW = {"text": "The checkout was slow. I love the app"}
BOTH = {"text": "The checkout was slow. I love the app. Great support"}


def post(client: TestClient, keys: Keys, body: Any, **params: str) -> Any:
    headers = bearer(keys.read) | {"Content-Type": "application/json"}
    content = json.dumps(body)  # ASCII: carries halves of surrogate pairs, too
    return client.post("/v1/analyze", content=content, params=params, headers=headers)


def test_texts_are_read_in_order_and_nothing_is_stored(
    client: TestClient, keys: Keys, database: Database
) -> None:
    answer = post(client, keys, {"items": [BOTH, {"text": ""}]})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["journey"], body["model"]) == ("five-stage", "1-000000000000")
    first, second = body["items"]
    assert (first["sentiment"], first["stage"], first["touchpoint"]) == (
        "mixed",
        "purchase",
        "checkout",
    )
    spans = [(m["start"], m["end"], m["text"]) for m in first["mentions"]]
    assert spans == [
        (0, 21, "The checkout was slow"),
        (23, 37, "I love the app"),
        (39, 52, "Great support"),
    ]
    main, other, _ = first["mentions"]
    assert (main["confidence"]["stage"], other["stage"]) == (0.9, "retention")
    assert main["candidates"]["stage"] == [{"key": "purchase", "p": 0.9}]
    assert first["confidence"]["stage"] < 0.9
    assert [one["key"] for one in first["candidates"]["stage"]] == ["purchase", "retention"]
    assert (second["mentions"], second["confidence"], second["stage"]) == ([], None, "unassigned")
    with database.read() as session:
        assert session.exec(select(Feedback)).all() == []


@pytest.mark.parametrize(("stars", "conflict"), [(5, True), (1, False), (None, False)])
def test_a_rating_may_contradict_the_text_and_decides_nothing(
    client: TestClient, keys: Keys, stars: int | None, conflict: bool
) -> None:
    rated = {"rating": {"value": stars, "scale": "stars"}} if stars else {}
    answer = post(client, keys, {"items": [{"text": "Broken"} | rated]})
    (item,) = answer.json()["items"]
    assert (item["rating_conflict"], item["sentiment"]) == (conflict, "negative")


def test_stages_are_those_of_the_journey_asked_for(client: TestClient, keys: Keys) -> None:
    body = post(client, keys, {"items": [SLOW]}, journey="eight-stage").json()
    assert [mention["stage"] for mention in body["items"][0]["mentions"]] == ["purchase", "usage"]
    assert body["journey"] == "eight-stage"


def test_an_unknown_journey_is_refused_with_the_known_ones(client: TestClient, keys: Keys) -> None:
    answer = post(client, keys, {"items": [SLOW]}, journey="nine-stage")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_journey")
    assert "four-stage" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("items", "name"),
    [
        ([], "items"),
        ([SLOW] * (MAX_ITEMS + 1), "items"),
        ([SLOW, {}], "items.1.text"),
        ([SLOW, SLOW | {"kind": "rumour"}], "items.1.kind"),
        ([{"text": "a\0b"}], "items.0.text"),
        ([{"text": "half \ud83d a pair"}], "items.0.text"),
        ([SLOW | {"rating": {"value": 11, "scale": "nps"}}], "items.0.rating"),
        ([SLOW | {"language": "English!"}], "items.0.language"),
        ([SLOW | {"stage": "purchase"}], "items.0.stage"),
        ([{"text": "x" * 150_000}, {"text": "x" * 60_000}], "items.1.text"),
    ],
)
def test_what_cannot_be_read_is_named(
    client: TestClient, keys: Keys, items: list[Any], name: str
) -> None:
    answer = post(client, keys, {"items": items})
    assert answer.status_code == 422
    assert name in {param["name"] for param in answer.json()["invalid_params"]}


def test_a_read_key_is_needed(client: TestClient, keys: Keys) -> None:
    body = {"items": [SLOW]}
    assert client.post("/v1/analyze", json=body).status_code == 401
    sent = client.post("/v1/analyze", json=body, headers=bearer(keys.ingest))
    assert sent.status_code == 403


def test_the_documented_request_is_answered_in_the_documented_form(
    client: TestClient, keys: Keys, settings: Settings
) -> None:
    answer = post(client, keys, REQUEST_EXAMPLE)
    assert answer.status_code == 200
    assert answer.json().keys() == ANSWER_EXAMPLE.keys()
    documented = AnalyzeOut.model_validate(ANSWER_EXAMPLE)
    assert documented.model_dump() == ANSWER_EXAMPLE
    text = REQUEST_EXAMPLE["items"][0]["text"]
    for mention in documented.items[0].mentions:
        assert text[mention.start : mention.end] == mention.text
