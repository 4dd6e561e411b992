"""Which readings are worth a person's look, and how they leave the queue."""

from math import log2
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.mention import Mention
from models.workspace import Workspace
from service.db import Database
from tests.credentials import Keys, bearer
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import Said, write

TEXTS = ("big and unsure", "big and unsurer", "sure", "alone and unsurest")


@pytest.fixture
def doubtful(database: Database, workspace: Workspace) -> None:
    """Three mentions of checkout, one of the product."""
    with database.write() as session:
        for text, cell, confidence in (
            (TEXTS[0], CHECKOUT, 0.5),
            (TEXTS[1], CHECKOUT, 0.4),
            (TEXTS[2], CHECKOUT, 0.8),
            (TEXTS[3], PRODUCT, 0.3),
        ):
            write(session, workspace.id, [Said(*cell, confidence=confidence, text=text)])


def texts(answer: Any) -> list[str]:
    return [item["text"] for item in answer["items"]]


def test_doubt_weighs_more_in_big_cells(get: Get, doubtful: None) -> None:
    answer = get("/v1/review")
    assert texts(answer) == [TEXTS[1], TEXTS[0], TEXTS[3]]
    assert (answer["waiting"], answer["considered"]) == (3, 4)
    first = answer["items"][0]
    assert (first["least_sure"], first["doubt"], first["cell_mentions"]) == ("sentiment", 0.6, 3)
    assert first["priority"] == round(0.6 * log2(4), 3)
    assert first["candidates"]["stage"] == [{"key": "unassigned", "p": 0.1}]


def test_filters_and_limit_narrow(get: Get, doubtful: None) -> None:
    assert texts(get("/v1/review", touchpoint="product")) == [TEXTS[3]]
    assert texts(get("/v1/review", limit=1)) == [TEXTS[1]]
    assert texts(get("/v1/review", kind="ticket")) == []


def test_cells_are_those_of_the_journey(get: Get, doubtful: None) -> None:
    [first, *_] = get("/v1/review", journey="four-stage", stage="post-purchase")["items"]
    assert (first["stage"], first["confirm"]["stage"]) == ("post-purchase", "post-purchase")


def test_a_confirmed_reading_leaves_the_queue(
    client: TestClient, keys: Keys, get: Get, doubtful: None
) -> None:
    first = get("/v1/review")["items"][0]
    assert judge(client, keys, first, first["confirm"]) == 200
    assert texts(get("/v1/review")) == [TEXTS[0], TEXTS[3]]
    [mention] = get(f"/v1/feedback/{first['feedback_id']}")["analysis"]["mentions"]
    assert mention["provenance"]["stage"] == "human"
    assert mention["confidence"]["sentiment"] == 1
    assert (mention["stage"], mention["sentiment"]) == (first["stage"], first["sentiment"])


def test_so_does_one_that_is_put_right(
    client: TestClient, keys: Keys, get: Get, doubtful: None
) -> None:
    first = get("/v1/review")["items"][0]
    assert judge(client, keys, first, {"sentiment": "positive"}) == 200
    assert TEXTS[1] not in texts(get("/v1/review"))


def test_a_reading_that_was_taken_back_returns(
    client: TestClient, keys: Keys, get: Get, doubtful: None
) -> None:
    first = get("/v1/review")["items"][0]
    judge(client, keys, first, {"sentiment": "positive"})
    judge(client, keys, first, {"sentiment": None})
    assert texts(get("/v1/review"))[0] == TEXTS[1]


def judge(client: TestClient, keys: Keys, item: Any, body: dict[str, Any]) -> int:
    path = f"/v1/feedback/{item['feedback_id']}/mentions/{item['ordinal']}"
    return client.patch(path, json=body, headers=bearer(keys.manage)).status_code


def test_what_the_sender_stated_is_not_doubted(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        row = write(session, workspace.id, [Said(*CHECKOUT)])
        mention = session.get(Mention, (workspace.id, row.id, 0))
        assert mention
        mention.confidence = mention.confidence | {"stage": 0.1, "touchpoint": 0.7}
        mention.stage_provenance = "explicit"
    [item] = get("/v1/review")["items"]
    assert (item["least_sure"], item["doubt"]) == ("touchpoint", 0.3)


def test_nobody_else_sees_it(client: TestClient, other_keys: Keys, doubtful: None) -> None:
    assert client.get("/v1/review", headers=bearer(other_keys.read)).json()["items"] == []
