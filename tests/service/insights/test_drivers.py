"""What moves a KPI, ranked."""

from typing import Any

import pytest

from models.pain_point import PainPoint
from models.types import new_id
from models.workspace import Workspace
from service.db import Database
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import NOON, Said, add_pains, nps, write


@pytest.fixture
def rated(database: Database, workspace: Workspace) -> None:
    """30 detractors of the checkout, 60 promoters of the product, 3 of both, 10 who say nothing."""
    answers: list[tuple[int, int, list[Said]]] = [
        (30, 2, [Said(*CHECKOUT)]),
        (60, 9, [Said(*PRODUCT, "positive")]),
        (3, 8, [Said(*CHECKOUT), Said(*PRODUCT, "positive")]),
        (10, 10, []),
    ]
    with database.write() as session:
        for count, score, said in answers:
            for _ in range(count):
                write(session, workspace.id, said, **nps(score))


def by_name(found: Any) -> dict[str, Any]:
    return {item["name"]: item for item in found["items"]}


@pytest.mark.usefixtures("rated")
def test_stages_are_ranked_by_what_the_kpi_would_be_without_them(get: Get) -> None:
    found = get("/v1/drivers", by="stage", kpi="nps")
    assert (found["kpi"], found["overall"], found["of"]) == ("nps", 38.835, 103)  # (70 - 30) / 103
    assert [item["name"] for item in found["items"]] == ["Retention", "Purchase"]
    purchase = found["items"][1]
    assert purchase["without"] == 100.0  # 70 of 70 promoters
    assert purchase["impact"] == -61.165
    assert purchase["value"] == -90.909  # 30 of 33 detractors
    assert purchase["interval"]["low"] < -61.165 < purchase["interval"]["high"] < 0
    assert (purchase["n"], purchase["share"], purchase["small"]) == (33, 0.32, False)
    assert (purchase["significant"], purchase["moment_of_truth"]) == (True, True)
    assert get("/v1/drivers", by="stage")["items"] == found["items"]


@pytest.mark.usefixtures("rated")
def test_the_kpi_stays_that_of_all_stages_under_a_stage_filter(get: Get) -> None:
    found = get("/v1/drivers", by="touchpoint", stage="usage", journey="eight-stage")
    assert found["overall"] == 38.835
    assert [item["touchpoint"] for item in found["items"]] == ["product"]
    (cell,) = get("/v1/drivers", by="cell", touchpoint="checkout")["items"]
    assert (cell["stage"], cell["touchpoint"], cell["name"]) == (*CHECKOUT, "Checkout at Purchase")


@pytest.mark.usefixtures("rated")
def test_sentiment_is_driven_too(get: Get) -> None:
    found = get("/v1/drivers", by="touchpoint", kpi="sentiment")
    assert found["overall"] == 0.312  # (63 - 33) / 96
    assert by_name(found)["Checkout"]["without"] == 1.0
    assert by_name(found)["Checkout"]["moment_of_truth"]


def test_one_item_with_many_complaints_is_no_driver(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for number in range(60):
            said = Said(*PRODUCT, "positive" if number % 2 else "negative")
            write(session, workspace.id, [said])
        write(session, workspace.id, [Said("awareness", "advertising")] * 40)
    found = get("/v1/drivers", by="cell", kpi="sentiment")
    assert (found["of"], found["overall"]) == (100, -0.4)
    driver = by_name(found)["Advertising at Awareness"]
    assert (driver["n"], driver["share"]) == (40, 0.4)
    assert (driver["small"], driver["p"], driver["moment_of_truth"]) == (True, None, False)
    cells = {cell["stage"]: cell for cell in get("/v1/journey")["cells"]}
    assert (cells["awareness"]["small"], cells["awareness"]["moment_of_truth"]) == (True, False)


def test_pain_points_and_wins_drive(
    get: Get, database: Database, workspace: Workspace, rated: None
) -> None:
    with database.write() as session:
        for title, sentiment, items in (("card", "negative", 25), ("rare", "negative", 4)):
            theme = PainPoint(
                workspace_id=workspace.id,
                id=new_id(),
                stage="purchase",
                touchpoint="checkout",
                sentiment=sentiment,
                title=title,
                centroid=b"",
                model_version="fake:1",
                created_at=NOON,
                updated_at=NOON,
            )
            session.add(theme)
            sums: dict[str, Any] = {"mentions": items, "items": items, "low": items}
            add_pains(session, workspace.id, theme.id, "nps:0-10", **sums)
    found = by_name(get("/v1/drivers", by="pain_point", kpi="nps"))
    assert found["card"]["n"] == 25
    assert found["card"]["impact"] == pytest.approx(100 * (40 / 103 - 65 / 78), abs=1e-3)
    assert (found["card"]["stage"], found["card"]["moment_of_truth"]) == ("purchase", True)
    assert (found["rare"]["small"], found["rare"]["p"]) == (True, None)
    assert get("/v1/drivers", by="win")["items"] == []


def test_a_scale_that_nobody_used_has_no_drivers(get: Get) -> None:
    found = get("/v1/drivers", by="stage", kpi="csat")
    assert (found["kpi"], found["overall"], found["of"], found["items"]) == ("csat", None, 0, [])
    wrong = get("/v1/drivers", status=422, kpi="loyalty")
    assert "sentiment" in wrong["invalid_params"][0]["reason"]
    assert get("/v1/drivers")["kpi"] == "sentiment"
