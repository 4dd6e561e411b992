"""Series: every period there, measured as worked out by hand."""

from datetime import UTC, datetime

import pytest

from models.workspace import Workspace
from service.db import Database
from tests.service.insights.conftest import CHECKOUT, Get
from tests.service.insights.rows import Said, nps, write


@pytest.mark.usefixtures("shop")
def test_periods_without_feedback_are_there_with_zeros(get: Get) -> None:
    trends = get("/v1/trends", by="day")
    assert (trends["by"], trends["group"]) == ("day", "none")
    (series,) = trends["series"]
    counts = [(point["start"], point["mentions"], point["items"]) for point in series["points"]]
    assert counts[0] == ("2026-02-25", 1, 1)
    assert counts[1:-1] == [
        (f"2026-{day}", 0, 0) for day in ("02-26", "02-27", "02-28", "03-01", "03-02", "03-03")
    ]
    assert counts[-1] == ("2026-03-04", 7, 5)
    assert series["points"][-1]["kpis"]["nps"]["n"] == 5
    assert series["points"][1]["score"] is None


@pytest.mark.usefixtures("shop")
def test_each_stage_has_its_series(get: Get) -> None:
    trends = get("/v1/trends", by="week", group="stage", since="2026-02-23", until="2026-03-09")
    series = {entry["key"]: entry for entry in trends["series"]}
    assert list(series) == [
        "awareness",
        "consideration",
        "purchase",
        "retention",
        "advocacy",
        "unassigned",
    ]
    starts = [point["start"] for point in series["purchase"]["points"]]
    assert starts == ["2026-02-23", "2026-03-02"]
    assert [point["mentions"] for point in series["purchase"]["points"]] == [1, 3]
    assert [point["items"] for point in series["retention"]["points"]] == [0, 3]
    assert series["retention"]["name"] == "Retention"


@pytest.mark.usefixtures("shop")
def test_only_series_that_the_filter_can_have_are_given(get: Get) -> None:
    trends = get("/v1/trends", group="touchpoint", touchpoint="checkout,returns", by="month")
    assert [entry["key"] for entry in trends["series"]] == ["checkout", "returns"]
    checkout = trends["series"][0]["points"]
    assert [(point["start"], point["mentions"]) for point in checkout] == [
        ("2026-02-01", 1),
        ("2026-03-01", 3),
    ]


@pytest.mark.usefixtures("shop")
def test_times_within_a_day_and_attributes_give_the_same_series(get: Get) -> None:
    rolled = get("/v1/trends", by="day", group="stage")["series"]
    recounted = get(
        "/v1/trends",
        by="day",
        group="stage",
        since="2026-02-25T00:00:01Z",
        until="2026-03-04T23:59:59+00:00",
    )["series"]
    assert recounted == rolled


def test_weeks_are_iso_weeks_across_the_year(
    get: Get, database: Database, workspace: Workspace
) -> None:
    moments = (datetime(2026, 12, 28, tzinfo=UTC), datetime(2027, 1, 3, 23, 59, tzinfo=UTC))
    with database.write() as session:
        for at in moments:
            write(session, workspace.id, [Said(*CHECKOUT)], occurred_at=at, **nps(9))
    (point,) = get("/v1/trends", by="week")["series"][0]["points"]
    assert (point["start"], point["mentions"]) == ("2026-12-28", 2)
    assert point["kpis"]["nps"]["value"] == 100.0


def test_more_than_a_thousand_points_are_refused(get: Get) -> None:
    asked = {"since": "2020-01-01", "until": "2026-01-01"}
    assert get("/v1/trends", status=422, by="day", **asked)["code"] == "too_many_points"
    assert len(get("/v1/trends", by="week", **asked)["series"][0]["points"]) == 314


def test_no_feedback_has_no_points(get: Get) -> None:
    assert get("/v1/trends")["series"] == [{"key": "all", "name": "All", "points": []}]
