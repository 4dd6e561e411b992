"""What a sender stated of feedback without any mention counts, with its rating."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.db import Database
from service.verify.checks import verify
from tests.credentials import Keys, bearer
from tests.fakes import FakeAnalyzer
from tests.service.conftest import Analyse
from tests.service.insights.conftest import Get

STORE = {"stage": "purchase", "touchpoint": "store"}
HOUR = {"since": "2026-03-04T11:00:00Z", "until": "2026-03-04T13:00:00Z"}
"""Not of whole days: recounted."""
FILTERS: tuple[dict[str, Any], ...] = ({}, {"source": "shop"}, {"attr.persona": "smb"}, HOUR)


@pytest.fixture
def post(client: TestClient, keys: Keys) -> Any:
    """Post a survey answer and tell its id: ``post("a", 10, stage="purchase")``."""

    def send(external_id: str, rating: int, text: str = "", **stated: str) -> str:
        body = {
            "text": text,
            "rating": {"value": rating, "scale": "nps"},
            "source": "shop",
            "external_id": external_id,
            "occurred_at": "2026-03-04T12:00:00Z",
            "attributes": {"persona": "smb"},
        }
        answer = client.post(
            "/v1/feedback/surveys", json=body | stated, headers=bearer(keys.ingest)
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    return send


def by_key(parts: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return next(part for part in parts if part["key"] == key)


def figures(part: dict[str, Any]) -> tuple[int, int, float, int]:
    """Mentions, items, the NPS and the number of its answers."""
    kpi = part["kpis"]["nps"]
    return part["mentions"], part["items"], kpi["value"], kpi["n"]


def test_answers_without_a_text_count_where_they_were_given(
    get: Get, post: Any, analyse: Analyse, database: Database
) -> None:
    for number in range(28):
        post(f"silent-{number}", 10, **STORE)
    post("nothing said", 10, "n/a", **STORE)
    post("stage alone", 10, stage="Purchase")
    for number in range(3):
        post(f"complaint-{number}", 0, "The queue was bad", **STORE)
    post("nowhere", 5)
    analyse()
    assert verify(database).clean
    for filters in FILTERS:
        drawn = get("/v1/journey", **filters)
        purchase = by_key(drawn["stages"], "purchase")
        assert figures(purchase) == (3, 33, 81.8, 33)
        assert figures(by_key(drawn["touchpoints"], "store")) == (3, 32, 81.2, 32)
        assert figures(drawn["overall"]) == (3, 34, 76.5, 34)
        cells = {(cell["stage"], cell["touchpoint"]): cell for cell in drawn["cells"]}
        assert figures(cells["purchase", "store"]) == (3, 32, 81.2, 32)
        assert figures(cells["purchase", "unassigned"]) == (0, 1, 100.0, 1)
        assert purchase["negative_share"] == 1.0
        assert purchase["small"]  # three speak
        assert drawn["coverage"]["unassigned_share"] == 0.0
        (driver,) = get("/v1/drivers", by="stage", kpi="nps", **filters)["items"]
        assert (driver["value"], driver["n"]) == (81.818, 33)
        (pain,) = get("/v1/pain-points", level="cell", **filters)["items"]
        assert (pain["items"], pain["pain"]) == (3, 6.0)
        assert pain["impact"]["nps"]["n"] == 32
        series = get("/v1/trends", by="day", group="stage", **filters)["series"]
        assert figures(by_key(series, "purchase")["points"][0]) == (3, 33, 81.8, 33)
        narrowed = get("/v1/journey", stage="purchase", **filters)["overall"]
        assert figures(narrowed) == (3, 33, 81.8, 33)
        found = get("/v1/feedback", stage="purchase", limit=100, **filters)["items"]
        assert len(found) == 33
    assert {item["analysis"]["stage"] for item in found} == {"purchase"}
    first = get("/v1/feedback", stage="purchase", limit=20)
    second = get("/v1/feedback", stage="purchase", limit=20, cursor=first["next"])
    assert [*first["items"], *second["items"]] == found
    assert len(get("/v1/feedback", touchpoint="store", limit=100)["items"]) == 32
    assert not get("/v1/feedback", stage="unassigned")["items"]


def test_what_is_sent_again_moves_and_what_is_erased_goes(
    get: Get,
    post: Any,
    analyse: Analyse,
    client: TestClient,
    keys: Keys,
    database: Database,
) -> None:
    def at() -> dict[str, int]:
        assert verify(database).clean
        stages = get("/v1/journey")["stages"]
        return {stage["key"]: stage["items"] for stage in stages if stage["items"]}

    moved = post("a", 9, **STORE)
    post("b", 9, "The queue was bad", **STORE)
    analyse()
    assert at() == {"purchase": 2}
    post("a", 9, stage="advocacy")
    assert at() == {"purchase": 1}
    analyse()
    assert at() == {"purchase": 1, "advocacy": 1}
    post("b", 9, **STORE)  # says nothing any more
    analyse(FakeAnalyzer("2"))
    assert at() == {"purchase": 1, "advocacy": 1}
    post("a", 9, "The queue was bad")
    analyse(FakeAnalyzer("2"))
    assert at() == {"purchase": 1, "unassigned": 1}
    client.delete(f"/v1/feedback/{moved}", headers=bearer(keys.manage)).raise_for_status()
    assert at() == {"purchase": 1}
