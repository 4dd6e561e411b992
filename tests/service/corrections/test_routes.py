"""What people say counts more than what was read, at once and everywhere."""

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select, update

from models.feedback import Feedback
from models.types import new_id
from models.workspace import Workspace
from service.db import Database
from service.verify.checks import verify
from tests import fakes
from tests.credentials import Keys, bearer
from tests.fakes import FakeAnalyzer
from tests.service.conftest import Analyse
from tests.service.corrections.conftest import TEXT, Correct, review
from tests.service.operations import operations


def get(client: TestClient, keys: Keys, path: str, **params: Any) -> Any:
    answer = client.get(path, headers=bearer(keys.read), params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_correction_is_answered_with_the_item_as_it_counts_now(correct: Correct) -> None:
    out = correct(
        0, journey="eight-stage", sentiment="positive", stage="renewal", emotion="delight"
    )
    mention = out["analysis"]["mentions"][0]
    assert (mention["sentiment"], mention["score"]) == ("positive", 1.0)
    assert (mention["stage"], mention["touchpoint"]) == ("renewal", "mobile_app")
    assert (mention["emotion"], mention["intent"], mention["severity"]) == (
        "delight",
        "complaint",
        0,
    )
    assert mention["confidence"]["stage"] == 1.0
    assert mention["provenance"] == {
        "sentiment": "human",
        "stage": "human",
        "touchpoint": "model",
        "emotion": "human",
        "intent": "model",
        "severity": "human",
    }


def test_roll_ups_follow_in_the_same_moment(
    correct: Correct, client: TestClient, keys: Keys
) -> None:
    before = get(client, keys, "/v1/journey", journey="eight-stage")["cells"]
    correct(0, journey="eight-stage", stage="purchase", touchpoint="checkout")
    after = get(client, keys, "/v1/journey", journey="eight-stage")["cells"]
    assert {(c["stage"], c["touchpoint"]): c["mentions"] for c in before} == {
        ("purchase", "checkout"): 1,
        ("support", "support"): 1,
        ("usage", "mobile_app"): 1,
    }
    assert {(c["stage"], c["touchpoint"]): c["mentions"] for c in after} == {
        ("purchase", "checkout"): 2,
        ("support", "support"): 1,
    }


def test_the_item_as_a_whole_follows_its_mentions(correct: Correct) -> None:
    out = correct(0, severity=3)
    assert (out["analysis"]["sentiment"], out["analysis"]["severity"]) == ("negative", 3)
    correct(0, sentiment="positive")
    out = correct(1, sentiment="positive")
    assert (out["analysis"]["sentiment"], out["analysis"]["severity"]) == ("positive", 0)


def test_taking_all_back_restores_what_was_read(
    correct: Correct, client: TestClient, keys: Keys, item: UUID
) -> None:
    before = get(client, keys, f"/v1/feedback/{item}")
    correct(1, stage="usage", sentiment="neutral", severity=1, journey="eight-stage")
    correct(1, intent="churn", touchpoint="unassigned")
    correct(1, stage=None, sentiment=None)
    out = correct(1, intent=None, touchpoint=None, severity=None)
    assert out["analysis"] == before["analysis"]


def test_a_confirmed_label_is_human_and_certain(correct: Correct) -> None:
    mention = correct(1, sentiment="negative")["analysis"]["mentions"][1]
    assert mention["provenance"]["sentiment"] == "human"
    assert mention["confidence"]["sentiment"] == 1.0
    assert mention["severity"] == 2


@pytest.mark.parametrize("mistake", ["neutral", "positive"])
def test_a_sentiment_that_is_corrected_back_has_its_severity_again(
    correct: Correct, client: TestClient, keys: Keys, mistake: str
) -> None:
    correct(1, sentiment=mistake)
    mention = correct(1, sentiment="negative")["analysis"]["mentions"][1]
    assert (mention["severity"], mention["provenance"]["severity"]) == (2, "model")
    latest = get(client, keys, "/v1/corrections")["items"][0]
    assert latest["new"] == {"sentiment": "negative", "severity": None}


def test_a_severity_that_a_person_gave_stays_with_another_sentiment(correct: Correct) -> None:
    correct(1, sentiment="neutral", severity=1)
    assert correct(1, sentiment="negative")["analysis"]["mentions"][1]["severity"] == 1
    correct(1, severity=0)
    assert correct(1, sentiment="negative")["analysis"]["mentions"][1]["severity"] == 0


def test_a_severity_that_a_person_gave_stays_when_the_sentiment_is_taken_back(
    correct: Correct, client: TestClient, keys: Keys
) -> None:
    correct(1, severity=3)
    for body in ({"sentiment": None}, {"sentiment": "negative"}, {"sentiment": None}):
        mention = correct(1, **body)["analysis"]["mentions"][1]
        assert (mention["severity"], mention["provenance"]["severity"]) == (3, "human")
        assert get(client, keys, "/v1/corrections")["items"][0]["new"] == body
    correct(1, sentiment="neutral", severity=1)
    assert correct(1, sentiment=None)["analysis"]["mentions"][1]["severity"] == 1


def test_a_severity_that_came_with_the_sentiment_goes_with_it(correct: Correct) -> None:
    correct(1, sentiment="positive")
    mention = correct(1, sentiment=None)["analysis"]["mentions"][1]
    assert (mention["severity"], mention["provenance"]["severity"]) == (2, "model")


def test_praise_that_is_corrected_to_a_complaint_adds_pain(
    correct: Correct, client: TestClient, keys: Keys
) -> None:
    read = correct(2, intent="statement")["analysis"]["mentions"][2]
    mention = correct(2, sentiment="negative")["analysis"]["mentions"][2]
    assert (mention["severity"], mention["provenance"]["severity"]) == (1, "model")
    assert mention["confidence"]["severity"] == 0.1
    assert get(client, keys, "/v1/corrections")["items"][0]["new"] == {"sentiment": "negative"}
    exported = client.get("/v1/exports/corrections", headers=bearer(keys.read)).json()
    assert exported["sentiment"] == "negative"
    assert "severity" not in exported
    [cell] = [
        cell
        for cell in get(client, keys, "/v1/pain-points", level="cell")["items"]
        if cell["touchpoint"] == "support"
    ]
    assert cell["pain"] == 1.0
    assert correct(2, sentiment=None)["analysis"]["mentions"][2] == read


def test_what_people_say_of_the_severity_counts_for_such_a_complaint(correct: Correct) -> None:
    for severity in (0, 3):
        correct(2, sentiment="negative", severity=severity)
        mention = correct(2, sentiment="negative")["analysis"]["mentions"][2]
        assert (mention["severity"], mention["provenance"]["severity"]) == (severity, "human")
    assert correct(2, severity=None)["analysis"]["mentions"][2]["severity"] == 1
    assert correct(2, sentiment="positive")["analysis"]["mentions"][2]["severity"] == 0
    assert correct(2, sentiment="negative")["analysis"]["mentions"][2]["severity"] == 1


def test_a_stage_of_the_journey_keeps_the_native_one_within_it(correct: Correct) -> None:
    correct(0, stage="Post-Purchase")
    mention = correct(0, intent="churn", journey="eight-stage")["analysis"]["mentions"][0]
    assert mention["stage"] == "usage"


def test_of_native_stages_the_first_likely_one_is_taken(correct: Correct) -> None:
    correct(1, stage="retention")
    mention = correct(1, intent="churn", journey="eight-stage")["analysis"]["mentions"][1]
    assert mention["stage"] == "onboarding"


def test_unassigned_is_none_of_the_unclaimed_ones(
    correct: Correct, client: TestClient, keys: Keys
) -> None:
    definition = {
        "stages": [{"key": "all", "name": "All", "includes": [{"stage": "purchase"}]}],
        "touchpoints": [{"key": "pay", "name": "Pay", "includes": ["checkout", "support"]}],
    }
    answer = client.put("/v1/journey/definition", json=definition, headers=bearer(keys.manage))
    assert answer.status_code == 200
    correct(1, touchpoint="unassigned")
    mention = correct(1, stage="unassigned")["analysis"]["mentions"][1]
    assert (mention["stage"], mention["touchpoint"]) == ("unassigned", "unassigned")
    correct(0, touchpoint="unassigned")
    native = {
        number: correct(number, intent="churn", journey="eight-stage")["analysis"]["mentions"]
        for number in (0, 1)
    }
    assert (native[1][1]["stage"], native[1][1]["touchpoint"]) == ("unassigned", "unassigned")
    assert native[0][0]["touchpoint"] == "mobile_app"
    several = get(client, keys, "/v1/corrections")["items"][-1]
    assert several["new"] == {"touchpoint": "unassigned"}
    assert len(several["among"]["touchpoint"]) == 16


def test_all_native_stages_that_were_meant_are_kept(
    correct: Correct, client: TestClient, keys: Keys
) -> None:
    meant = ["onboarding", "usage", "support", "renewal"]
    correct(0, stage="retention")
    correct(0, stage="usage", journey="eight-stage")
    exact, several = get(client, keys, "/v1/corrections")["items"]
    assert (several["new"], several["among"]) == ({"stage": "usage"}, {"stage": meant})
    assert (exact["new"], exact["among"]) == ({"stage": "usage"}, None)


def test_another_reading_within_the_stage_that_was_meant_counts(
    correct: Correct,
    client: TestClient,
    keys: Keys,
    item: UUID,
    analyse: Analyse,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    correct(0, stage="retention")
    correct(2, stage="support", journey="eight-stage")
    monkeypatch.setattr(fakes, "_cell", lambda *_: ("renewal", "mobile_app"))
    analyse(FakeAnalyzer("2"))
    first, _, last = get(client, keys, f"/v1/feedback/{item}", journey="eight-stage")["analysis"][
        "mentions"
    ]
    assert (first["stage"], first["provenance"]["stage"]) == ("renewal", "human")
    assert last["stage"] == "support"
    assert verify(database).clean


def test_the_latest_correction_counts_and_all_are_kept(
    correct: Correct, client: TestClient, keys: Keys, item: UUID
) -> None:
    correct(0, severity=3)
    out = correct(0, severity=1)
    assert out["analysis"]["mentions"][0]["severity"] == 1
    page = get(client, keys, "/v1/corrections", feedback_id=str(item), limit=1)
    assert (page["items"][0]["old"], page["items"][0]["new"]) == ({"severity": 3}, {"severity": 1})
    rest = get(client, keys, "/v1/corrections", cursor=page["next"])
    assert (rest["items"][0]["old"], rest["items"][0]["new"]) == ({"severity": 2}, {"severity": 3})
    assert rest["items"][0]["text"] == "The app is slow"
    assert rest["next"] is None


def test_who_and_when_are_kept(correct: Correct, client: TestClient, keys: Keys) -> None:
    correct(0, severity=3)
    entry = get(client, keys, "/v1/corrections")["items"][0]
    known = client.get("/v1/keys", headers=bearer(keys.manage)).json()["items"]
    assert entry["key_id"] in {key["id"] for key in known if key["name"] == "manage"}
    assert entry["created_at"]


def test_another_analysis_does_not_undo_a_correction(
    correct: Correct,
    client: TestClient,
    keys: Keys,
    item: UUID,
    analyse: Analyse,
    database: Database,
) -> None:
    before = correct(1, stage="renewal", journey="eight-stage")
    analyse(FakeAnalyzer("2"))
    after = get(client, keys, f"/v1/feedback/{item}", journey="eight-stage")
    assert after["model"] != before["model"]
    assert after["analysis"] == before["analysis"]
    assert verify(database).clean


def test_a_changed_text_keeps_corrections_of_spans_that_are_still_there(
    correct: Correct,
    client: TestClient,
    keys: Keys,
    item: UUID,
    analyse: Analyse,
    database: Database,
) -> None:
    correct(1, stage="renewal", journey="eight-stage")
    correct(2, intent="statement")
    with database.write() as session:
        changed = TEXT.replace("Great support", "Never again").replace("The app", "Today the app")
        session.exec(update(Feedback).values(text=changed, revision=2, analysis_version="old"))
    analyse()
    mentions = get(client, keys, f"/v1/feedback/{item}", journey="eight-stage")["analysis"]
    assert mentions["mentions"][1]["stage"] == "renewal"
    lost = get(client, keys, "/v1/corrections", applied="false")["items"]
    assert [entry["text"] for entry in lost] == ["Great support"]
    assert verify(database).clean
    with database.write() as session:
        session.exec(update(Feedback).values(text=TEXT, revision=3, analysis_version="old"))
    analyse()
    again = get(client, keys, f"/v1/feedback/{item}")["analysis"]["mentions"][2]
    assert again["provenance"]["intent"] == "human"
    assert get(client, keys, "/v1/corrections", applied="false")["items"] == []


def test_corrections_of_equal_sentences_stay_apart_however_the_text_grows(
    client: TestClient,
    keys: Keys,
    database: Database,
    workspace: Workspace,
    analyse: Analyse,
) -> None:
    row = review(workspace, "Bad service. Bad service")
    with database.write() as session:
        session.add(row)
    analyse()

    def correct(number: int, **body: Any) -> None:
        path = f"/v1/feedback/{row.id}/mentions/{number}"
        assert client.patch(path, json=body, headers=bearer(keys.manage)).status_code == 200

    def prepend(text: str) -> list[Any]:
        with database.write() as session:
            for stored in session.exec(select(Feedback)):
                stored.text = text + stored.text
                stored.revision += 1
                stored.analysis_version = "old"
        analyse()
        found: list[Any] = get(client, keys, f"/v1/feedback/{row.id}")["analysis"]["mentions"]
        return [mention for mention in found if mention["text"] == "Bad service"]

    correct(0, severity=3)
    correct(1, severity=1)
    assert [mention["severity"] for mention in prepend("Hello again. ")] == [3, 1]
    correct(1, intent="churn")
    second = prepend("We came back. ")
    assert [mention["severity"] for mention in second] == [3, 1]
    assert [mention["intent"] for mention in second] == ["churn", "complaint"]
    log = get(client, keys, "/v1/corrections")["items"]
    assert [entry["start"] for entry in log] == [second[at]["start"] for at in (0, 1, 0)]
    assert all(entry["applied"] for entry in log)
    assert verify(database).clean


def test_erasure_takes_corrections_along(
    correct: Correct, client: TestClient, keys: Keys, item: UUID
) -> None:
    correct(0, severity=3)
    client.delete(f"/v1/feedback/{item}", headers=bearer(keys.manage))
    assert get(client, keys, "/v1/corrections")["items"] == []


def test_a_mention_that_reads_otherwise_by_now_is_refused(correct: Correct) -> None:
    assert correct(0, 409, text="The shop is slow", severity=1)["code"] == "mention_changed"
    correct(0, text="The app is slow", severity=1)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid_request"),
        ({"text": "The app is slow"}, "invalid_request"),
        ({"severity": 4}, "invalid_request"),
        ({"severity": True}, "invalid_request"),
        ({"sentiment": "mixed"}, "invalid_request"),
        ({"stage": "nowhere"}, "unknown_stage"),
        ({"touchpoint": "nowhere"}, "unknown_touchpoint"),
        ({"journey": "x"}, "invalid_request"),
    ],
)
def test_what_cannot_be_is_refused(correct: Correct, body: dict[str, Any], code: str) -> None:
    assert correct(0, 422, **body)["code"] == code


def test_a_stage_that_is_narrowed_needs_its_touchpoint(
    correct: Correct, client: TestClient, keys: Keys
) -> None:
    definition = {
        "stages": [
            {
                "key": "parcel",
                "name": "Parcel",
                "includes": [{"stage": "onboarding", "touchpoints": ["delivery"]}],
            },
            {"key": "rest", "name": "Rest", "includes": [{"stage": "usage"}]},
        ]
    }
    answer = client.put("/v1/journey/definition", json=definition, headers=bearer(keys.manage))
    assert answer.status_code == 200
    assert correct(0, 422, stage="parcel")["code"] == "no_such_cell"
    mention = correct(0, stage="parcel", touchpoint="delivery")["analysis"]["mentions"][0]
    assert (mention["stage"], mention["touchpoint"]) == ("parcel", "delivery")


def test_there_must_be_such_a_mention(
    correct: Correct, client: TestClient, keys: Keys, other_keys: Keys, item: UUID
) -> None:
    assert correct(3, 404, severity=1)["code"] == "not_found"
    path = f"/v1/feedback/{item}/mentions/0"
    for secret, status in ((keys.read, 403), (keys.ingest, 403), (other_keys.manage, 404)):
        answer = client.patch(path, json={"severity": 1}, headers=bearer(secret))
        assert answer.status_code == status
    path = f"/v1/feedback/{new_id()}/mentions/0"
    assert client.patch(path, json={"severity": 1}, headers=bearer(keys.manage)).status_code == 404
    assert get(client, other_keys, "/v1/corrections")["items"] == []


def test_the_documented_examples_are_accepted(correct: Correct) -> None:
    [operation] = [o for o in operations() if o.method == "PATCH" and "mentions" in o.path]
    assert operation.examples
    for example in operation.examples:
        correct(0, **{k: v for k, v in example.items() if k != "text"})
