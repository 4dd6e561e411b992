"""The map against another period or segment, its themes, moments of truth and blind spots."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from models.pain_point import IGNORED, PainPoint
from models.types import new_id
from models.workspace import Workspace
from service.db import Database
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import NOON, Said, add_pains, nps, write, write_long_before
from tests.service.rows import theme as found_theme

WEEK = timedelta(days=7)
NOW: dict[str, Any] = {"since": "2026-03-01", "until": "2026-03-08"}


def answers(
    session: Session, workspace_id: UUID, at: datetime, bad: int, good: int, **columns: Any
) -> None:
    """Complaints of detractors about the checkout, and praise of it by promoters."""
    for sentiment, count, score in (("negative", bad, 2), ("positive", good, 9)):
        for _ in range(count):
            said = [Said(*CHECKOUT, sentiment, severity=2 * (sentiment == "negative"))]
            write(session, workspace_id, said, occurred_at=at, **nps(score), **columns)


def checkout(drawn: dict[str, Any]) -> dict[str, Any]:
    cells: list[dict[str, Any]] = drawn["cells"]
    return next(cell for cell in cells if cell["touchpoint"] == "checkout")


@pytest.fixture
def worse(database: Database, workspace: Workspace) -> None:
    """25 of 30 complain in this week, 8 of 40 did in the week before; 30 praise the product."""
    with database.write() as session:
        write_long_before(session, workspace.id)
        answers(session, workspace.id, NOON, 25, 5, attributes={"persona": "smb"})
        answers(session, workspace.id, NOON - WEEK, 8, 32, attributes={"persona": "pro"})
        for at in (NOON, NOON - WEEK):
            for _ in range(30):
                said = [Said(*PRODUCT, "positive")]
                write(session, workspace.id, said, occurred_at=at, **nps(9))


@pytest.mark.usefixtures("worse")
def test_the_period_before_is_compared_with(get: Get) -> None:
    drawn = get("/v1/journey", **NOW)
    compared = drawn["compared_with"]
    assert (compared["by"], compared["since"], compared["items"]) == (
        "previous_period",
        "2026-02-22T00:00:00Z",
        70,
    )
    changes = checkout(drawn)["changes"]
    assert set(changes) == {
        "volume",
        "share",
        "negative_share",
        "net_sentiment",
        "mean_severity",
        "nps",
    }
    share = changes["negative_share"]
    assert (share["other"], share["difference"]) == (0.2, 0.633)  # 25 / 30 - 8 / 40
    assert 0.4 < share["low"] < 0.633 < share["high"] < 0.8
    assert (share["significant"], changes["nps"]["significant"]) == (True, True)
    assert changes["nps"]["difference"] == pytest.approx(-126.67)
    volume = changes["volume"]
    assert (volume["other"], volume["difference"], volume["significant"]) == (40, -0.25, False)
    (product,) = (cell for cell in drawn["cells"] if cell["touchpoint"] == "product")
    assert not any(change["significant"] for change in product["changes"].values())
    assert "share" not in drawn["overall"]["changes"]


def test_volumes_are_not_compared_with_a_time_without_any_feedback(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        slow = found_theme(session, workspace.id, CHECKOUT, "Slow")
        for _ in range(30):
            write(session, workspace.id, [Said(*CHECKOUT, severity=1, theme=slow)])
    for filters in ({}, {"stage": "purchase"}, {"compare_until": "2026-03-01"}):
        drawn = get("/v1/journey", **NOW | filters)
        assert drawn["compared_with"]["items"] == 0
        assert not any(part["changes"] for part in (drawn["overall"], *drawn["cells"]))
    trend = checkout(get("/v1/journey", **NOW))["pains"][0]["trend"]
    assert (trend["previous_items"], trend["p"], trend["significant"]) == (0, None, False)
    with database.write() as session:
        write(session, workspace.id, [Said(*PRODUCT)], occurred_at=NOON - WEEK)
    for filters in ({}, {"stage": "purchase"}):
        cell = checkout(get("/v1/journey", **NOW | filters))
        assert cell["pains"][0]["trend"]["significant"] is True
        volume = cell["changes"]["volume"]
        assert (volume["other"], volume["difference"], volume["significant"]) == (0, None, True)


@pytest.mark.parametrize("filters", [{}, {"stage": "purchase"}, {"source": "web"}])
@pytest.mark.parametrize("begins", ["2026-03-01", "2026-03-01T00:00:01Z"])
def test_volumes_of_a_period_before_count_from_the_first_feedback_on(
    get: Get, database: Database, workspace: Workspace, filters: dict[str, str], begins: str
) -> None:
    """One item a day since 25 February: in all of the last 7 days, and in 4 of those before."""
    with database.write() as session:
        slow = found_theme(session, workspace.id, CHECKOUT, "Slow")
        for day in range(11):
            at = NOON + timedelta(days=3 - day)
            said = [Said(*CHECKOUT, severity=1, theme=slow)]
            for kind in ("survey", "review", "ticket"):
                write(session, workspace.id, said, occurred_at=at, kind=kind)
        write(session, workspace.id, [Said(*PRODUCT)], occurred_at=NOON - 2 * WEEK, source="app")
    period = {"since": begins, "until": "2026-03-08"}
    drawn = get("/v1/journey", **period | filters)
    trend = checkout(drawn)["pains"][0]["trend"]
    volume = checkout(drawn)["changes"]["volume"]
    steady = "source" in filters  # the others know of feedback from before
    assert drawn["compared_with"]["since"][:10] == ("2026-02-25" if steady else "2026-02-22")
    assert (volume["other"], trend["previous_items"]) == (12, 12)
    assert trend["rate_change"] == pytest.approx(0 if steady else 0.75, abs=0.001)
    assert volume["difference"] == pytest.approx(0 if steady else 0.75, abs=0.001)
    assert get(f"/v1/pain-points/{slow}", **period | filters)["trend"] == trend
    asked = period | filters | {"sort": "trend", "touchpoint": "checkout"}
    for level in ("theme", "cell"):
        (point,) = get("/v1/pain-points", level=level, **asked)["items"]
        assert point["trend"]["rate_change"] == trend["rate_change"]


def test_volumes_of_either_side_count_from_the_first_feedback_on(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for day in range(11):
            for _ in range(3):
                at = NOON + timedelta(days=3 - day)
                write(session, workspace.id, [Said(*CHECKOUT)], occurred_at=at)
    earlier = {"since": "2026-02-15", "until": "2026-03-01"}
    later = {"since": "2026-03-01", "until": "2026-03-08"}
    for one, other in ((earlier, later), (later, earlier)):
        compared = {f"compare_{name}": value for name, value in other.items()}
        drawn = get("/v1/journey", **one, **compared)
        assert drawn["overall"]["changes"]["volume"]["difference"] == 0
        cut = other["since"] if other is later else "2026-02-25"
        assert drawn["compared_with"]["since"] == f"{cut}T00:00:00Z"


@pytest.mark.usefixtures("worse")
def test_another_period_or_segment_is_compared_with_in_one_call(get: Get) -> None:
    period = get("/v1/journey", **NOW, compare_until="2026-03-01")
    assert period["compared_with"]["by"] == "period"
    assert checkout(period)["changes"] == checkout(get("/v1/journey", **NOW))["changes"]
    segment = get("/v1/journey", **{"attr.persona": "smb", "compare.attr.persona": "pro"})
    assert segment["compared_with"] == {
        "by": "segment",
        "since": None,
        "until": None,
        "filters": {"attr.persona": ["pro"]},
        "mentions": 40,
        "items": 40,
    }
    changes = checkout(segment)["changes"]
    assert changes["negative_share"]["difference"] == 0.633
    assert "volume" not in changes


def test_the_other_side_names_its_source_only_as_it_was_sent(get: Get) -> None:
    """A source that identifies a person is also looked up in its stored form."""
    jane = {"source": "jane.doe@example.com"}
    sent = {f"compare.{name}": value for name, value in jane.items()}
    segment = get("/v1/journey", **sent, source="web")["compared_with"]
    period = get("/v1/journey", **NOW, **jane, compare_until="2026-03-01")["compared_with"]
    assert (segment["filters"], period["filters"]) == (
        {"source": ["jane.doe@example.com"]},
        {"source": ["jane.doe@example.com"]},
    )


@pytest.mark.usefixtures("worse")
def test_what_would_be_compared_with_itself_is_refused(get: Get) -> None:
    for asked in (
        {"compare.attr.persona": "pro"},
        {"attr.persona": "smb", "compare.attr.persona": "smb"},
        {**NOW, "source": "web", "compare.source": "web"},
        {"language": "de", "compare.language": "de-AT"},
        {"kind": "survey,review", "compare.kind": "survey"},
        {**NOW, "compare_since": "2026-03-02", "compare_until": "2026-03-10"},
    ):
        assert get("/v1/journey", status=422, **asked)["code"] == "overlapping_sides"
    reversed_ends = {**NOW, "compare_since": "2026-02-02", "compare_until": "2026-02-01"}
    assert get("/v1/journey", status=422, **reversed_ends)["code"] == "invalid_request"
    lengthless = get("/v1/journey", status=422, compare_since="2026-02-02")
    assert lengthless["invalid_params"][0]["name"] == "compare_since"
    unknown = get("/v1/journey", status=422, **{"compare.stage": "usage"})
    assert unknown["code"] == "unknown_parameter"
    assert "compare.kind" in unknown["invalid_params"][0]["reason"]


@pytest.mark.usefixtures("worse")
def test_what_moves_the_rating_is_a_moment_of_truth(get: Get) -> None:
    drawn = get("/v1/journey", **NOW)
    assert drawn["truth_by"] == "nps"
    truths = {stage["key"] for stage in drawn["stages"] if stage["moment_of_truth"]}
    assert truths == {"purchase", "retention"}
    assert checkout(drawn)["moment_of_truth"]


@pytest.mark.usefixtures("worse")
def test_cells_with_too_little_feedback_are_blind_spots(get: Get) -> None:
    spots = {
        (spot["stage"], spot["touchpoint"]): spot
        for spot in get("/v1/journey", **NOW)["blind_spots"]
    }
    assert len(spots) == 5 * 17 - 2
    assert CHECKOUT not in spots
    assert spots["advocacy", "loyalty"] == {
        "stage": "advocacy",
        "touchpoint": "loyalty",
        "mentions": 0,
        "items": 0,
        "missing": 21,
    }
    filtered = get("/v1/journey", stage="purchase", touchpoint="checkout,delivery", **NOW)
    assert [spot["touchpoint"] for spot in filtered["blind_spots"]] == ["delivery"]


def theme(session: Session, workspace_id: UUID, title: str, sums: int, **columns: Any) -> UUID:
    """A theme of the checkout with ``sums`` items of severity 2 on 4 March."""
    values: dict[str, Any] = {
        "stage": "purchase",
        "touchpoint": "checkout",
        "sentiment": "negative",
    }
    row = PainPoint(
        workspace_id=workspace_id,
        id=new_id(),
        title=title,
        centroid=b"",
        model_version="fake:1",
        created_at=NOON,
        updated_at=NOON,
        **values | columns,
    )
    session.add(row)
    severity = 2 * sums * (row.sentiment == "negative")
    add_pains(session, workspace_id, row.id, "", mentions=sums, severity=severity, items=sums)
    session.flush()
    return row.id


def test_parts_of_the_map_have_their_top_pains_and_wins(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said(*CHECKOUT), Said(*PRODUCT)])
        for number in (3, 9, 5, 7):
            theme(session, workspace.id, f"pain {number}", number)
        theme(session, workspace.id, "ignored", 99, status=IGNORED)
        theme(session, workspace.id, "win", 4, sentiment="positive")
        theme(session, workspace.id, "elsewhere", 2, stage="usage", touchpoint="product")
    drawn = get("/v1/journey")
    cell = checkout(drawn)
    assert [(pain["title"], pain["pain"]) for pain in cell["pains"]] == [
        ("pain 9", 18.0),
        ("pain 7", 14.0),
        ("pain 5", 10.0),
    ]
    assert [(win["title"], win["mentions"], win["pain"]) for win in cell["wins"]] == [("win", 4, 0)]
    stages = {stage["key"]: stage for stage in drawn["stages"]}
    assert [pain["title"] for pain in stages["retention"]["pains"]] == ["elsewhere"]
    assert stages["purchase"]["pains"] == cell["pains"]
    for filters in ({"until": "2026-03-04"}, {"channel": "phone"}):
        assert not any(part["pains"] for part in get("/v1/journey", **filters)["stages"])


def test_themes_on_the_map_have_the_trend_that_they_have_themselves(
    get: Get, database: Database, workspace: Workspace
) -> None:
    counts = {"grows": (30, 5), "stays": (8, 8), "ignored": (1, 30), "gone": (0, 20)}
    with database.write() as session:
        write_long_before(session, workspace.id)
        for title, (now, before) in counts.items():
            status = IGNORED if title == "ignored" else "open"
            named = found_theme(session, workspace.id, CHECKOUT, title, status=status)
            for at, count in ((NOON, now), (NOON - WEEK, before)):
                for _ in range(count):
                    said = [Said(*CHECKOUT, severity=1, theme=named)]
                    write(session, workspace.id, said, occurred_at=at)
    grows, stays = checkout(get("/v1/journey", **NOW))["pains"]
    assert (grows["title"], stays["title"]) == ("grows", "stays")
    assert (grows["stage"], grows["touchpoint"]) == CHECKOUT
    assert (grows["small"], stays["small"]) == (False, True)
    assert (grows["trend"]["rate_change"], grows["trend"]["significant"]) == (5.0, True)
    assert stays["trend"]["significant"] is False
    for pain in (grows, stays):
        assert pain["trend"] == get(f"/v1/pain-points/{pain['id']}", **NOW)["trend"]
    for otherwise in ({}, NOW | {"compare_until": "2026-02-20"}):
        assert checkout(get("/v1/journey", **otherwise))["pains"][0]["trend"] is None
