"""Stages and touchpoints that are learned from examples: everywhere, exactly, and reversibly."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlmodel import delete, select

from models.feedback import Feedback
from models.learning import Learning
from models.mention_vector import MentionVector
from models.workspace import Workspace
from service.analysis.engine import Engine
from service.analysis.service import BatchAnalyzer
from service.corrections.relabel import relabel
from service.db import Database
from service.journey.learning import MIN_BACKGROUND
from service.journey.trained_labels import load_trained
from service.settings import Settings
from service.verify.checks import verify
from tests.credentials import Keys, bearer
from tests.fakes import FakeAnalyzer
from tests.service.analysis.conftest import AddFeedback

EXAMPLES = [
    "The handover of the flat was bad",
    "Great handover of our flat",
    "At the handover the flat was dirty",
    "Nobody came to the handover of the flat",
    "The flat had no keys at the handover",
    "A slow handover and a cold flat",
    "We love how the handover of the flat went",
    "The flat and its handover were fine",
]
MOVING_IN = {
    "key": "moving-in",
    "name": "Moving in",
    "description": "The handover of the flat.",
    "examples": EXAMPLES,
}
LIFT = {
    "key": "lift",
    "name": "Lift",
    "description": "The lift of the house.",
    "examples": [text.replace("handover", "lift").replace("flat", "house") for text in EXAMPLES],
}
LEARNED = {"preset": "eight-stage", "stages": [MOVING_IN]}
BOTH = LEARNED | {"touchpoints": [LIFT]}
SAID = "The handover of the flat was slow. The app is great"

Put = Callable[..., Any]
Get = Callable[..., Any]
Work = Callable[..., None]


@pytest.fixture
def put(client: TestClient, keys: Keys) -> Put:
    """Put a definition in force: ``put(LEARNED)``, ``put(LEARNED, dry_run=True)``."""

    def send(body: Any, status: int = 200, **params: Any) -> Any:
        answer = client.put(
            "/v1/journey/definition", json=body, params=params, headers=bearer(keys.manage)
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    return send


@pytest.fixture
def get(client: TestClient, keys: Keys) -> Get:
    """The JSON that the reader gets."""

    def ask(path: str, **params: Any) -> Any:
        answer = client.get(path, params=params, headers=bearer(keys.read))
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


@pytest.fixture
def work(database: Database, settings: Settings) -> Work:
    """Do all work there is, and find nothing wrong afterwards."""

    def run(version: str = "1") -> None:
        analyzer = FakeAnalyzer(version)
        batch_analyzer = BatchAnalyzer(database, Engine(analyzer), settings)
        while batch_analyzer.run_once(lambda: True):
            pass
        assert verify(database).clean
        run.read = sum(analyzer.calls)  # type: ignore[attr-defined]

    return run


def stages(get: Get, **params: Any) -> dict[str, int]:
    found = get("/v1/journey", **params)["stages"]
    return {stage["key"]: stage["mentions"] for stage in found if stage["mentions"]}


def mention(get: Get, key: UUID, **params: Any) -> Any:
    return get(f"/v1/feedback/{key}", **params)["analysis"]["mentions"][0]


def test_a_dry_run_shows_the_estimate_and_stores_nothing(put: Put, get: Get) -> None:
    [learned] = put(LEARNED, dry_run=True)["learned"]
    assert (learned["axis"], learned["key"]) == ("stage", "moving-in")
    assert learned["recall"]["n"] == len(EXAMPLES)
    assert 0 <= learned["recall"]["low"] <= learned["recall"]["high"] <= 1
    assert learned["false_alarms"]["n"] > 0
    assert get("/v1/journey/definition")["version"] == 0


def test_the_estimate_stays_with_the_definition(put: Put, get: Get) -> None:
    saved = put(LEARNED)
    assert saved["journey"] == "custom"
    assert saved["learned"]
    assert get("/v1/journey/definition") == saved
    assert put(LEARNED) == saved


def test_new_feedback_is_labelled_as_it_is_analysed(
    put: Put, get: Get, add: AddFeedback, work: Work
) -> None:
    put(LEARNED)
    key = add(SAID)
    work()
    assert stages(get) == {"moving-in": 1, "usage": 1}
    found = mention(get, key)
    assert found["stage"] == "moving-in"
    assert found["provenance"]["stage"] == "learned"
    assert found["candidates"]["stage"][0]["key"] == "moving-in"


def test_feedback_that_says_nothing_is_done(
    put: Put, get: Get, add: AddFeedback, work: Work
) -> None:
    put(LEARNED)
    key = add("n/a")
    work()
    assert get(f"/v1/feedback/{key}")["state"] == "done"


def test_stored_feedback_is_labelled_without_reading_it_again(
    put: Put, get: Get, add: AddFeedback, work: Work
) -> None:
    add(SAID)
    work()
    before = get("/v1/journey")
    put(BOTH)
    work()
    assert work.read == 0  # type: ignore[attr-defined]
    assert stages(get) == {"moving-in": 1, "usage": 1}
    assert stages(get, journey="eight-stage") == {"unassigned": 1, "usage": 1}
    put({"preset": "five-stage"})
    work()
    after = get("/v1/journey")
    for volatile in ("as_of", "version"):
        before.pop(volatile)
        after.pop(volatile)
    assert after == before


@pytest.mark.parametrize("attr", [{}, {"since": "2026-03-01T06:00:00Z"}])
def test_every_read_knows_the_label(
    put: Put, get: Get, add: AddFeedback, work: Work, attr: dict[str, str]
) -> None:
    put(BOTH)
    add(SAID.replace("handover of the flat", "lift of the house") + ". " + SAID)
    work()
    params = {"stage": "Moving in"} | attr
    assert stages(get, **params) == {"moving-in": 1}
    [pain] = get("/v1/pain-points", **params)["items"]
    assert (pain["stage"], pain["mentions"], pain["items"]) == ("moving-in", 1, 1)
    assert [v["text"] for v in pain["verbatims"]] == ["The handover of the flat was slow"]
    evidence = get(f"/v1/pain-points/{pain['id']}/mentions", **attr)["items"]
    assert [each["stage"] for each in evidence] == ["moving-in"]
    assert len(get("/v1/feedback", **params)["items"]) == 1
    series = get("/v1/trends", group="stage", by="day", **params)["series"]
    assert [each["key"] for each in series if each["points"][0]["mentions"]] == ["moving-in"]
    lift = get("/v1/pain-points", touchpoint="lift", **attr)["items"]
    assert [(each["touchpoint"], each["mentions"]) for each in lift] == [("lift", 1)]


def test_texts_analysed_on_the_spot_have_it_too(put: Put, client: TestClient, keys: Keys) -> None:
    put(LEARNED)
    answer = client.post(
        "/v1/analyze", json={"items": [{"text": SAID}]}, headers=bearer(keys.read)
    ).json()
    assert [each["stage"] for each in answer["items"][0]["mentions"]] == ["moving-in", "usage"]


def test_what_the_sender_states_wins(put: Put, get: Get, add: AddFeedback, work: Work) -> None:
    put(LEARNED)
    stated = add("The app is slow", stage_sent="moving-in")
    other = add("The handover of the flat was slow", stage_sent="usage")
    work()
    assert mention(get, stated)["stage"] == "moving-in"
    assert mention(get, stated)["provenance"]["stage"] == "explicit"
    assert mention(get, other)["stage"] == "usage"


def test_people_win_over_what_was_learned_and_can_teach_it(
    put: Put, get: Get, add: AddFeedback, work: Work, client: TestClient, keys: Keys
) -> None:
    put(LEARNED)
    key = add(SAID)
    work()

    def correct(**body: Any) -> Any:
        path = f"/v1/feedback/{key}/mentions/0"
        answer = client.patch(path, json=body, headers=bearer(keys.manage))
        assert answer.status_code == 200, answer.text
        return answer.json()["analysis"]["mentions"][0]

    before = mention(get, key)
    assert correct(stage="usage")["stage"] == "usage"
    work()
    assert correct(stage=None) == before
    assert correct(stage="Moving In")["provenance"]["stage"] == "human"
    put({"preset": "eight-stage"})
    work()
    assert mention(get, key)["stage"] == "unassigned"
    put(LEARNED)
    work()
    assert mention(get, key)["stage"] == "moving-in"


def test_another_model_is_taught_before_it_reads(
    put: Put, get: Get, add: AddFeedback, work: Work, database: Database
) -> None:
    put(LEARNED)
    key = add(SAID)
    work()
    work("2")
    assert mention(get, key)["stage"] == "moving-in"
    with database.read() as session:
        assert session.exec(select(Learning)).one().finished


def test_what_was_learned_without_feedback_is_learned_again_with_it(
    put: Put, get: Get, add: AddFeedback, work: Work, database: Database, workspace: Workspace
) -> None:
    """In a new workspace, and for a new model; with the same result as if it had been there."""
    [alone] = put(LEARNED)["learned"]
    for number in range(MIN_BACKGROUND // 2):
        add(f"{SAID} number{number}")
    work()
    [learned] = get("/v1/journey/definition")["learned"]
    assert learned["false_alarms"]["n"] == alone["false_alarms"]["n"] + MIN_BACKGROUND
    assert put(LEARNED | {"touchpoints": [{"key": "support", "owner": "Ana"}]})["learned"] == [
        learned
    ]
    work()
    work("2")
    with database.read() as session:
        [one] = load_trained(session, workspace.id, 2, Engine(FakeAnalyzer("1")).version)
        [two] = load_trained(session, workspace.id, 2, Engine(FakeAnalyzer("2")).version)
        assert session.exec(select(Learning)).one().finished
    assert two.estimate == one.estimate
    assert np.allclose(two.probe.weights, one.probe.weights, atol=0.01)


def test_labels_are_learned_again_as_feedback_doubles_until_there_is_enough(
    put: Put, get: Get, add: AddFeedback, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.journey.learning.MIN_BACKGROUND", 2)
    for user in ("service.journey.learning", "service.analysis.relabelling"):
        monkeypatch.setattr(f"{user}.BACKGROUND", 6)
    [alone] = put(LEARNED)["learned"]
    seen = []
    for number in range(6):
        add(f"The app is great number{number}")
        work()
        [learned] = get("/v1/journey/definition")["learned"]
        seen.append(learned["false_alarms"]["n"] - alone["false_alarms"]["n"])
    assert seen == [0, 2, 2, 4, 4, 6]


def test_mentions_without_vectors_are_read_again(
    put: Put, get: Get, add: AddFeedback, work: Work, database: Database
) -> None:
    key = add(SAID)
    work()
    with database.write() as session:
        session.exec(delete(MentionVector))
    put(LEARNED)
    work()
    assert mention(get, key)["stage"] == "moving-in"


def test_what_is_to_be_read_again_has_no_version(
    put: Put, get: Get, add: AddFeedback, work: Work, database: Database, workspace: Workspace
) -> None:
    put(LEARNED)
    key = add(SAID)
    work()
    version = get(f"/v1/feedback/{key}")["model"]
    with database.write() as session:
        session.exec(delete(MentionVector))
        row = session.get_one(Feedback, (workspace.id, key))
        relabel(session, workspace.id, [row], Engine(FakeAnalyzer()).space)
    assert get(f"/v1/feedback/{key}")["model"] is None
    assert "model" not in get("/v1/exports/feedback", format="jsonl")
    work()
    assert get(f"/v1/feedback/{key}")["model"] == version is not None


def test_a_long_history_is_labelled_in_parts(
    put: Put,
    get: Get,
    add: AddFeedback,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(5):
        add(SAID)
    work()
    monkeypatch.setattr("service.analysis.relabelling.ITEMS", 2)
    put(LEARNED)
    work()
    assert stages(get) == {"moving-in": 5, "usage": 5}


def test_other_workspaces_are_left_alone(
    put: Put,
    get: Get,
    client: TestClient,
    other_workspace: Workspace,
    other_keys: Keys,
    add: AddFeedback,
    work: Work,
) -> None:
    """Each has one version of its definition, and one learned stage."""
    theirs = {"preset": "eight-stage", "stages": [LIFT]}
    answer = client.put(
        "/v1/journey/definition", json=theirs, headers=bearer(other_keys.manage)
    ).json()
    assert [each["key"] for each in answer["learned"]] == ["lift"]
    put(LEARNED)
    about_the_lift = SAID.replace("handover of the flat", "lift of the house")
    for text in (SAID, about_the_lift):
        add(text)
        add(text, workspace_id=other_workspace.id)
    work()

    def get_theirs(path: str, **params: Any) -> Any:
        return client.get(path, params=params, headers=bearer(other_keys.read)).json()

    assert stages(get) == {"moving-in": 1, "usage": 2, "unassigned": 1}
    assert stages(get_theirs) == {"lift": 1, "usage": 2, "unassigned": 1}
    assert get_theirs("/v1/journey/definition") == answer


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"examples": EXAMPLES[:7]}, "stages.0.examples"),
        ({"examples": [*EXAMPLES, EXAMPLES[0].upper()]}, "stages.0.examples.8"),
        ({"examples": [*EXAMPLES, f"{EXAMPLES[0]} …!"]}, "stages.0.examples.8"),
        ({"examples": [*EXAMPLES, " "]}, "stages.0.examples.8"),
        ({"counter_examples": [EXAMPLES[0]]}, "stages.0.counter_examples.0"),
        ({"description": None}, "stages.0.description"),
        ({"includes": [{"stage": "usage"}]}, "stages.0.examples"),
        ({"key": "x" * 40}, "stages.0.key"),
        ({"examples": [*EXAMPLES, "x" * 501]}, "stages.0.examples.8"),
    ],
)
def test_examples_that_teach_nothing_are_refused(
    put: Put, change: dict[str, Any], where: str
) -> None:
    problem = put({"preset": "eight-stage", "stages": [MOVING_IN | change]}, 422)
    assert where in {param["name"] for param in problem["invalid_params"]}


def test_what_a_sender_stated_is_learned_without_a_word(
    put: Put, get: Get, add: AddFeedback, work: Work
) -> None:
    """As a label that becomes learned, and as one that is learned already."""

    def items() -> dict[str, int]:
        found = get("/v1/journey")["stages"]
        return {stage["key"]: stage["items"] for stage in found if stage["items"]}

    first = add("", stage_sent="moving-in")
    work()
    assert items() == {}
    put(LEARNED)
    work()
    assert items() == {"moving-in": 1}
    add("n/a", stage_sent="moving-in", touchpoint_sent="phone")
    work()
    assert items() == {"moving-in": 2}
    assert get(f"/v1/feedback/{first}")["analysis"]["stage"] == "moving-in"
    put({"preset": "eight-stage"})
    work()
    assert items() == {}
