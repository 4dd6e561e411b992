"""Changes: told, listed, forgotten, and whether they helped."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models.mention import Mention
from models.pain_point import PAIN, PainPoint
from models.types import new_id
from models.workspace import Workspace
from service import clock
from service.changes.scopes import scope_in_current_journey
from service.changes.service import get_change
from service.db import Database
from service.insights.journey_cells import cell_id
from service.journey.native import Cell
from service.rollups.apply import Delta, apply
from tests.credentials import Keys, bearer
from tests.service.rows import NOON, Said, nps, write

CHECKOUT: dict[str, Any] = {
    "title": "New checkout",
    "happened_at": "2026-03-04T12:00:00Z",
    "scope": {"stage": "purchase", "touchpoint": ["checkout"]},
}


class Shop:
    """A workspace with a change in it, and what its people ask for."""

    def __init__(self, client: TestClient, keys: Keys) -> None:
        self.client, self.keys = client, keys

    def tell(self, status: int = 201, key: str | None = None, **body: Any) -> Any:
        headers = bearer(self.keys.manage) | ({"Idempotency-Key": key} if key else {})
        answer = self.client.post("/v1/changes", json=CHECKOUT | body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(self, path: str, status: int = 200, **params: Any) -> Any:
        answer = self.client.get(path, headers=bearer(self.keys.read), params=params)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def shop(client: TestClient, keys: Keys) -> Shop:
    return Shop(client, keys)


def said(session: Session, workspace: Workspace, day: int, bad: int, of: int) -> None:
    """Answers about the checkout on a day counted from the change, and others about the product."""
    at = NOON + timedelta(days=day)
    for number in range(of):
        mood = "negative" if number < bad else "positive"
        at_checkout = [Said("purchase", "checkout", mood, severity=2 * (number < bad))]
        score = 2 if number < bad else 9
        write(session, workspace.id, at_checkout, occurred_at=at, **nps(score))
        other = [Said("usage", "product", "negative" if number % 2 else "positive")]
        write(session, workspace.id, other, occurred_at=at, **nps(8))


def test_a_change_is_told_once_listed_and_forgotten(shop: Shop) -> None:
    told = shop.tell(key="k-1", description="One page")
    assert shop.tell(key="k-1", description="One page") == told
    assert told["scope"] == {"stage": ["purchase"], "touchpoint": ["checkout"]}
    assert told["happened_at"] == "2026-03-04T12:00:00Z"
    later = shop.tell(title="Later", happened_at="2026-04-01", scope={})
    assert later["happened_at"] == "2026-04-01T00:00:00Z"
    page = shop.get("/v1/changes", limit=1)
    assert [change["title"] for change in page["items"]] == ["Later"]
    page = shop.get("/v1/changes", limit=1, cursor=page["next"])
    assert (page["items"], page["next"]) == ([told], None)
    path = f"/v1/changes/{told['id']}"
    assert shop.get(path) == told
    for status in (204, 404):
        answer = shop.client.delete(path, headers=bearer(shop.keys.manage))
        assert answer.status_code == status
    assert shop.get(path, status=404)["code"] == "not_found"
    assert shop.get(path + "/impact", status=404)["code"] == "not_found"


@pytest.mark.parametrize("stage", [" ", ",", [" , "], [7], {}, []])
def test_a_scope_that_names_nothing_is_refused(shop: Shop, stage: Any) -> None:
    assert shop.tell(422, scope={"stage": stage})["code"] == "invalid_request"


def test_values_of_a_scope_may_stand_behind_commas(shop: Shop) -> None:
    assert shop.tell(scope={"stage": " purchase, advocacy"})["scope"] == {
        "stage": ["purchase", "advocacy"]
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"scope": {"stage": "nowhere"}}, "unknown_stage"),
        ({"scope": {"touchpoint": ["checkout", "moon"]}}, "unknown_touchpoint"),
        ({"scope": {"pain_point": "01936a3b-7c1e-7e64-a1c0-5a3f6f1b2d12"}}, "not_found"),
        ({"scope": {"kind": ["letter"]}}, "invalid_request"),
        ({"scope": {"persona": "smb"}}, "invalid_request"),
        ({"happened_at": "2026-03-04T12:00:00"}, "invalid_request"),
        ({"happened_at": 20261101}, "invalid_request"),
        ({"happened_at": -1e10}, "invalid_request"),
        ({"happened_at": "20261101"}, "invalid_request"),
        ({"title": "\u200b"}, "invalid_request"),
        ({"title": "New\x1b[2J"}, "invalid_request"),
        ({"title": ""}, "invalid_request"),
    ],
)
def test_what_is_not_there_is_refused(shop: Shop, body: dict[str, Any], code: str) -> None:
    status = 404 if code == "not_found" else 422
    assert shop.tell(status=status, **body)["code"] == code
    assert shop.get("/v1/changes")["items"] == []


def test_only_managers_change_changes(shop: Shop) -> None:
    for key, status in ((shop.keys.read, 403), (shop.keys.ingest, 403)):
        answer = shop.client.post("/v1/changes", json=CHECKOUT, headers=bearer(key))
        assert answer.status_code == status
    answer = shop.client.get("/v1/changes", headers=bearer(shop.keys.ingest))
    assert answer.status_code == 403


def test_changes_of_others_are_not_found(shop: Shop, other_keys: Keys) -> None:
    told = shop.tell()
    theirs = Shop(shop.client, other_keys)
    assert theirs.get("/v1/changes")["items"] == []
    assert theirs.get(f"/v1/changes/{told['id']}/impact", status=404)["code"] == "not_found"


def test_a_change_that_helped_is_told_from_the_rest(
    shop: Shop, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for day in range(1, 8):
            said(session, workspace, -day, bad=5, of=6)
            said(session, workspace, day, bad=1, of=6)
        said(session, workspace, 0, bad=3, of=6)  # on the day itself, which is left out
    path = f"/v1/changes/{shop.tell()['id']}/impact"
    found = shop.get(path, days=7)
    assert found["before"] == {
        "since": "2026-02-25",
        "until": "2026-03-04",
        "mentions": 42,
        "items": 42,
    }
    assert (found["after"]["since"], found["after"]["until"]) == ("2026-03-05", "2026-03-12")
    assert found["control_after"] == {"mentions": 42, "items": 42}
    share = found["measures"]["negative_share"]
    assert (share["before"], share["after"], share["control_before"]) == (0.833, 0.167, 0.5)
    assert (share["effect"], share["better"], share["significant"]) == (-0.667, True, True)
    assert share["low"] < -0.667 < share["high"] < 0
    assert found["measures"]["nps"]["effect"] == pytest.approx(133.333)
    volume = found["measures"]["volume_share"]
    assert (volume["before"], volume["effect"], volume["better"]) == (0.5, 0.0, None)
    assert (found["verdict"], found["items_needed"]) == ("improved", None)
    assert found["sentence"].startswith("It got better: ")
    with database.write() as session:
        write(session, workspace.id, [], attributes={"persona": "pro"}, occurred_at=NOON)
    segment = shop.tell(scope={"attributes": {"persona": "smb"}})
    empty = shop.get(f"/v1/changes/{segment['id']}/impact", days=7)
    assert (empty["verdict"], empty["before"]["items"]) == ("no_evidence_yet", 0)
    assert empty["control_before"] == {"mentions": 84, "items": 84}
    assert "Too little feedback" in empty["sentence"]


def test_a_language_of_a_scope_is_understood_as_intake_does(
    shop: Shop, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for day in range(-7, 8):
            said(session, workspace, day, bad=2, of=4)
    told = [shop.tell(scope={"language": tag})["id"] for tag in ("en", "EN-gb")]
    found = [shop.get(f"/v1/changes/{id}/impact", days=7) for id in told]
    assert found[0]["before"] == found[1]["before"]
    assert found[1]["before"]["items"] == 56


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ({"channel": "chat"}, "Its share of all feedback rose from 25% to 50% ("),
        ({"stage": "purchase"}, "Its share of all feedback rose from 33% to 50% ("),
        (
            {"stage": "purchase", "channel": "chat"},
            "Its share of the feedback of this segment rose from 33% to 67% (",
        ),
    ],
)
def test_the_volume_of_a_scope_is_a_share_of_what_it_is_compared_with(
    shop: Shop, database: Database, workspace: Workspace, scope: dict[str, str], told: str
) -> None:
    counts = {
        ("purchase", "chat"): (1, 4),
        ("usage", "chat"): (2, 2),
        ("purchase", "website"): (3, 2),
        ("usage", "website"): (6, 4),
    }
    with database.write() as session:
        for day in [*range(-14, 0), *range(1, 15)]:
            at = NOON + timedelta(days=day)
            for (stage, channel), (before, after) in counts.items():
                for _ in range(before if day < 0 else after):
                    mood = [Said(stage, "product", "positive")]
                    write(session, workspace.id, mood, occurred_at=at, channel=channel)
    change = shop.tell(scope=scope)
    assert told in shop.get(f"/v1/changes/{change['id']}/impact", days=14)["sentence"]


def test_attributes_are_counted_afresh_and_say_the_same(
    shop: Shop, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for day in range(-7, 8):
            bad = 5 if day < 0 else 1
            said(session, workspace, day, bad=bad, of=4)
    plain = shop.tell(happened_at="2026-03-04")
    everybody = shop.tell(
        happened_at="2026-03-04", scope=CHECKOUT["scope"] | {"source": "web", "kind": "survey"}
    )
    measures = [
        shop.get(f"/v1/changes/{change['id']}/impact", days=7)["measures"]
        for change in (plain, everybody)
    ]
    assert measures[0] == measures[1]


def test_a_change_to_come_has_nothing_to_tell(shop: Shop) -> None:
    found = shop.get(f"/v1/changes/{shop.tell(happened_at='2999-01-01')['id']}/impact")
    assert (found["days_over"], found["verdict"], found["measures"]) == (0, "no_evidence_yet", {})
    assert "not happened yet" in found["sentence"]
    assert found["items_needed"] > 300


def test_a_journey_with_other_names_ends_no_impact(
    shop: Shop, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for day in range(1, 8):
            said(session, workspace, -day, bad=5, of=6)
            said(session, workspace, day, bad=1, of=6)
    cell = str(cell_id(workspace.id, Cell("purchase", "checkout"), PAIN))
    scopes: list[dict[str, Any]] = [CHECKOUT["scope"], {"pain_point": cell}]
    told = [shop.tell(happened_at="2026-03-04", scope=scope)["id"] for scope in scopes]

    def effects() -> list[Any]:
        return [shop.get(f"/v1/changes/{id}/impact", days=7)["measures"] for id in told]

    before = effects()
    assert before[0] == before[1] != {}
    renamed = {"key": "buy", "name": "Buy", "includes": [{"stage": "purchase"}]}
    rest = {"key": "rest", "name": "Rest", "includes": [{"stage": "usage"}]}
    till = {"key": "till", "name": "Till", "includes": ["checkout"]}
    goods = {"key": "goods", "name": "Goods", "includes": ["product"]}
    body = {"stages": [renamed, rest], "touchpoints": [till, goods]}
    path, headers = "/v1/journey/definition", bearer(shop.keys.manage)
    assert shop.client.put(path, json=body, headers=headers).status_code == 200
    assert effects() == before
    assert shop.tell(422, scope=CHECKOUT["scope"])["code"] == "unknown_stage"
    with database.read() as session:
        changes = [get_change(session, workspace.id, UUID(id)) for id in told]
        words = [scope_in_current_journey(session, change) for change in changes]
    assert [word and (word.stage, word.touchpoint, word.pain_point) for word in words] == [
        (["buy"], ["till"], None)
    ] * 2
    merged = {"stages": [renamed | {"includes": [{"stage": "purchase"}, {"stage": "usage"}]}]}
    assert shop.client.put(path, json=merged, headers=headers).status_code == 200
    with database.read() as session:
        assert (
            scope_in_current_journey(session, get_change(session, workspace.id, UUID(told[0])))
            is None
        )


def test_a_change_of_today_has_happened(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    told = shop.tell(happened_at=NOON.isoformat())
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=15))
    found = shop.get(f"/v1/changes/{told['id']}/impact")
    assert (found["days_over"], found["verdict"]) == (0, "no_evidence_yet")
    assert found["sentence"].startswith("It happened today; the first whole day (UTC)")


def test_the_day_after_a_change_is_too_early_for_a_verdict(
    shop: Shop, database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        said(session, workspace, -1, bad=22, of=24)
        said(session, workspace, 1, bad=2, of=24)
    told = shop.tell(happened_at=NOON.isoformat())
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=1, minutes=15))
    found = shop.get(f"/v1/changes/{told['id']}/impact")
    share = found["measures"]["negative_share"]
    assert (found["days_over"], found["verdict"]) == (1, "no_evidence_yet")
    assert (share["effect"], share["low"], share["high"]) == (-0.833, -1, 1)
    assert (share["p"], share["moved"], share["detectable"]) == (None, False, None)
    assert found["sentence"].startswith("Too early for a verdict: one day before and one after")


def test_a_pain_point_that_is_gone_has_improved(
    shop: Shop, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        theme = PainPoint(
            workspace_id=workspace.id,
            id=new_id(),
            stage="purchase",
            touchpoint="checkout",
            sentiment="negative",
            title="Card declined",
            centroid=b"",
            model_version="fake:1",
            created_at=NOON,
            updated_at=NOON,
        )
        session.add(theme)
        session.flush()
        for day in range(1, 8):
            for side, about in ((-1, 4), (1, 4 * (day == 1))):
                at = NOON + timedelta(days=side * day)
                for _ in range(about):
                    row = write(
                        session, workspace.id, [Said("purchase", "checkout")], occurred_at=at
                    )
                    mention = session.get(Mention, (workspace.id, row.id, 0))
                    assert mention is not None
                    delta = Delta()
                    delta.add(row, [mention], -1)
                    mention.pain_point_id = theme.id
                    delta.add(row, [mention])
                    session.flush()
                    apply(session, delta)
                for _ in range(8):
                    write(session, workspace.id, [Said("usage", "product")], occurred_at=at)
        wanted = str(theme.id)
    change = shop.tell(scope={"pain_point": wanted})
    found = shop.get(f"/v1/changes/{change['id']}/impact", days=7)
    volume = found["measures"]["volume_share"]
    assert (volume["before"], volume["after"]) == (0.33333, 0.06667)  # 28 of 84, 4 of 60
    assert (found["verdict"], volume["better"]) == ("improved", True)
    assert set(found["measures"]) == {"mean_severity", "volume_share"}
