"""What people said becomes training data that ``voc train`` reads."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from models.mention import Mention
from models.workspace import Workspace
from nlp.labelled.examples import UNKNOWN, read_examples
from nlp.labels import HEADS
from service.db import Database
from tests.credentials import Keys, bearer
from tests.service.exports.conftest import CHECKOUT, Fetch
from tests.service.rows import Said, write


@pytest.fixture
def items(database: Database, workspace: Workspace) -> list[str]:
    """Three items of two mentions each."""
    with database.write() as session:
        return [
            str(
                write(
                    session,
                    workspace.id,
                    [Said(*CHECKOUT, severity=2, text=f"card {i}"), Said("usage", "product")],
                    question="Why this score?",
                    subject="=Checkout",
                    language_read="en",
                    kind="review",
                ).id
            )
            for i in range(3)
        ]


def lines(fetch: Fetch, **params: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in fetch("corrections", **params).text.splitlines()]


def test_voc_train_reads_what_people_said(
    client: TestClient, keys: Keys, fetch: Fetch, items: list[str], tmp_path: Path
) -> None:
    def judge(item: str, number: int, **labels: Any) -> None:
        path = f"/v1/feedback/{item}/mentions/{number}"
        assert client.patch(path, json=labels, headers=bearer(keys.manage)).status_code == 200

    judge(items[0], 0, stage="purchase", touchpoint="billing", severity=3)
    judge(items[1], 1, sentiment="neutral", touchpoint="unassigned")
    judge(items[2], 0, emotion="anger")
    judge(items[2], 0, emotion=None)

    file = tmp_path / "corrections.jsonl"
    file.write_bytes(fetch("corrections").content)
    neutral, billed = read_examples(file)
    assert (billed.text, billed.kind, billed.question) == ("card 0", "review", "Why this score?")
    assert (billed.subject, billed.language) == ("=Checkout", "en")
    assert billed.primary["touchpoint"] == "billing"
    assert billed.primary["severity"] == "3"
    assert billed.primary["stage"] == "purchase"
    assert billed.labels[0]["sentiment"] == UNKNOWN
    assert neutral.primary == {"sentiment": "neutral", "touchpoint": "none", "severity": "0"}
    assert HEADS["touchpoint"][neutral.labels[0]["touchpoint"]] == "none"


def test_a_stage_that_stands_for_several_does_not_say_which(
    client: TestClient, keys: Keys, fetch: Fetch, items: list[str]
) -> None:
    path = f"/v1/feedback/{items[0]}/mentions/1"
    body = {"stage": "retention", "emotion": "anger"}
    assert client.patch(path, json=body, headers=bearer(keys.manage)).status_code == 200
    [line] = lines(fetch)
    assert "stage" not in line
    assert line["emotion"] == "anger"


def test_filters_apply(client: TestClient, keys: Keys, fetch: Fetch, items: list[str]) -> None:
    for item in items:
        body = {"sentiment": "negative"}
        path = f"/v1/feedback/{item}/mentions/0"
        assert client.patch(path, json=body, headers=bearer(keys.manage)).status_code == 200
    assert len(lines(fetch)) == 3
    assert lines(fetch, touchpoint="product") == []
    assert lines(fetch, kind="survey") == []


def test_a_label_of_the_workspaces_own_is_not_taught_to_the_model(
    fetch: Fetch,
    client: TestClient,
    keys: Keys,
    database: Database,
    workspace: Workspace,
    items: list[str],
) -> None:
    path = f"/v1/feedback/{items[0]}/mentions/0"
    client.patch(path, json={"stage": "purchase"}, headers=bearer(keys.manage))
    with database.write() as session:
        mention = session.get(Mention, (workspace.id, UUID(items[0]), 0))
        assert mention
        mention.stage = "purchase+moving-in"
    assert lines(fetch) == []
