"""The journey map: axes, cells, KPIs and coverage."""

from typing import Any

import pytest

from models.workspace import Workspace
from service.db import Database
from service.journey.schemas import DefinitionIn
from service.journey.service import put_definition
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import Said, rating, write

MARCH: dict[str, Any] = {"since": "2026-03-01", "until": "2026-03-05"}


def by_key(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["key"]: entry for entry in entries}


def picked(kpi: dict[str, Any]) -> dict[str, Any]:
    return {name: kpi[name] for name in ("value", "n", "high", "low")}


@pytest.mark.usefixtures("shop")
def test_axes_are_complete_and_cells_sparse(get: Get) -> None:
    drawn = get("/v1/journey", **MARCH)
    stages = [stage["key"] for stage in drawn["stages"]]
    assert stages == [
        "awareness",
        "consideration",
        "purchase",
        "retention",
        "advocacy",
        "unassigned",
    ]
    assert len(drawn["touchpoints"]) == 18
    assert [(cell["stage"], cell["touchpoint"], cell["mentions"]) for cell in drawn["cells"]] == [
        ("purchase", "checkout", 3),
        ("retention", "delivery", 1),
        ("retention", "product", 2),
        ("retention", "returns", 1),
    ]
    empty = by_key(drawn["stages"])["awareness"]
    assert (empty["mentions"], empty["score"], empty["kpis"]) == (0, None, {})


@pytest.mark.usefixtures("shop")
def test_measures_are_as_worked_out_by_hand(get: Get) -> None:
    drawn = get("/v1/journey", **MARCH)
    overall, stages = drawn["overall"], by_key(drawn["stages"])
    assert (overall["mentions"], overall["items"]) == (7, 5)
    assert overall["net_sentiment"] == -0.143  # (3 - 4) / 7
    assert picked(overall["kpis"]["nps"]) == {"value": 0.0, "n": 5, "high": 0.4, "low": 0.4}
    # Purchase is touched by the answers 3, 9 and 7: 1 promoter, 1 detractor.
    purchase = picked(stages["purchase"]["kpis"]["nps"])
    assert purchase == {"value": 0.0, "n": 3, "high": 0.333, "low": 0.333}
    assert stages["purchase"]["share"] == 0.429  # 3 of 7
    # Retention by 3, 10 and 0: 1 promoter, 2 detractors.
    assert stages["retention"]["kpis"]["nps"]["value"] == -33.3
    assert stages["retention"]["mean_severity"] == 1.25  # (3 + 2) / 4
    assert stages["retention"]["emotions"] == {"delight": 2, "frustration": 2}
    touchpoints = by_key(drawn["touchpoints"])
    assert touchpoints["product"]["items"] == 2
    assert drawn["cells"][0]["items"] == 3


@pytest.mark.usefixtures("shop")
def test_a_touchpoint_filter_leaves_other_touchpoints_of_the_same_items_out(get: Get) -> None:
    drawn = get("/v1/journey", touchpoint="checkout", **MARCH)
    stages = by_key(drawn["stages"])
    assert (drawn["overall"]["mentions"], drawn["overall"]["items"]) == (3, 3)
    assert (stages["purchase"]["items"], stages["retention"]["items"]) == (3, 0)
    assert drawn["coverage"]["analysed"] == 5


def test_the_definition_speaks_on_the_map(
    get: Get, database: Database, workspace: Workspace
) -> None:
    changes: dict[str, Any] = {
        "preset": "five-stage",
        "stages": [
            {
                "key": "purchase",
                "name": "Buying",
                "owner": "Ana",
                "goals": ["Buy in a minute"],
                "kpi": {"name": "csat", "target": 80},
            }
        ],
        "touchpoints": [
            {"key": "product", "kpi": {"name": "net_sentiment", "target": 0.5}, "tools": ["QA"]},
            {"key": "website", "kpi": {"name": "nps", "target": 30}},
        ],
    }
    with database.write() as session:
        body = DefinitionIn.model_validate(changes)
        put_definition(session, workspace.id, body, lambda _current: True)
        write(session, workspace.id, [Said(*CHECKOUT)], **rating(4, 1, 5, "csat"))
        write(session, workspace.id, [Said(*CHECKOUT)], **rating(3, 1, 5, "csat"))
        write(session, workspace.id, [Said(*PRODUCT)])
    drawn = get("/v1/journey")
    assert (drawn["journey"], drawn["version"]) == ("five-stage", 1)
    buying = by_key(drawn["stages"])["purchase"]
    assert (buying["name"], buying["owner"], buying["goals"]) == (
        "Buying",
        "Ana",
        ["Buy in a minute"],
    )
    assert buying["kpi"] == {"name": "csat", "target": 80.0, "value": 50.0, "reached": False}
    (cell,) = (cell for cell in drawn["cells"] if cell["touchpoint"] == "checkout")
    assert (cell["owner"], cell["kpis_to_reach"]) == ("Ana", [buying["kpi"]])
    touchpoints = by_key(drawn["touchpoints"])
    assert touchpoints["product"]["kpi"]["value"] == -1.0
    assert touchpoints["product"]["tools"] == ["QA"]
    assert touchpoints["website"]["kpi"]["value"] is None


def test_coverage_counts_what_the_map_can_not_speak_of(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said("unassigned", "product"), Said(*PRODUCT)])
        write(session, workspace.id, [])
        for state in ("pending", "pending", "failed"):
            write(session, workspace.id, [], state=state)
        write(session, workspace.id, [], state="pending", source="elsewhere")
    drawn = get("/v1/journey", source="web", stage="usage", journey="eight-stage")
    assert drawn["coverage"] == {
        "analysed": 2,
        "pending": 2,
        "failed": 1,
        "unassigned_share": 0.5,
    }
    assert drawn["pending"] == 3
    assert drawn["overall"]["mentions"] == 1
    assert get("/v1/journey")["overall"]["items"] == 2
