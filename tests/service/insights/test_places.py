"""Where themes are in a journey with a learned label: where most of their mentions are counted."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from models.pain_point import WIN
from models.workspace import Workspace
from service.db import Database
from service.insights.journey_cells import cell_id
from service.insights.queries.places import Moved, Place, Places
from service.journey.mapping import JourneyMap
from service.journey.native import Cell
from service.journey.schemas import DefinitionIn
from service.journey.service import complete, put_definition
from tests.service.insights.conftest import Get
from tests.service.rows import NOON, Said, nps, theme, write


def taught(key: str, name: str) -> dict[str, Any]:
    """A stage learned from examples."""
    examples = [f"{name} was hard {number}" for number in range(8)]
    return {"key": key, "name": name, "description": f"About {name}.", "examples": examples}


MOVING_IN, LEAVING = taught("moving-in", "Moving in"), taught("leaving", "Leaving")
NATIVE, TAUGHT = ("usage", "store"), ("usage+moving-in", "store")
LIST = "/v1/pain-points"
WEEK = timedelta(days=7)


def definition_of(*stages: dict[str, Any]) -> DefinitionIn:
    return DefinitionIn.model_validate({"preset": "five-stage", "stages": [*stages]})


@pytest.fixture
def themes(database: Database, workspace: Workspace) -> dict[str, UUID]:
    """``dirty`` has 3 of 4 mentions in the learned stage, this week 1 of 2; ``rude`` 1 of 3, and
    ``nice``, a win, 1 of 1. Two complaints about the product, one of them in the learned stage,
    have no theme."""
    with database.write() as session:
        put_definition(session, workspace.id, definition_of(MOVING_IN), lambda _: True)

        def found(title: str, **columns: Any) -> UUID:
            return theme(session, workspace.id, NATIVE, title, **columns)

        ids = {"dirty": found("Dirty"), "rude": found("Rude"), "nice": found("Nice", sentiment=WIN)}
        told = [
            *[("dirty", TAUGHT, NOON - WEEK)] * 2,
            ("dirty", TAUGHT, NOON),
            ("dirty", NATIVE, NOON),
            ("rude", TAUGHT, NOON),
            *[("rude", NATIVE, NOON)] * 2,
        ]
        for name, cell, at in told:
            said = [Said(*cell, severity=2, theme=ids[name])]
            write(session, workspace.id, said, occurred_at=at, **nps(3))
        write(session, workspace.id, [Said(*TAUGHT, "positive", theme=ids["nice"])])
        for stage in ("usage", "usage+moving-in"):
            write(session, workspace.id, [Said(stage, "product", severity=1)])
    return ids


def places(answer: Any) -> list[tuple[str, str, str, int]]:
    return [
        (point["kind"], point["stage"], point["title"], point["items"]) for point in answer["items"]
    ]


@pytest.mark.usefixtures("themes")
@pytest.mark.parametrize("since", [None, "2026-03-01", "2026-03-01T00:00:01Z"])
def test_a_theme_is_where_most_of_all_its_mentions_are_counted(
    get: Get, workspace: Workspace, since: str | None
) -> None:
    period = {"since": since, "until": "2026-03-08"} if since else {}
    listed = get(LIST, **period)
    assert places(listed) == [
        *([("theme", "moving-in", "Dirty", 4)] if not since else []),
        ("theme", "retention", "Rude", 3),
        *([("theme", "moving-in", "Dirty", 2)] if since else []),
        ("cell", "moving-in", "Product at Moving in", 1),
        ("cell", "retention", "Product at Retention", 1),
    ]
    dirty = next(point for point in listed["items"] if point["title"] == "Dirty")
    parent = Cell("moving-in", "store")
    assert dirty["parent"] == str(cell_id(workspace.id, parent, "negative"))
    assert get(f"{LIST}/{dirty['id']}", **period)["stage"] == "moving-in"
    (win,) = get("/v1/wins", level="theme", **period)["items"]
    assert win["stage"] == "moving-in"


@pytest.mark.usefixtures("themes")
def test_stage_filters_select_themes_by_that_place_everywhere(
    get: Get, themes: dict[str, UUID]
) -> None:
    inside = {"stage": "moving-in"}
    assert places(get(LIST, **inside)) == [
        ("theme", "moving-in", "Dirty", 4),
        ("cell", "moving-in", "Product at Moving in", 1),
    ]
    assert [point["title"] for point in get(LIST, stage="retention")["items"]] == [
        "Rude",
        "Product at Retention",
    ]
    drawn = {stage["key"]: stage for stage in get("/v1/journey")["stages"]}
    assert [pain["title"] for pain in drawn["moving-in"]["pains"]] == ["Dirty"]
    assert [pain["title"] for pain in drawn["retention"]["pains"]] == ["Rude"]
    assert [win["title"] for win in drawn["moving-in"]["wins"]] == ["Nice"]
    driven = get("/v1/drivers", by="pain_point", kpi="nps", **inside)["items"]
    assert [(driver["stage"], driver["name"]) for driver in driven] == [("moving-in", "Dirty")]
    wanted = str(themes["dirty"])
    for stage, mentions in (("moving-in", 4), ("retention", 0)):
        assert len(get(f"{LIST}/{wanted}/mentions", stage=stage)["items"]) == mentions
        (series,) = get("/v1/trends", pain_point=wanted, stage=stage)["series"]
        assert sum(point["mentions"] for point in series["points"]) == mentions


@pytest.mark.usefixtures("themes")
def test_no_complaint_is_listed_with_a_theme_and_with_a_cell(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        broken = theme(session, workspace.id, ("usage", "product"), "Broken")
        for stage in ("usage", "usage", "usage+moving-in"):
            write(session, workspace.id, [Said(stage, "product", severity=3, theme=broken)])
    assert [(title, items) for _, _, title, items in places(get(LIST))] == [
        ("Broken", 3),
        ("Dirty", 4),
        ("Rude", 3),
    ]
    inside = get(LIST, stage="moving-in")  # here, nothing else lists them
    assert ("cell", "moving-in", "Product at Moving in", 2) in places(inside)


@pytest.mark.usefixtures("themes")
def test_other_journeys_place_themes_natively(get: Get) -> None:
    listed = get(LIST, level="theme", journey="five-stage")["items"]
    assert {point["stage"] for point in listed} == {"retention"}


def test_a_tie_leaves_a_theme_at_its_native_place() -> None:
    journey = JourneyMap(complete(definition_of(MOVING_IN, LEAVING)))
    native, moving, leaving = Cell(*NATIVE), Cell(*TAUGHT), Cell("usage+leaving", "store")
    one = UUID(int=1)

    def place(mentions: int, elsewhere: dict[Cell, int]) -> Place:
        return Places(journey, {one: Moved(Counter(elsewhere), mentions)}).of(one.hex, native)

    assert place(4, {moving: 2}) == Place(native, frozenset({moving}))
    assert place(5, {moving: 3}) == Place(moving, frozenset({native}))
    assert place(3, {moving: 3}) == Place(moving)
    assert place(5, {moving: 2, leaving: 2}) == Place(leaving, frozenset({native, moving}))
    assert Places(journey, {}).of(one, native) == Place(native)
