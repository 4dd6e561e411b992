"""Pain points: ranked, measured as worked out by hand, with their evidence."""

from datetime import timedelta
from typing import Any

import pytest

from models.pain_point import PAIN
from models.workspace import Workspace
from service.db import Database
from service.insights.journey_cells import cell_id
from service.insights.queries import most_severe
from service.journey.native import Cell
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import NOON, Said, nps, theme, write, write_long_before

MARCH: dict[str, Any] = {"since": "2026-03-01", "until": "2026-03-05"}


@pytest.mark.usefixtures("shop")
def test_pain_points_are_the_cells_with_complaints_most_painful_first(get: Get) -> None:
    answer = get("/v1/pain-points", **MARCH)
    assert answer["journey"] == "five-stage"
    assert answer["next"] is None
    found = [(point["stage"], point["touchpoint"], point["pain"]) for point in answer["items"]]
    assert found == [
        ("purchase", "checkout", 3.0),  # 3 items x (2 + 1 + 0) / 3 mentions
        ("retention", "delivery", 3.0),  # 1 x 3
        ("retention", "returns", 2.0),  # 1 x 2
    ]


@pytest.mark.usefixtures("shop")
def test_a_pain_point_is_measured_as_worked_out_by_hand(get: Get) -> None:
    checkout, delivery, _ = get("/v1/pain-points", **MARCH)["items"]
    assert checkout["title"] == "Checkout at Purchase"
    assert (checkout["mentions"], checkout["items"]) == (3, 3)
    assert checkout["share"] == 0.429  # of 7 mentions
    assert checkout["negative_share"] == 0.667
    assert checkout["score"] == -0.267  # (-0.8 - 0.8 + 0.8) / 3
    assert checkout["mean_severity"] == 1.0
    assert checkout["emotions"] == {"frustration": 2, "delight": 1}
    assert (checkout["first_seen"], checkout["last_seen"]) == ("2026-03-04", "2026-03-04")
    # All: 9 and 10 promote, 3 and 0 detract, of 5: 0. Without the 0: 2 and 1 of 4: 25.
    nps = {"impact": -25.0, "overall": 0.0, "without": 25.0, "n": 1, "of": 5}
    assert delivery["impact"]["nps"].items() >= nps.items()


@pytest.mark.usefixtures("shop")
def test_the_trend_compares_with_the_period_of_equal_length_before(get: Get) -> None:
    period = {"since": "2026-03-01", "until": "2026-03-06"}  # before: 24 February to 1 March
    checkout, delivery, _ = get("/v1/pain-points", **period)["items"]
    before = {"previous_mentions": 1, "previous_negative_share": 1.0, "change": 2.0}
    assert checkout["trend"].items() >= before.items()
    nothing = {"previous_mentions": 0, "previous_negative_share": None, "change": None}
    assert delivery["trend"].items() >= nothing.items()
    assert get("/v1/pain-points")["items"][0]["trend"] is None


@pytest.mark.usefixtures("shop")
def test_an_item_counts_once_in_a_stage_that_it_touches_twice(get: Get) -> None:
    definition = get("/v1/pain-points", journey="four-stage", **MARCH)
    retention = [p for p in definition["items"] if p["stage"] == "post-purchase"]
    assert [point["items"] for point in retention] == [1, 1]
    stages = {stage["key"]: stage for stage in get("/v1/journey", **MARCH)["stages"]}
    assert stages["retention"]["items"] == 3  # 1, 3 and 4, though it has four mentions
    assert stages["retention"]["mentions"] == 4


@pytest.mark.usefixtures("shop")
def test_verbatims_are_the_most_severe_complaints(get: Get) -> None:
    checkout = get("/v1/pain-points", stage="purchase", **MARCH)["items"][0]
    assert [(v["text"], v["start"], v["end"]) for v in checkout["verbatims"]] == [
        ("card", 0, 4),
        ("slow", 0, 4),
    ]
    assert checkout["verbatims"][0]["language"] == "en"


@pytest.mark.usefixtures("shop")
def test_share_is_within_the_filter_but_impact_is_on_everything(get: Get) -> None:
    (checkout,) = get("/v1/pain-points", stage="Decision", **MARCH)["items"]
    assert checkout["share"] == 1.0
    assert checkout["impact"]["nps"]["of"] == 5


@pytest.mark.usefixtures("shop")
def test_pages_follow_each_other_without_gap_or_repetition(get: Get) -> None:
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = get("/v1/pain-points", limit=1, **MARCH, **cursor)
        seen += [(point["stage"], point["touchpoint"]) for point in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    whole = get("/v1/pain-points", **MARCH)["items"]
    assert seen == [(point["stage"], point["touchpoint"]) for point in whole]


@pytest.mark.usefixtures("shop")
def test_a_pain_point_keeps_its_id_and_is_found_by_it(get: Get) -> None:
    point = get("/v1/pain-points", **MARCH)["items"][0]
    again = get(f"/v1/pain-points/{point['id']}", **MARCH)
    assert {name: again[name] for name in point} == point
    elsewhere = get(f"/v1/pain-points/{point['id']}", kind="ticket")
    assert (elsewhere["mentions"], elsewhere["pain"], elsewhere["score"]) == (0, 0.0, None)
    assert elsewhere["impact"] == {}


def test_a_cell_without_complaints_is_told_with_its_ratings(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        praise = [Said(*CHECKOUT, "positive")]
        write(session, workspace.id, praise, **nps(10))
        write(session, workspace.id, [Said(*PRODUCT)], **nps(2))
    point = get(f"/v1/pain-points/{cell_id(workspace.id, Cell('purchase', 'checkout'), PAIN)}")
    assert (point["mentions"], point["items"], point["first_seen"]) == (1, 1, None)
    assert point["impact"]["nps"]["without"] == -100.0


def test_a_cell_without_complaints_is_compared_with_the_period_before(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for days in (0, 5, 6):
            praise = [Said(*CHECKOUT, "positive")]
            write(session, workspace.id, praise, occurred_at=NOON - timedelta(days=days))
    wanted = cell_id(workspace.id, Cell("purchase", "checkout"), PAIN)
    trend = get(f"/v1/pain-points/{wanted}", **MARCH)["trend"]
    before = {"previous_mentions": 2, "previous_items": 2, "change": -0.5}
    untold = {"rate_change": None, "p": None, "significant": False}  # there are no complaints
    assert trend.items() >= (before | untold).items()


@pytest.fixture
def praise_grows(database: Database, workspace: Workspace) -> None:
    """Praise of the checkout grows from 2 to 40, while complaints fall from 5 to 3; complaints
    about the product rise from 1 to 2."""
    counts = {
        (CHECKOUT, "negative"): (5, 3),
        (CHECKOUT, "positive"): (2, 40),
        (PRODUCT, "negative"): (1, 2),
    }
    with database.write() as session:
        write_long_before(session, workspace.id)
        for (cell, sentiment), counted in counts.items():
            for days, count in zip((5, 0), counted, strict=True):
                for _ in range(count):
                    said = [Said(*cell, sentiment, severity=sentiment == "negative")]
                    at = NOON - timedelta(days=days)
                    write(session, workspace.id, said, occurred_at=at)


@pytest.mark.usefixtures("praise_grows")
def test_a_cell_whose_praise_grows_is_no_growing_pain_point(get: Get) -> None:
    product, checkout = get("/v1/pain-points", sort="trend", level="cell", **MARCH)["items"]
    assert (product["touchpoint"], product["trend"]["rate_change"]) == ("product", 1.0)
    fell = {"previous_negative_share": 0.714, "rate_change": -0.4, "significant": False}
    assert checkout["trend"].items() >= fell.items()
    assert checkout["trend"]["p"] == 0.7266  # 2 x P(X <= 3), X binomial (8, 1/2)
    assert get(f"/v1/pain-points/{checkout['id']}", **MARCH)["trend"] == checkout["trend"]
    (win,) = get("/v1/wins", sort="trend", level="cell", **MARCH)["items"]
    grew = {"previous_positive_share": 0.286, "rate_change": 19.0, "significant": True}
    assert win["trend"].items() >= grew.items()


def test_the_complaints_of_one_item_do_not_make_a_cell_grow(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        write_long_before(session, workspace.id)
        for days, count in ((5, 1), (0, 19)):
            complaints = [Said(*CHECKOUT, severity=1)] * count
            write(session, workspace.id, complaints, occurred_at=NOON - timedelta(days=days))
    (checkout,) = get("/v1/pain-points", sort="trend", **MARCH)["items"]
    trend = checkout["trend"]
    assert (trend["rate_change"], trend["significant"]) == (18.0, False)
    assert trend["p"] > 0.3  # as of 1.9 items after 0.1, not of 19 after 1


@pytest.mark.parametrize("level", ["theme", "cell"])
def test_nothing_is_tested_against_a_time_without_any_feedback(
    get: Get, database: Database, workspace: Workspace, level: str
) -> None:
    with database.write() as session:
        named = theme(session, workspace.id, CHECKOUT, "Slow")
        for _ in range(30):
            write(session, workspace.id, [Said(*CHECKOUT, severity=1, theme=named)])
    untold = {"previous_items": 0, "rate_change": None, "low": None, "p": None}
    for filters in ({}, {"stage": "purchase"}, {"since": "2026-03-01T00:00:01Z"}):
        (checkout,) = get("/v1/pain-points", level=level, **MARCH | filters)["items"]
        assert checkout["trend"].items() >= (untold | {"significant": False}).items()
    with database.write() as session:
        at = NOON - timedelta(days=5)
        write(session, workspace.id, [Said(*PRODUCT, "positive")], occurred_at=at)
        write(session, workspace.id, [Said(*PRODUCT, "positive")], occurred_at=at, source="app")
    for filters in ({}, {"stage": "purchase"}, {"since": "2026-03-01T00:00:01Z"}):
        (checkout,) = get("/v1/pain-points", level=level, **MARCH | filters)["items"]
        assert (checkout["trend"]["p"], checkout["trend"]["significant"]) == (0.0, True)


def test_an_unknown_pain_point_is_not_found(get: Get) -> None:
    unknown = "/v1/pain-points/00000000-0000-4000-8000-000000000000"
    assert get(unknown, status=404)["code"] == "not_found"
    assert get(f"{unknown}/mentions", status=404)["code"] == "not_found"


def test_evidence_is_paged_most_severe_first(
    get: Get, database: Database, workspace: Workspace
) -> None:
    told = [(1, 0.9), (3, 0.5), (3, 0.7), (2, 0.9), (3, 0.7), (0, 0.1)]
    with database.write() as session:
        for severity, confidence in told:
            said = Said(*CHECKOUT, severity=severity, confidence=confidence, text="x")
            write(session, workspace.id, [said, said], external_id=None)
        write(session, workspace.id, [Said(*CHECKOUT, "positive"), Said(*PRODUCT)])
    point = get("/v1/pain-points", stage="purchase")["items"][0]
    path = f"/v1/pain-points/{point['id']}/mentions"
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = get(path, limit=5, **cursor)
        seen += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    order = [(mention["severity"], mention["confidence"]["sentiment"]) for mention in seen]
    assert order == sorted((pair for pair in told for _ in range(2)), reverse=True)
    assert len({(mention["feedback_id"], mention["ordinal"]) for mention in seen}) == len(seen)
    assert seen[0]["text"] == "x"
    assert get(path, sentiment="positive")["items"][0]["sentiment"] == "positive"
    assert len(get(path, sentiment="positive,negative")["items"]) == 13


def test_evidence_is_within_the_filters(get: Get, database: Database, workspace: Workspace) -> None:
    with database.write() as session:
        for source in ("web", "shop"):
            write(session, workspace.id, [Said(*CHECKOUT)], source=source)
    point = get("/v1/pain-points")["items"][0]
    (mention,) = get(f"/v1/pain-points/{point['id']}/mentions", source="shop")["items"]
    assert mention["source"] == "shop"
    assert get(f"/v1/pain-points/{point['id']}/mentions", stage="awareness")["items"] == []


def test_a_stage_that_is_not_known_is_shown_as_unassigned(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said("unassigned", "unassigned", severity=1)])
    (point,) = get("/v1/pain-points", stage="unassigned")["items"]
    assert (point["stage"], point["title"]) == ("unassigned", "Unassigned at Unassigned")


def test_the_answer_says_up_to_when_it_is_complete(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for minutes in (5, 3):
            received = NOON + timedelta(minutes=minutes)
            write(session, workspace.id, [], state="pending", received_at=received)
    answer = get("/v1/pain-points")
    assert (answer["as_of"], answer["pending"]) == ("2026-03-04T12:03:00Z", 2)


def test_equally_severe_verbatims_of_one_item_come_in_the_order_of_the_evidence(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said(*CHECKOUT, text=text) for text in ("one", "two")])
    (point,) = get("/v1/pain-points")["items"]
    evidence = get(f"/v1/pain-points/{point['id']}/mentions")["items"]
    for shown in (point["verbatims"], evidence):
        assert [mention["text"] for mention in shown] == ["one", "two"]


@pytest.mark.usefixtures("shop")
def test_verbatims_are_the_same_however_they_are_sought(
    get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: tuple[dict[str, Any], ...] = (
        {},
        MARCH,
        {"source": "web"},
        {"journey": "four-stage"},
        {"kind": "ticket"},
    )
    ranked = [get("/v1/pain-points", **params)["items"] for params in asked]
    monkeypatch.setattr(most_severe, "FEW", -1)
    walked = [get("/v1/pain-points", **params)["items"] for params in asked]
    assert walked == ranked
    assert ranked[0][0]["verbatims"]
