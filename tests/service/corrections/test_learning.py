"""Corrections teach only what helps, and what they taught can be taken away again."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from models.feedback import Feedback
from models.learning import Learning
from models.workspace import Workspace
from nlp.arrays import Float32
from service.corrections import learned_labels
from service.corrections.learning import ERASED, apply_trials, try_corrections
from service.corrections.trials import Background, Judged, run_trial
from service.db import Database
from service.journey.trained_labels import FROM_CORRECTIONS, load_trained
from service.verify.checks import verify
from tests.credentials import Keys, bearer
from tests.service.conftest import Analyse
from tests.service.corrections.conftest import review
from tests.vanishing_cache import VanishingCache

WIDTH = 16
LEARNING = "/v1/journey/learning"

WOBBLES = [f"The gadget wobbles a lot number{n}" for n in range(12)]
"""Read as unassigned."""
SLOW = [f"Today my app is slow number{n}" for n in range(22)]

Ask = Callable[..., Any]
Store = Callable[..., list[Feedback]]


def near(direction: int, n: int, seed: int = 1) -> Float32:
    rows = np.random.default_rng(seed).normal(size=(n, WIDTH)) / 8
    rows[:, direction] += 1
    unit: Float32 = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def judged(direction: int, n: int, read: str, *labels: str) -> list[Judged]:
    return [Judged(vector, read, frozenset(labels)) for vector in near(direction, n, direction)]


NOTHING = Background(near(5, 30), ["usage"] * 30)
CONFIRMED = judged(1, 30, "usage", "usage")


def test_a_mistake_that_is_made_again_is_mended() -> None:
    trial = run_trial("stage", judged(0, 12, "usage", "purchase") + CONFIRMED, NOTHING)
    assert (trial.corrected, trial.confirmed) == (12, 30)
    assert (trial.fixed, trial.broken, trial.helps) == (12, 0, True)
    assert trial.p == 2**-12
    assert [each.key for each in trial.trained] == ["purchase"]


def test_what_cannot_be_told_from_confirmed_ones_is_not_applied() -> None:
    same = judged(1, 30, "usage", "purchase")
    trial = run_trial("stage", same + CONFIRMED, NOTHING)
    assert not trial.helps
    assert trial.reason


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ([], "no label has 8"),
        (judged(0, 7, "usage", "purchase") + CONFIRMED, "no label has 8"),
        (judged(0, 8, "usage", "purchase") + CONFIRMED[:19], "only 19 of at least 20"),
    ],
)
def test_too_few_teach_nothing(sent: list[Judged], reason: str) -> None:
    trial = run_trial("stage", sent, NOTHING)
    assert not trial.helps
    assert reason in trial.reason


def test_what_was_meant_alike_is_right_but_no_example() -> None:
    several = judged(0, 12, "purchase", "usage", "support")
    trial = run_trial("stage", several + CONFIRMED, NOTHING)
    assert (trial.corrected, trial.confirmed, trial.trained) == (12, 30, [])
    kept = judged(1, 30, "usage", "usage", "support")
    trial = run_trial("stage", judged(0, 12, "usage", "purchase") + kept, NOTHING)
    assert (trial.corrected, trial.confirmed, trial.fixed, trial.helps) == (12, 30, 12, True)
    exact, other = judged(0, 12, "purchase", "usage"), judged(1, 30, "support", "support")
    trial = run_trial("stage", exact + several + other, NOTHING)
    assert (trial.corrected, trial.fixed, [each.key for each in trial.trained]) == (
        24,
        24,
        ["usage"],
    )


def test_a_label_that_stands_against_nothing_teaches_nothing() -> None:
    usage = judged(0, 12, "unassigned", "usage") + CONFIRMED
    assert not run_trial("stage", usage, NOTHING).trained


def test_what_was_learned_is_known_while_another_thread_empties_the_cache(
    database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        session.add(Learning(workspace_id=workspace.id, stamp=3))
    kept = learned_labels.LearnedLabels()
    monkeypatch.setattr(learned_labels, "_cache", VanishingCache({(workspace.id, 3, "1"): kept}))
    with database.read() as session:
        assert learned_labels.find_learned_labels(session, workspace.id, "1") is kept


@pytest.fixture
def ask(client: TestClient, keys: Keys) -> Ask:
    return asker(client, keys)


@pytest.fixture
def others_ask(client: TestClient, other_keys: Keys) -> Ask:
    return asker(client, other_keys)


def asker(client: TestClient, keys: Keys) -> Ask:
    def send(method: str, path: str, **options: Any) -> Any:
        answer = client.request(method, path, headers=bearer(keys.manage), **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return send


@pytest.fixture
def store(database: Database, workspace: Workspace, analyse: Analyse) -> Store:
    """Store and analyse a review for each text: ``store(SLOW, other_workspace)``."""

    def put(texts: Sequence[str], owner: Workspace = workspace, **columns: Any) -> list[Feedback]:
        rows = [review(owner, text, **columns) for text in texts]
        with database.write() as session:
            session.add_all(rows)
        analyse()
        return rows

    return put


def judge(ask: Ask, row: Feedback, stage: str) -> None:
    path = f"/v1/feedback/{row.id}/mentions/0"
    ask("PATCH", path, json={"stage": stage}, params={"journey": "eight-stage"})


def test_it_is_applied_to_all_others_and_taken_away_exactly(
    ask: Ask, store: Store, analyse: Analyse, database: Database
) -> None:
    *shop, new = store([*WOBBLES, *SLOW, "The gadget wobbles a lot again. Great"])
    for row in shop:
        judge(ask, row, "renewal" if "gadget" in row.text else "usage")
    last = f"/v1/feedback/{new.id}"
    before = ask("GET", last)
    assert ask("GET", LEARNING)["fields"] == []
    learned = ask("POST", LEARNING)
    [stage] = [field for field in learned["fields"] if field["field"] == "stage"]
    assert (stage["corrected"], stage["confirmed"], stage["fixed"]) == (12, 22, 12)
    assert (stage["applied"], stage["labels"], learned["labelled"]) == (True, ["renewal"], False)
    analyse()
    assert verify(database).clean
    whole = ask("GET", last, params={"journey": "eight-stage"})["analysis"]
    mention, other = whole["mentions"]
    assert (mention["stage"], mention["provenance"]["stage"]) == ("renewal", "learned")
    assert (whole["stage"], other["stage"]) == ("renewal", "unassigned")
    assert ask("GET", LEARNING)["labelled"]
    assert ask("PUT", LEARNING, json={"state": "off"})["state"] == "off"
    analyse()
    assert ask("GET", last)["analysis"] == before["analysis"]
    assert verify(database).clean


@pytest.fixture
def taught(ask: Ask, store: Store, analyse: Analyse) -> list[Feedback]:
    """A workspace that has learned a stage and applied it; the reviews that were corrected."""
    wobbles, slow = store(WOBBLES), store(SLOW)
    store([f"The gadget wobbles a lot again{n}" for n in range(9)])
    for row in wobbles:
        judge(ask, row, "renewal")
    for row in slow:
        judge(ask, row, "usage")
    ask("POST", LEARNING)
    analyse()
    return wobbles


def learned(ask: Ask) -> int:
    """How many mentions have a learned label."""
    found = ask("GET", "/v1/mentions", params={"journey": "eight-stage", "limit": 100})["items"]
    return sum(each["provenance"]["stage"] == "learned" for each in found)


def test_learning_again_from_the_same_corrections_changes_nothing(
    ask: Ask, taught: list[Feedback], analyse: Analyse, database: Database, workspace: Workspace
) -> None:
    def state() -> tuple[Any, int, list[bytes]]:
        report = ask("GET", LEARNING)
        with database.read() as session:
            probes = load_trained(session, workspace.id, FROM_CORRECTIONS, report["model"])
        return report["fields"], learned(ask), [each.probe.weights.tobytes() for each in probes]

    before = state()
    assert before[1] == 9
    ask("POST", LEARNING)
    analyse()
    assert state() == before


def test_learning_for_one_model_replaces_what_others_learned(
    ask: Ask, taught: list[Feedback], analyse: Analyse, database: Database, workspace: Workspace
) -> None:
    other = "2-000000000000"
    trials = try_corrections(database, workspace.id, other)
    with database.write() as session:
        apply_trials(session, workspace.id, other, trials)
    analyse()
    assert learned(ask) == 0


def test_what_was_learned_is_withdrawn_when_its_corrections_are_erased(
    ask: Ask, store: Store, taught: list[Feedback], analyse: Analyse, database: Database
) -> None:
    [other] = store(["The gadget wobbles a lot at last"])
    assert learned(ask) == 10
    before = ask("GET", LEARNING)
    ask("DELETE", f"/v1/feedback/{other.id}")
    assert ask("GET", LEARNING) == before
    ask("DELETE", f"/v1/feedback/{taught[0].id}")
    [stage] = [field for field in ask("GET", LEARNING)["fields"] if field["field"] == "stage"]
    assert (stage["applied"], stage["reason"], stage["labels"]) == (False, ERASED, [])
    analyse()
    assert learned(ask) == 0
    assert verify(database).clean
    ask("POST", LEARNING)
    analyse()
    assert learned(ask) == 9


def test_nothing_is_learned_from_what_is_erased_meanwhile(
    ask: Ask, taught: list[Feedback], database: Database, workspace: Workspace
) -> None:
    model = ask("GET", LEARNING)["model"]
    trials = try_corrections(database, workspace.id, model)
    ask("DELETE", f"/v1/feedback/{taught[0].id}")
    with database.write() as session:
        apply_trials(session, workspace.id, model, trials)
        assert not load_trained(session, workspace.id, FROM_CORRECTIONS, model)
    assert not any(field["applied"] for field in ask("GET", LEARNING)["fields"])


def test_a_trial_has_seen_nothing_of_what_it_is_tried_on(ask: Ask, store: Store) -> None:
    """What was judged is among the latest mentions, too."""
    confirmed = ["The gadget wobbles calmly calmlycalmly", "The gadget wobbles gladly gladlygladly"]
    for row in store([*WOBBLES, *SLOW, *confirmed]):
        right = "renewal" if row.text in WOBBLES else "usage" if row.text in SLOW else "unassigned"
        judge(ask, row, right)
    [stage] = [field for field in ask("POST", LEARNING)["fields"] if field["field"] == "stage"]
    assert (stage["confirmed"], stage["broken"], stage["applied"]) == (24, 2, False)


def test_what_one_workspace_teaches_is_none_of_anothers(
    ask: Ask,
    others_ask: Ask,
    store: Store,
    workspace: Workspace,
    other_workspace: Workspace,
    database: Database,
) -> None:
    """They judge the same texts, and call the same thing by different names."""
    for row in store([*WOBBLES, *SLOW]):
        judge(ask, row, "renewal" if "gadget" in row.text else "usage")
    for row in store([*WOBBLES, *SLOW], other_workspace):
        judge(others_ask, row, "support" if "gadget" in row.text else "usage")
    alone = ask("POST", LEARNING)
    others_ask("POST", LEARNING)
    # Were these its own, the first workspace could not tell what it corrected from them.
    theirs = store(WOBBLES, other_workspace)
    before = others_ask("GET", LEARNING)
    assert ask("POST", LEARNING)["fields"] == alone["fields"]
    assert others_ask("GET", LEARNING) == before
    with database.read() as session:
        for owner, label in ((workspace, "renewal"), (other_workspace, "support")):
            trained = load_trained(session, owner.id, FROM_CORRECTIONS, alone["model"])
            assert [each.key for each in trained] == [label]
    theirs += store(["The gadget wobbles a lot again"], other_workspace)
    for row in (theirs[0], theirs[-1]):
        whole = others_ask("GET", f"/v1/feedback/{row.id}", params={"journey": "eight-stage"})
        assert [each["stage"] for each in whole["analysis"]["mentions"]] == ["support"]


def test_what_senders_stated_and_people_corrected_is_no_mistake_of_the_model(
    ask: Ask, store: Store
) -> None:
    for row in store(WOBBLES[:8], stage_sent="purchase"):
        judge(ask, row, "renewal")
    fields = {field["field"]: field for field in ask("POST", LEARNING)["fields"]}
    assert (fields["stage"]["corrected"], fields["stage"]["confirmed"]) == (0, 0)


def test_without_corrections_nothing_is_learned(ask: Ask) -> None:
    assert ask("GET", LEARNING)["state"] == "on"
    learned = ask("POST", LEARNING)
    assert [field["applied"] for field in learned["fields"]] == [False] * 3
