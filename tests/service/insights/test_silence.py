"""Items that say nothing are counted and rated, but no measure of mentions is surer for them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from models.workspace import Workspace
from service.db import Database
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import NOON, Said, nps, write

WEEK = timedelta(days=7)
MARCH: dict[str, Any] = {"since": "2026-03-01", "until": "2026-03-08"}
INTERVALS = ("negative_share", "net_sentiment", "mean_severity")
THREE = [Said(*CHECKOUT, severity=1), Said(*CHECKOUT, "positive"), Said(*PRODUCT)]


def speak(session: Session, workspace: Workspace, speakers: int, **columns: Any) -> None:
    """Each says three things."""
    for _ in range(speakers):
        write(session, workspace.id, THREE, **nps(3), **columns)


@pytest.fixture
def spoken(database: Database, workspace: Workspace) -> None:
    """30 speakers in each of two weeks."""
    with database.write() as session:
        for at in (NOON, NOON - WEEK):
            speak(session, workspace, 30, occurred_at=at)


def measures(get: Get) -> list[dict[str, Any]]:
    """What is told of mentions: by the map, over time, and beside the period before."""
    drawn = get("/v1/journey", **MARCH)
    (series,) = get("/v1/trends", by="week", since="2026-03-02", until="2026-03-09")["series"]
    (by_time,) = get("/v1/trends", by="day", since="2026-03-04T00:30:00Z")["series"]
    told = [drawn["overall"], series["points"][0], by_time["points"][0]]
    cell = {name: drawn["cells"][0]["changes"][name] for name in ("share", *INTERVALS)}
    overall = {name: drawn["overall"]["changes"][name] for name in INTERVALS}
    return [*({"of": own["intervals"], "small": own["small"]} for own in told), cell, overall]


def driven(get: Get) -> Any:
    """What drives net sentiment, and of how many."""
    found = get("/v1/drivers", by="stage", kpi="sentiment")
    return found["of"], found["items"]


def test_intervals_and_tests_are_as_without_those_who_say_nothing(
    get: Get, database: Database, workspace: Workspace, spoken: None
) -> None:
    before, drivers = measures(get), driven(get)
    with database.write() as session:
        for at in (NOON, NOON - WEEK):
            for _ in range(70):
                write(session, workspace.id, [], occurred_at=at, **nps(9))
    assert measures(get) == before
    assert driven(get) == drivers
    drawn = get("/v1/journey", **MARCH)
    assert (drawn["overall"]["items"], drawn["overall"]["kpis"]["nps"]["n"]) == (100, 100)
    assert drawn["compared_with"]["items"] == 100


def test_few_speakers_are_few_beside_many_who_say_nothing(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        speak(session, workspace, 10)
        for _ in range(50):
            write(session, workspace.id, [], **nps(9))
    assert get("/v1/journey")["overall"]["small"]


@pytest.mark.parametrize("params", [{}, {"source": "web"}, {"since": "2026-03-04T00:30:00Z"}])
def test_a_share_has_one_interval_wherever_it_is_told(
    get: Get, database: Database, workspace: Workspace, params: dict[str, Any]
) -> None:
    with database.write() as session:
        for _ in range(30):
            write(session, workspace.id, [Said(*CHECKOUT), Said(*CHECKOUT)])
            write(session, workspace.id, [])
    (cell,) = get("/v1/pain-points", level="cell", **params)["items"]
    overall = get("/v1/journey", **params)["overall"]
    (series,) = get("/v1/trends", by="day", **params)["series"]
    points = [point for point in series["points"] if point["mentions"]]
    for told in (overall, *points):
        assert told["intervals"]["negative_share"] == cell["intervals"]["negative_share"]
