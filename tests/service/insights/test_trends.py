"""Series: every period there, measured as worked out by hand."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session

from models.mention import Mention
from models.pain_point import PAIN, PainPoint
from models.types import new_id
from models.workspace import Workspace
from service.db import Database
from service.insights.journey_cells import cell_id
from service.journey.native import Cell
from service.rollups.apply import Delta, apply
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import NOON, Said, nps, theme, write


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


def test_a_spike_is_told_by_the_weeks_before_the_filter(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for day in range(40):
            at = NOON - timedelta(days=day)
            for _ in range(12 if day == 0 else 1 + day % 2):
                write(session, workspace.id, [Said(*CHECKOUT)], occurred_at=at)
    asked = {"by": "day", "since": "2026-03-02", "until": "2026-03-05"}
    for filters in (asked, {"by": "day"}, {**asked, "group": "stage", "stage": "purchase"}):
        (series,) = get("/v1/trends", **filters)["series"]
        points = series["points"]
        assert [point["spikes"] for point in points[-3:]] == [[], [], ["mentions", "negative"]]
        assert points[-1]["expected"]["negative"]["mean"] == pytest.approx(1.5, abs=0.5)
    assert points[-1]["share"] == 1.0
    (month,) = get("/v1/trends", by="month", since="2026-03-01", until="2026-04-01")["series"]
    assert month["points"][0]["expected"] == {}


def by_week(session: Session, workspace_id: UUID, counts: list[int], last: datetime) -> None:
    """So many items a week, the last on the day of ``last``, each on its weekday."""
    for ago, count in enumerate(reversed(counts)):
        for _ in range(count):
            at = last - timedelta(weeks=ago)
            write(session, workspace_id, [Said(*CHECKOUT)], occurred_at=at)


def test_time_before_the_first_feedback_is_no_history(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        by_week(session, workspace.id, [2, 4, 3, 2, 4, 3, 2, 4, 3, 15], NOON)
    (whole,) = get("/v1/trends")["series"]
    judged = [point["spikes"] for point in whole["points"] if point["expected"]]
    assert judged == [[], ["mentions", "negative"]]
    for since in ("2025-10-06", "2025-12-29", "2025-12-31"):  # long before, its week, its day
        for asked in ({}, {"group": "touchpoint", "touchpoint": "checkout"}):
            (series,) = get("/v1/trends", since=since, **asked)["series"]
            assert series["points"][-10:] == whole["points"]
            assert not any(point["expected"] for point in series["points"][:-2])


def test_one_long_item_is_no_spike(get: Get, database: Database, workspace: Workspace) -> None:
    """Neither among many ratings without a text; what comes after is judged the same."""
    with database.write() as session:
        for day in range(2, 40):
            write(session, workspace.id, [Said(*CHECKOUT)], occurred_at=NOON - timedelta(days=day))
        yesterday = NOON - timedelta(days=1)
        write(session, workspace.id, [Said(*CHECKOUT)] * 14, occurred_at=yesterday)
        for _ in range(9):
            write(session, workspace.id, [], occurred_at=yesterday, **nps(9))
            write(session, workspace.id, [Said(*CHECKOUT)], occurred_at=NOON)
    (series,) = get("/v1/trends", by="day")["series"]
    long, many = series["points"][-2:]
    assert (long["mentions"], long["items"], many["mentions"], many["items"]) == (14, 10, 9, 9)
    assert long["expected"]["mentions"]["upper"] < 14
    assert (long["spikes"], many["spikes"]) == ([], ["mentions", "negative"])
    (series,) = get("/v1/trends", by="day", since="2026-03-04")["series"]
    assert series["points"] == [many]


def test_a_week_that_since_cuts_is_not_judged_and_is_history_as_a_whole(
    get: Get, database: Database, workspace: Workspace
) -> None:
    """All is said on Wednesdays at noon."""
    counts = [2, 4, 3, 2, 4, 3, 2, 4, 3, 15, 3, 4, 2]
    with database.write() as session:
        by_week(session, workspace.id, counts, datetime(2026, 1, 28, 12, tzinfo=UTC))
    (whole,) = get("/v1/trends", since="2026-01-05")["series"]
    assert [bool(point["spikes"]) for point in whole["points"]] == [True, False, False, False]
    for since, left in (("2026-01-07", 15), ("2026-01-08", 0), ("2026-01-07T12:00:01Z", 0)):
        (series,) = get("/v1/trends", since=since)["series"]
        cut, *later = series["points"]
        assert (cut["mentions"], cut["expected"], cut["spikes"]) == (left, {}, [])
        assert later == whole["points"][1:]


def assigned(session: Session, theme: PainPoint, days: list[int]) -> None:
    """A mention of the theme, an NPS of 2, on each of these days before 4 March."""
    for day in days:
        at = NOON - timedelta(days=day)
        row = write(
            session, theme.workspace_id, [Said(*CHECKOUT, severity=2)], occurred_at=at, **nps(2)
        )
        mention = session.get(Mention, (row.workspace_id, row.id, 0))
        assert mention is not None
        delta = Delta()
        delta.add(row, [mention], -1)
        mention.pain_point_id = theme.id
        delta.add(row, [mention])
        session.flush()
        apply(session, delta)


@pytest.mark.usefixtures("shop")
def test_a_pain_point_has_its_series(get: Get, database: Database, workspace: Workspace) -> None:
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
        assigned(session, theme, [0, 0, 7])
        wanted = str(theme.id)
    trends = get("/v1/trends", by="week", pain_point=wanted)
    (series,) = trends["series"]
    assert (series["key"], series["name"]) == (wanted, "Card declined")
    assert [
        (
            point["mentions"],
            point["items"],
            point["negative"],
            point["share"],
            point["mean_severity"],
        )
        for point in series["points"]
    ] == [(1, 1, 1, 0.5, 2.0), (2, 2, 2, 0.222, 2.0)]
    assert series["points"][1]["kpis"]["nps"]["n"] == 2
    recounted = get(
        "/v1/trends", by="week", pain_point=wanted, since="2026-02-25T00:00:01Z", until="2026-03-05"
    )
    assert recounted["series"][0]["points"] == series["points"]
    (elsewhere,) = get("/v1/trends", by="week", pain_point=wanted, stage="advocacy")["series"]
    assert elsewhere["points"] == []


@pytest.mark.usefixtures("shop")
def test_a_cells_pain_point_has_the_series_of_the_cell(get: Get) -> None:
    (cell,) = (
        point
        for point in get("/v1/pain-points", level="cell")["items"]
        if point["touchpoint"] == "checkout"
    )
    (series,) = get("/v1/trends", by="month", pain_point=cell["id"])["series"]
    assert [point["mentions"] for point in series["points"]] == [1, 3]
    assert (series["key"], series["name"]) == (cell["id"], cell["title"])
    assert get("/v1/trends", status=404, pain_point=str(uuid4()))["code"] == "not_found"
    wrong = get("/v1/trends", status=422, pain_point=cell["id"], group="stage")
    assert wrong["invalid_params"][0]["name"] == "group"


@pytest.mark.usefixtures("shop")
def test_the_share_of_a_cell_is_of_all_mentions_in_the_filter(
    get: Get, workspace: Workspace
) -> None:
    """Delivery has 1 of 7 mentions of its week, of which 4 are of retention; before it has none."""
    wanted = str(cell_id(workspace.id, Cell("retention", "delivery"), PAIN))
    shares = {(): [0.0, 0.143], (("stage", "retention"),): [0.25], (("stage", "advocacy"),): []}
    for filters, found in shares.items():
        (series,) = get("/v1/trends", by="week", pain_point=wanted, **dict(filters))["series"]
        assert [point["share"] for point in series["points"]] == found
    within_a_day = {"since": "2026-02-25T00:00:01Z", "until": "2026-03-05"}
    (series,) = get("/v1/trends", by="week", pain_point=wanted, **within_a_day)["series"]
    assert [point["share"] for point in series["points"]] == shares[()]


@pytest.mark.parametrize(
    "period", [{}, {"since": "2026-03-02", "until": "2026-03-05"}, {"since": "2025-12-29"}]
)
@pytest.mark.parametrize("by", ["day", "week"])
def test_the_first_complaints_somewhere_are_a_spike_after_weeks_of_other_feedback(
    get: Get, database: Database, workspace: Workspace, period: dict[str, str], by: str
) -> None:
    """Whatever the series: of the place, of its touchpoint, of its cell, of its theme."""
    with database.write() as session:
        crash = theme(session, workspace.id, CHECKOUT, "Crash")
        for day in range(70):
            write(session, workspace.id, [Said(*PRODUCT)], occurred_at=NOON - timedelta(days=day))
        for _ in range(9):
            write(session, workspace.id, [Said(*CHECKOUT, theme=crash)])
    cell = cell_id(workspace.id, Cell("purchase", "checkout"), PAIN)
    for asked in (
        {"stage": "purchase"},
        {"touchpoint": "checkout", "stage": "purchase", "source": "web"},
        {"group": "touchpoint", "touchpoint": "checkout"},
        {"pain_point": str(cell)},
        {"pain_point": str(crash), "stage": "purchase"},
    ):
        (series,) = get("/v1/trends", by=by, **asked, **period)["series"]
        *_, point = series["points"]
        assert (point["negative"], point["spikes"]) == (9, ["mentions", "negative"])
        assert point["expected"]["negative"]["upper"] < 1.2


@pytest.mark.parametrize("period", [{}, {"since": "2026-03-02", "until": "2026-03-05"}])
def test_a_new_cell_is_judged_by_the_days_when_others_were_spoken_of(
    get: Get, database: Database, workspace: Workspace, period: dict[str, str]
) -> None:
    with database.write() as session:
        for day in range(40):
            said = [Said(*PRODUCT), *[Said(*CHECKOUT)] * (day < 5)]
            for _ in range(1 if day else 12):
                write(session, workspace.id, said, occurred_at=NOON - timedelta(days=day))
    wanted = str(cell_id(workspace.id, Cell("purchase", "checkout"), PAIN))
    (series,) = get("/v1/trends", by="day", pain_point=wanted, **period)["series"]
    assert [point["spikes"] for point in series["points"][-2:]] == [[], ["mentions", "negative"]]
