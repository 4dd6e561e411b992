"""People name, own, resolve, merge and split pain points; refreshes leave that as it is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_info

from models.pain_point import PainPoint
from service.clock import now
from service.db import Database
from service.themes import editing
from service.verify.checks import verify
from tests.credentials import Keys, bearer
from tests.fakes import FakeAnalyzer
from tests.service.conftest import Analyse
from tests.service.operations import Operation, operations
from tests.service.themes.conftest import DECLINED, SLOW, Look, Say, Themes, members

Send = Callable[..., Any]


@pytest.fixture
def found(say: Say, look: Look, themes: Themes) -> tuple[PainPoint, PainPoint]:
    """The pain points about declined cards, and about slow pages."""
    say([*DECLINED, *SLOW])
    look()
    declined, slow = sorted(themes(), key=lambda theme: "visa" not in " ".join(theme.keywords))
    return declined, slow


@pytest.fixture
def send(client: TestClient, keys: Keys, database: Database) -> Send:
    """``send("PATCH", theme.id, status="resolved")`` answers the pain point."""

    def request(
        method: str, path: object, expect: int = 200, key: str | None = None, **body: Any
    ) -> Any:
        headers = bearer(keys.manage) | ({"Idempotency-Key": key} if key else {})
        answer = client.request(
            method, f"/v1/pain-points/{path}", json=body or None, headers=headers
        )
        assert answer.status_code == expect, answer.text
        report = verify(database)
        assert report.clean, report.findings
        return answer.json()

    return request


def test_a_persons_title_stays(
    found: tuple[PainPoint, PainPoint], send: Send, say: Say, look: Look, themes: Themes
) -> None:
    theme, _ = found
    shown = send("PATCH", theme.id, title="Card refused", owner="Ana", status="in_progress")
    assert (shown["title"], shown["owner"], shown["status"]) == (
        "Card refused",
        "Ana",
        "in_progress",
    )
    say([f"The checkout declined my visa card {word} and bad" for word in "abcdefgh"])
    say([f"Broken checkout {word * 3} {word * 5}" for word in "xyzvw"])
    look()
    assert "Card refused" in {each.title for each in themes()}
    back = send("PATCH", theme.id, title=None, owner=None)
    assert "visa" in back["title"]
    assert back["owner"] is None
    assert back["status"] == "in_progress"
    assert send("PATCH", theme.id, status=None)["status"] == "open"


def test_what_comes_back_is_reopened(
    found: tuple[PainPoint, PainPoint], send: Send, say: Say, themes: Themes
) -> None:
    theme, _ = found
    assert send("PATCH", theme.id, status="resolved")["status"] == "resolved"
    say(["The checkout declined my visa card before"])
    assert send("GET", theme.id)["status"] == "resolved"
    say(["The checkout declined my visa card since"], occurred_at=now() + timedelta(hours=1))
    assert send("GET", theme.id)["status"] == "reopened"
    send("PATCH", theme.id, status="open")
    assert {each.resolved_at for each in themes()} == {None}


def test_what_has_come_since_reopens_what_it_is_merged_into(
    found: tuple[PainPoint, PainPoint], send: Send, say: Say
) -> None:
    declined, slow = found
    send("PATCH", declined.id, status="resolved")
    say([f"{SLOW[0]} again"], occurred_at=now() + timedelta(hours=1))
    shown = send("POST", f"{slow.id}/merge", into=str(declined.id))
    assert (shown["status"], shown["mentions"]) == ("reopened", 7)


def test_re_analysis_reopens_nothing(
    say: Say, look: Look, themes: Themes, send: Send, analyse: Analyse
) -> None:
    say([*DECLINED, *SLOW], occurred_at=now() + timedelta(hours=1))
    look()
    for theme in themes():
        send("PATCH", theme.id, status="resolved")
    analyse(FakeAnalyzer("2"))
    look(FakeAnalyzer("2"))
    assert {theme.status for theme in themes()} == {"resolved"}


def test_merged_ones_are_one_for_ever(
    found: tuple[PainPoint, PainPoint], send: Send, say: Say, look: Look, database: Database
) -> None:
    declined, slow = found
    shown = send("POST", f"{slow.id}/merge", into=str(declined.id))
    assert (shown["id"], shown["mentions"]) == (str(declined.id), 6)
    assert send("GET", slow.id)["id"] == str(declined.id)
    assert send("PATCH", slow.id, owner="Bo")["id"] == str(declined.id)
    assert send("POST", f"{slow.id}/merge", into=str(declined.id))["mentions"] == 6
    [new] = say(["Slow checkout page took minutes loading today"])
    assert new in members(database, declined.id)
    with database.read() as session:
        merged = session.get_one(PainPoint, (slow.workspace_id, slow.id))
    assert (merged.title, merged.keywords) == ("", [])


def test_a_large_merge_goes_in_steps(
    found: tuple[PainPoint, PainPoint],
    send: Send,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declined, slow = found
    monkeypatch.setattr(editing, "MOVE_BATCH", 1)
    assert send("POST", f"{slow.id}/merge", into=str(declined.id))["mentions"] == 6


def test_a_merge_that_was_killed_is_finished_by_the_next_refresh(
    found: tuple[PainPoint, PainPoint],
    send: Send,
    look: Look,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declined, slow = found
    monkeypatch.setattr(editing, "MOVE_BATCH", 1)
    monkeypatch.setattr(editing, "move_rest", lambda *_: None)
    send("POST", f"{slow.id}/merge", into=str(declined.id))
    assert len(members(database, slow.id)) == 2
    assert look() == 1
    assert members(database, slow.id) == set()
    assert len(members(database, declined.id)) == 6


def test_a_split_is_done_whole_or_not_at_all(
    found: tuple[PainPoint, PainPoint],
    send: Send,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However large it is: a request that comes again only tells what has been done."""
    declined, slow = found
    apart = {frozenset(members(database, theme.id)) for theme in found}
    send("POST", f"{slow.id}/merge", into=str(declined.id))
    with monkeypatch.context() as patch:
        patch.setattr(editing, "MOVE_BATCH", 1)
        patch.setattr(editing, "move_rest", lambda *_: None)
        patch.setattr(editing, "describe_again", lambda *_: None)
        new = send("POST", f"{declined.id}/split", 201, key="k-1", parts=2)
    assert send("POST", f"{declined.id}/split", 201, key="k-1", parts=2)["id"] == new["id"]
    both = (declined.id, UUID(new["id"]))
    assert {frozenset(members(database, theme)) for theme in both} == apart


def test_only_what_is_at_one_place_can_be_merged(
    found: tuple[PainPoint, PainPoint], send: Send, say: Say, look: Look, themes: Themes
) -> None:
    say([f"The app is broken and crashes daily {word}" for word in "abcde"])
    look()
    [app] = [theme for theme in themes() if theme.touchpoint == "mobile_app"]
    problem = send("POST", f"{app.id}/merge", 409, into=str(found[0].id))
    assert problem["code"] == "not_the_same_place"
    assert send("POST", f"{app.id}/merge", 404, into=str(uuid4()))["code"] == "not_found"


def test_chosen_mentions_become_a_pain_point_and_stay_one(
    found: tuple[PainPoint, PainPoint],
    send: Send,
    look: Look,
    say: Say,
    database: Database,
    analyse: Analyse,
) -> None:
    declined, _ = found
    chosen = sorted(members(database, declined.id))[:1]
    body = {"mentions": [{"feedback_id": str(id), "ordinal": 0} for id in chosen]}
    new = send("POST", f"{declined.id}/split", 201, **body, title="Visa twice")
    assert (new["title"], new["mentions"]) == ("Visa twice", 1)
    assert members(database, UUID(new["id"])) == set(chosen)
    say([f"Broken checkout {word * 3} {word * 5}" for word in "xyzvw"])
    look()
    analyse(FakeAnalyzer("2"))
    look(FakeAnalyzer("2"))
    assert members(database, UUID(new["id"])) == set(chosen)
    assert send("GET", new["id"])["title"] == "Visa twice"


def test_splitting_in_two_tells_what_differs(
    found: tuple[PainPoint, PainPoint], send: Send, database: Database
) -> None:
    declined, slow = found
    apart = {frozenset(members(database, theme.id)) for theme in found}
    send("POST", f"{slow.id}/merge", into=str(declined.id))
    new = send("POST", f"{declined.id}/split", 201, parts=2)
    both = (declined.id, UUID(new["id"]))
    assert {frozenset(members(database, theme)) for theme in both} == apart
    words = {theme: send("GET", theme)["keywords"] for theme in both}
    assert sorted("visa" in " ".join(keywords) for keywords in words.values()) == [False, True]


def test_splitting_in_two_is_computed_by_the_thread_that_asks(
    found: tuple[PainPoint, PainPoint], send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Watched(KMeans):  # type: ignore[misc]
        """Notes with how many threads it computes."""

        def fit_predict(self, X: Any) -> Any:
            threads.extend(
                each["num_threads"] for each in threadpool_info() if each["user_api"] == "openmp"
            )
            return super().fit_predict(X)

    threads: list[int] = []
    monkeypatch.setattr("sklearn.cluster.KMeans", Watched)
    declined, slow = found
    send("POST", f"{slow.id}/merge", into=str(declined.id))
    send("POST", f"{declined.id}/split", 201, parts=2)
    assert set(threads) == {1}


def test_what_all_say_the_same_can_not_be_told_apart(
    say: Say, look: Look, themes: Themes, send: Send
) -> None:
    say(["The checkout declined my visa card"] * 5)
    look()
    [theme] = themes()
    problem = send("POST", f"{theme.id}/split", 422, parts=2)
    assert [param["name"] for param in problem["invalid_params"]] == ["parts"]
    assert [each.id for each in themes()] == [theme.id]


def test_keywords_follow_the_mentions_under_a_persons_title_too(
    found: tuple[PainPoint, PainPoint], send: Send, database: Database
) -> None:
    own = [{"feedback_id": str(min(members(database, found[0].id))), "ordinal": 0}]
    new = send("POST", f"{found[0].id}/split", 201, mentions=own, title="Card refused")
    assert new["title"] == "Card refused"
    assert "visa" in " ".join(new["keywords"])


def test_what_is_no_mention_of_it_can_not_be_split_off(
    found: tuple[PainPoint, PainPoint], send: Send, database: Database
) -> None:
    declined, slow = found
    others = [{"feedback_id": str(id), "ordinal": 0} for id in members(database, slow.id)]
    own = [{"feedback_id": str(id), "ordinal": 0} for id in members(database, declined.id)]
    problem = send("POST", f"{declined.id}/split", 422, mentions=[own[0], others[0]])
    assert problem["code"] == "not_splittable"
    assert [param["name"] for param in problem["invalid_params"]] == ["mentions.1"]
    problem = send("POST", f"{declined.id}/split", 422, mentions=own)
    assert [param["name"] for param in problem["invalid_params"]] == ["mentions"]
    assert send("POST", f"{declined.id}/split", 422, title="x")["code"] == "invalid_request"
    send("POST", f"{declined.id}/split", 201, mentions=own[:2])
    assert send("POST", f"{declined.id}/split", 422, parts=2)["code"] == "not_splittable"


def test_a_request_sent_again_has_no_second_effect(
    found: tuple[PainPoint, PainPoint], send: Send, themes: Themes, database: Database
) -> None:
    declined, slow = found
    own = [{"feedback_id": str(min(members(database, declined.id))), "ordinal": 0}]
    first = send("POST", f"{declined.id}/split", 201, key="k-1", mentions=own)
    again = send("POST", f"{declined.id}/split", 201, key="k-1", mentions=own)
    assert again | {"as_of": None} == first | {"as_of": None}
    assert len(themes()) == 3
    halved = send("POST", f"{slow.id}/split", 201, key="k-3", parts=2)
    again = send("POST", f"{slow.id}/split", 201, key="k-3", parts=2)
    assert again | {"as_of": None} == halved | {"as_of": None}
    merged = send("POST", f"{slow.id}/merge", key="k-2", into=str(declined.id))
    again = send("POST", f"{slow.id}/merge", key="k-2", into=str(declined.id))
    assert again | {"as_of": None} == merged | {"as_of": None}


def test_a_request_sent_again_without_a_key_finds_itself_done(
    found: tuple[PainPoint, PainPoint], send: Send, themes: Themes, database: Database
) -> None:
    declined, slow = found
    own = [{"feedback_id": str(min(members(database, declined.id))), "ordinal": 0}]
    send("POST", f"{declined.id}/split", 201, mentions=own)
    problem = send("POST", f"{declined.id}/split", 422, mentions=own)
    assert problem["code"] == "not_splittable"
    merged = send("POST", f"{slow.id}/merge", into=str(declined.id))
    again = send("POST", f"{slow.id}/merge", into=str(declined.id))
    assert again | {"as_of": None} == merged | {"as_of": None}
    assert len(themes()) == 2


def test_a_cell_can_not_be_shaped(
    found: tuple[PainPoint, PainPoint], send: Send, client: TestClient, keys: Keys
) -> None:
    cells = client.get("/v1/pain-points?level=cell", headers=bearer(keys.read)).json()["items"]
    cell = cells[0]["id"]
    assert send("PATCH", cell, 409, status="resolved")["code"] == "cell_pain_point"
    assert send("POST", f"{cell}/merge", 409, into=str(found[0].id))["code"] == "cell_pain_point"
    assert send("POST", f"{cell}/split", 409, parts=2)["code"] == "cell_pain_point"
    assert send("PATCH", uuid4(), 404, status="resolved")["code"] == "not_found"
    assert send("PATCH", found[0].id, 422)["code"] == "invalid_request"


def test_nobody_shapes_what_is_another_workspaces(
    found: tuple[PainPoint, PainPoint], client: TestClient, other_keys: Keys, keys: Keys
) -> None:
    path = f"/v1/pain-points/{found[0].id}"
    into = {"into": str(found[1].id)}
    for headers, status in ((bearer(other_keys.manage), 404), (bearer(keys.read), 403)):
        assert client.patch(path, json={"owner": "x"}, headers=headers).status_code == status
        assert client.post(f"{path}/merge", json=into, headers=headers).status_code == status
        answer = client.post(f"{path}/split", json={"parts": 2}, headers=headers)
        assert answer.status_code == status


def test_the_documented_examples_are_accepted(
    found: tuple[PainPoint, PainPoint], send: Send, database: Database
) -> None:
    by_path = {(each.method, each.path): each for each in operations()}
    patch: Operation = by_path["PATCH", "/v1/pain-points/{pain_point_id}"]
    for example in patch.examples:
        send("PATCH", found[0].id, **example)
    merge: Operation = by_path["POST", "/v1/pain-points/{pain_point_id}/merge"]
    for example in merge.examples:
        send("POST", f"{found[1].id}/merge", **example | {"into": str(found[0].id)})
    split: Operation = by_path["POST", "/v1/pain-points/{pain_point_id}/split"]
    own = {"feedback_id": str(min(members(database, found[0].id))), "ordinal": 0}
    for example in split.examples:
        body = example | ({"mentions": [own]} if "mentions" in example else {})
        send("POST", f"{found[0].id}/split", 201, **body)
