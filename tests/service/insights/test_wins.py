"""Wins: what customers praise, by the same rules as what they complain about."""

from typing import Any

import pytest

from models.pain_point import WIN
from models.workspace import Workspace
from service.db import Database
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import Said, nps, theme, write

DELIVERY = ("onboarding", "delivery")


@pytest.fixture
def praise(database: Database, workspace: Workspace) -> str:
    """A win of three items, a cell of one that praises and one that complains, and a pain point."""
    with database.write() as session:
        fast = theme(session, workspace.id, DELIVERY, "Fast delivery", sentiment=WIN)
        late = theme(session, workspace.id, DELIVERY, "Late delivery")
        for value in (10, 9, 10):
            said = [Said(*DELIVERY, "positive", text="fast", theme=fast)]
            write(session, workspace.id, said, **nps(value))
        late_said = [Said(*DELIVERY, severity=2, text="late", theme=late)]
        write(session, workspace.id, late_said, **nps(0))
        for sentiment in ("positive", "negative"):
            write(session, workspace.id, [Said(*PRODUCT, sentiment, severity=1, text=sentiment)])
        write(session, workspace.id, [Said(*CHECKOUT, severity=1)])
    return str(fast)


def test_wins_are_themes_and_cells_with_praise(get: Get, praise: str) -> None:
    found = [(p["title"], p["kind"], p["joy"]) for p in get("/v1/wins")["items"]]
    assert found == [
        ("Fast delivery", "theme", 3.0),
        ("Product at Retention", "cell", 1.0),  # 2 items x 1/2
    ]
    cells = get("/v1/wins", level="cell")["items"]
    assert [(p["touchpoint"], p["joy"]) for p in cells] == [("delivery", 3.0), ("product", 1.0)]
    assert cells[0]["positive_share"] == 0.75
    assert get("/v1/wins", limit=1)["items"][0]["parent"] == cells[0]["id"]
    assert praise not in [p["id"] for p in get("/v1/pain-points")["items"]]


def test_a_win_is_measured_like_a_pain_point(get: Get, praise: str) -> None:
    win = get(f"/v1/pain-points/{praise}")
    assert (win["sentiment"], win["mentions"], win["items"]) == ("positive", 3, 3)
    assert (win["negative_share"], win["positive_share"], win["score"]) == (0.0, 1.0, 0.8)
    assert win["emotions"] == {"delight": 3}
    assert win["impact"]["nps"]["impact"] == 150.0  # 3 of 4 promote and 1 detracts, or only that
    assert [verbatim["text"] for verbatim in win["verbatims"]] == ["fast"]
    page = get(f"/v1/pain-points/{praise}/mentions", limit=2)
    assert [mention["sentiment"] for mention in page["items"]] == ["positive", "positive"]
    rest = get(f"/v1/pain-points/{praise}/mentions", limit=2, cursor=page["next"])
    assert (len(rest["items"]), rest["next"]) == (1, None)


def test_the_win_of_a_cell_is_not_its_pain_point(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for sentiment in ("positive", "negative"):
            write(session, workspace.id, [Said(*PRODUCT, sentiment, text=sentiment)])
    ids: dict[str, Any] = {}
    for path, sentiment in (("/v1/pain-points", "negative"), ("/v1/wins", "positive")):
        (listed,) = get(path)["items"]
        ids[path] = listed["id"]
        one = get(f"/v1/pain-points/{listed['id']}")
        assert {name: one[name] for name in listed} == listed
        assert (one["sentiment"], one["kind"], one["status"]) == (sentiment, "cell", None)
        assert [verbatim["text"] for verbatim in one["verbatims"]] == [sentiment]
        (mention,) = get(f"/v1/pain-points/{listed['id']}/mentions")["items"]
        assert mention["sentiment"] == sentiment
    assert len(set(ids.values())) == 2


@pytest.mark.usefixtures("praise")
@pytest.mark.parametrize("sort", ["joy", "mentions", "trend", "impact", "recent"])
def test_wins_can_be_ordered_otherwise(get: Get, sort: str) -> None:
    page = get("/v1/wins", sort=sort, limit=1, since="2026-03-01")
    assert page["items"][0]["title"] == "Fast delivery"
    following = get("/v1/wins", sort=sort, cursor=page["next"], since="2026-03-01")
    assert [p["touchpoint"] for p in following["items"]] == ["product"]


@pytest.mark.usefixtures("praise")
def test_wins_have_no_order_by_pain(get: Get) -> None:
    assert get("/v1/wins", status=422, sort="pain")["code"] == "invalid_request"
