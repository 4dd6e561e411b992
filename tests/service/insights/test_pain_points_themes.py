"""Themes among the pain points: listed, narrowed, ordered, compared, with their evidence."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from models.mention_vector import MentionVector
from models.pain_point import IGNORED, IN_PROGRESS
from models.types import new_id
from models.workspace import Workspace
from nlp.vectors import packed
from service.db import Database
from service.insights.statistics import wilson
from service.rollups.apply import Delta, apply
from service.rollups.cells import mask_of
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import NOON, Said, nps, theme, write, write_long_before

LIST = "/v1/pain-points"
MARCH: dict[str, Any] = {"since": "2026-03-01", "until": "2026-03-08"}  # before: from 22 February
WITHIN_A_DAY = {"since": "2026-03-01T00:00:01Z", "until": "2026-03-08"}  # not from roll-ups
WEEK = timedelta(days=7)


@pytest.fixture
def themes(database: Database, workspace: Workspace) -> dict[str, UUID]:
    """Two themes at the checkout, one of the product; one complaint without a theme in each.

    ``card``: three items of which two are rated 0 and 10, one with two mentions, and one a week
    before. ``slow``: one item. ``crash``: two items. Delivery has no theme.
    """
    with database.write() as session:
        write_long_before(session, workspace.id)

        def found(cell: tuple[str, str], title: str, **columns: Any) -> UUID:
            return theme(session, workspace.id, cell, title, **columns)

        ids = {
            "card": found(CHECKOUT, "Card declined", keywords=["card", "Zahlung"], owner="Bo"),
            "slow": found(CHECKOUT, "Slow checkout", status=IN_PROGRESS),
            "crash": found(PRODUCT, "The app crashes"),
        }
        card = Said(*CHECKOUT, severity=2, text="my card was declined", theme=ids["card"])
        slow = Said(*CHECKOUT, severity=1, text="so slow", theme=ids["slow"])
        crash = Said(*PRODUCT, severity=3, text="it crashes", theme=ids["crash"])
        loose = Said(*CHECKOUT, severity=1, text="hm")
        told: list[tuple[list[Said], dict[str, Any]]] = [
            ([card, card, slow], nps(0)),
            ([card], nps(10)),
            ([card], {"attributes": {"persona": "smb"}, "language": "de"}),
            ([crash], nps(9)),
            ([crash, loose], {}),
            ([Said("onboarding", "delivery", severity=2)], {}),
        ]
        for minute, (said, columns) in enumerate(told):
            at = NOON + timedelta(minutes=minute)
            write(session, workspace.id, said, occurred_at=at, **columns)
        write(session, workspace.id, [card], occurred_at=NOON - WEEK)
    return ids


def titles(answer: Any) -> list[str]:
    return [point["title"] for point in answer["items"]]


@pytest.mark.usefixtures("themes")
@pytest.mark.parametrize("period", [MARCH, WITHIN_A_DAY])
def test_themes_come_with_the_cells_that_have_none(get: Get, period: dict[str, Any]) -> None:
    assert titles(get(LIST, **period)) == [
        "Card declined",  # 3 items x 2
        "The app crashes",  # 2 x 3
        "Delivery at Retention",  # 1 x 2
        "Slow checkout",  # 1 x 1
    ]
    assert titles(get(LIST, level="theme", **period)) == [
        "Card declined",
        "The app crashes",
        "Slow checkout",
    ]
    assert titles(get(LIST, level="cell", **period)) == [
        "Checkout at Purchase",
        "Product at Retention",
        "Delivery at Retention",
    ]


@pytest.mark.parametrize("period", [MARCH, WITHIN_A_DAY])
def test_a_theme_is_measured_as_worked_out_by_hand(
    get: Get, themes: dict[str, UUID], period: dict[str, Any]
) -> None:
    card = get(LIST, **period)["items"][0]
    (parent,) = get(LIST, level="cell", stage="purchase", **period)["items"]
    assert (card["id"], card["parent"]) == (str(themes["card"]), parent["id"])
    assert (card["kind"], card["sentiment"], card["status"]) == ("theme", "negative", "open")
    assert (card["keywords"], card["owner"]) == (["card", "Zahlung"], "Bo")
    assert (card["mentions"], card["items"], card["pain"], card["joy"]) == (4, 3, 6.0, 0.0)
    assert card["share"] == 0.444  # of 9 mentions
    assert (card["score"], card["mean_severity"]) == (-0.8, 2.0)
    assert card["emotions"] == {"frustration": 4}
    assert (card["first_seen"], card["last_seen"]) == ("2026-03-04", "2026-03-04")
    # Of all, 0, 10 and 9: 33.3. Without 0 and 10: 100.
    nps = {"impact": -66.667, "overall": 33.3, "without": 100.0, "n": 2, "of": 3}
    assert card["impact"]["nps"].items() >= nps.items()
    assert set(card["intervals"]) == {"share", "mean_severity"}
    assert card["small"] is True
    counts = {"previous_mentions": 1, "previous_items": 1, "change": 3.0, "rate_change": 2.0}
    assert card["trend"].items() >= (counts | {"significant": False}).items()


@pytest.mark.usefixtures("themes")
def test_sums_from_rollups_are_those_of_mentions(get: Get) -> None:
    whole, counted = (get(LIST, **period)["items"] for period in (MARCH, WITHIN_A_DAY))
    for point in (*whole, *counted):
        if point["trend"]:  # the period before differs by a second
            point["trend"].pop("low"), point["trend"].pop("high"), point["trend"].pop("p")
    assert whole == counted


@pytest.mark.usefixtures("themes")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"attr.persona": "smb"}, ["Card declined"]),
        ({"language": "de"}, ["Card declined"]),
        ({"stage": "usage", "journey": "eight-stage"}, ["The app crashes"]),
        ({"stage": "retention"}, ["The app crashes", "Delivery at Retention"]),
        ({"touchpoint": "checkout"}, ["Card declined", "Slow checkout"]),
        ({"owner": "bo,eve"}, ["Card declined"]),
        ({"q": "ZAHL"}, ["Card declined"]),
        ({"q": "checkout"}, ["Slow checkout"]),
        ({"q": "at retention"}, ["Delivery at Retention"]),
        ({"source": "elsewhere"}, []),
    ],
)
def test_themes_are_narrowed(get: Get, filters: dict[str, str], found: list[str]) -> None:
    assert titles(get(LIST, **filters)) == found


def test_ignored_themes_are_hidden_unless_asked_for(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        ignored = theme(session, workspace.id, CHECKOUT, "Noise", status=IGNORED)
        write(session, workspace.id, [Said(*CHECKOUT, theme=ignored)])
    assert titles(get(LIST)) == []
    assert titles(get(f"{LIST}?status=ignored,open")) == ["Noise"]
    assert titles(get(f"{LIST}?status=open")) == []
    assert get(f"{LIST}/{ignored}")["status"] == "ignored"


@pytest.mark.usefixtures("themes")
@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("mentions", "Card declined"),  # 4
        ("trend", "Card declined"),  # 2 items more, as the crash, but with more pain
        ("impact", "Card declined"),  # -66.67
        ("recent", "Card declined"),
    ],
)
def test_lists_are_ordered_and_paged_by_what_is_asked_for(get: Get, sort: str, first: str) -> None:
    whole = titles(get(LIST, sort=sort, **MARCH))
    assert whole[0] == first
    assert len(whole) == 4
    paged: list[str] = []
    cursor: dict[str, str] = {}
    while len(paged) < len(whole):
        page = get(LIST, sort=sort, limit=1, **MARCH, **cursor)
        paged += titles(page)
        cursor = {"cursor": page["next"]}
    assert paged == whole
    assert cursor["cursor"] is None


def test_the_order_by_impact_puts_the_costliest_first(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for title, value in (("cheap", 9), ("none", None), ("costly", 0)):
            own = theme(session, workspace.id, CHECKOUT, title)
            rating = {} if value is None else nps(value)
            write(session, workspace.id, [Said(*CHECKOUT, severity=1, theme=own)], **rating)
        latest = theme(session, workspace.id, PRODUCT, "latest")
        said = [Said(*PRODUCT, theme=latest)]
        write(session, workspace.id, said, occurred_at=NOON + WEEK, **nps(8))
    assert titles(get(LIST, sort="impact")) == ["costly", "latest", "cheap", "none"]
    assert titles(get(LIST, sort="recent"))[0] == "latest"
    assert titles(get(LIST))[-1] == "latest"


def test_the_order_by_impact_is_not_that_of_rounded_figures(
    get: Get, database: Database, workspace: Workspace
) -> None:
    """One detractor costs 10,000 others 0.01 points; a fault that hurts more costs nothing."""
    with database.write() as session:
        for title, value, severity in (("costly", 0, 1), ("painful", 8, 3)):
            own = theme(session, workspace.id, CHECKOUT, title)
            write(
                session, workspace.id, [Said(*CHECKOUT, severity=severity, theme=own)], **nps(value)
            )
        others = Counter(items=10_000, value_milli=50_000_000, high=5_000, low=5_000)
        dimensions = (workspace.id, NOON.date(), "survey", "web", "website", "en")
        apply(session, Delta(items={(*dimensions, mask_of(()), "nps:0-10"): others}))
    assert titles(get(LIST)) == ["painful", "costly"]
    listed = get(LIST, sort="impact")
    assert titles(listed) == ["costly", "painful"]
    assert [point["impact"]["nps"]["impact"] for point in listed["items"]] == [-0.01, 0.0]


@pytest.mark.usefixtures("themes")
def test_a_cursor_of_another_order_is_refused(get: Get) -> None:
    cursor = get(LIST, limit=1)["next"]
    problem = get(LIST, status=422, sort="recent", cursor=cursor)
    assert problem["invalid_params"][0]["name"] == "cursor"


@pytest.mark.parametrize("filters", [{}, MARCH, {"journey": "eight-stage"}, {"language": "de"}])
def test_one_theme_is_what_the_list_says(
    get: Get, themes: dict[str, UUID], filters: dict[str, Any]
) -> None:
    listed = {point["id"]: point for point in get(LIST, **filters)["items"]}
    one = get(f"{LIST}/{themes['card']}", **filters)
    assert {name: one[name] for name in listed[one["id"]]} == listed[one["id"]]


@pytest.mark.parametrize("filters", [{"stage": "awareness"}, {"kind": "ticket"}])
def test_a_theme_that_the_filter_leaves_nothing_of_has_zeros(
    get: Get, themes: dict[str, UUID], filters: dict[str, str]
) -> None:
    one = get(f"{LIST}/{themes['card']}", **filters)
    assert (one["title"], one["stage"]) == ("Card declined", "purchase")
    assert (one["mentions"], one["items"], one["pain"], one["score"]) == (0, 0, 0.0, None)
    assert one["verbatims"] == []
    assert get(f"{LIST}/{themes['card']}/mentions", **filters)["items"] == []


def test_a_merged_theme_answers_as_the_one_that_it_went_into(
    get: Get, database: Database, workspace: Workspace, themes: dict[str, UUID]
) -> None:
    with database.write() as session:
        into = theme(session, workspace.id, CHECKOUT, "b", merged_into=themes["card"])
        merged = theme(session, workspace.id, CHECKOUT, "a", merged_into=into)
    assert get(f"{LIST}/{merged}")["id"] == str(themes["card"])
    page = get(f"{LIST}/{merged}/mentions")
    assert (page["id"], len(page["items"])) == (str(themes["card"]), 5)
    assert "a" not in titles(get(LIST))


def test_only_great_changes_are_significant_when_many_are_compared(
    get: Get, database: Database, workspace: Workspace
) -> None:
    """20 themes rise from 4 to 14 items by chance or not (p 0.03), one from 2 to 20 (p 0.0001)."""
    counts = {"risen": (2, 20)} | {f"theme {n}": (5, 5) for n in range(20)} | {"more": (4, 14)}
    with database.write() as session:
        write_long_before(session, workspace.id)
        for title, (before, now) in counts.items():
            own = theme(session, workspace.id, CHECKOUT, title)
            said = [Said(*CHECKOUT, severity=1, theme=own)]
            for place in range(before + now):
                at = NOON - WEEK if place < before else NOON
                write(session, workspace.id, said, occurred_at=at)
    trends = {p["title"]: p["trend"] for p in get(LIST, limit=50, **MARCH)["items"]}
    assert trends["risen"]["p"] == 0.0001  # 2 x P(X <= 2), X binomial (22, 1/2)
    assert trends["risen"]["significant"] is True
    assert (trends["more"]["p"], trends["more"]["significant"]) == (0.0309, False)
    assert titles(get(LIST, sort="trend", limit=2, **MARCH)) == ["risen", "more"]
    alone = get(LIST, limit=50, stage="purchase", q="more", **MARCH)["items"][0]
    assert alone["trend"] == trends["more"]


@pytest.mark.parametrize("period", [MARCH, WITHIN_A_DAY])
def test_what_is_no_longer_said_is_compared_with_what_was_said_before(
    get: Get, database: Database, workspace: Workspace, period: dict[str, Any]
) -> None:
    with database.write() as session:
        gone = theme(session, workspace.id, CHECKOUT, "gone")
        for _ in range(40):
            said = [Said(*CHECKOUT, severity=1, theme=gone)]
            write(session, workspace.id, said, occurred_at=NOON - WEEK)
    one = get(f"{LIST}/{gone}", **period)
    counts = {"previous_mentions": 40, "previous_items": 40, "previous_negative_share": 1.0}
    change = {"change": -1.0, "rate_change": -1.0, "p": 0.0, "significant": True}
    for wanted in (one, get(f"{LIST}/{one['parent']}", **period)):
        assert (wanted["mentions"], wanted["items"]) == (0, 0)
        assert wanted["trend"].items() >= (counts | change).items()
        elsewhere = get(f"{LIST}/{wanted['id']}", stage="awareness", **period)["trend"]
        assert (elsewhere["previous_mentions"], elsewhere["previous_items"]) == (0, 0)
    assert [titles(get(LIST, level=level, **period)) for level in ("theme", "cell")] == [[], []]


def test_what_is_no_longer_said_counts_among_what_is_compared(
    get: Get, database: Database, workspace: Workspace
) -> None:
    """One of two tests with p 0.03 is not significant; that of what vanished has 0.25."""
    with database.write() as session:
        write_long_before(session, workspace.id)
        for cell, title, before, now in ((CHECKOUT, "more", 4, 14), (PRODUCT, "gone", 3, 0)):
            said = [Said(*cell, theme=theme(session, workspace.id, cell, title))]
            for place in range(before + now):
                at = NOON - WEEK if place < before else NOON
                write(session, workspace.id, said, occurred_at=at)
    for level in ("theme", "cell"):
        (more,) = get(LIST, level=level, **MARCH)["items"]
        assert (more["trend"]["p"], more["trend"]["significant"]) == (0.0309, False)


def test_a_period_that_is_not_over_is_compared_by_the_part_that_is(
    get: Get, database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.clock.now", lambda: NOON + timedelta(days=1))
    with database.write() as session:
        own = theme(session, workspace.id, CHECKOUT, "steady")
        for days in (*range(2, 12), -1):
            at = NOON - timedelta(days=days)
            write(session, workspace.id, [Said(*CHECKOUT, theme=own)], occurred_at=at)
    period = {"since": "2026-03-05", "until": "2026-03-15"}  # half a day of ten is over
    (point,) = get(LIST, **period)["items"]
    assert point["trend"]["previous_items"] == 8
    assert point["trend"]["change"] == -0.875
    assert point["trend"]["rate_change"] == 1.5  # 1 in half a day, before 8 in ten days
    assert point["trend"]["low"] < 1.5 < point["trend"]["high"]
    assert point["trend"]["p"] == 0.7108  # 2 x P(X >= 1), X binomial (9, 1/21)


def test_the_order_by_trend_allows_for_the_part_that_is_over(
    get: Get, database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.clock.now", lambda: NOON + timedelta(days=1))
    counts = {"is new": (0, 2), "slows": (10, 1), "grows": (4, 3)}  # expected: 0, 0.5, 0.2
    with database.write() as session:
        write_long_before(session, workspace.id)
        for title, (before, now) in counts.items():
            own = theme(session, workspace.id, CHECKOUT, title)
            said = [Said(*CHECKOUT, theme=own)] * 2
            for place in range(before + now):
                at = NOON - WEEK if place < before else NOON + timedelta(hours=20)
                write(session, workspace.id, said, occurred_at=at)
    period = {"since": "2026-03-05", "until": "2026-03-15"}  # half a day of ten is over
    listed = get(LIST, sort="trend", **period)["items"]
    assert titles({"items": listed}) == ["grows", "is new", "slows"]
    assert [point["trend"]["rate_change"] for point in listed] == [14.0, None, 1.0]


@pytest.mark.parametrize("period", [MARCH, WITHIN_A_DAY])
@pytest.mark.parametrize("filters", [{"stage": "purchase"}, {"touchpoint": "checkout"}])
def test_a_share_is_as_sure_as_the_items_that_speak_in_the_filter(
    get: Get,
    database: Database,
    workspace: Workspace,
    period: dict[str, Any],
    filters: dict[str, str],
) -> None:
    """4 of 10 mentions at the checkout, of 6 items; 5 items speak of the product, 5 of nothing."""
    with database.write() as session:
        card = Said(*CHECKOUT, theme=theme(session, workspace.id, CHECKOUT, "Card"))
        loose, elsewhere = Said(*CHECKOUT), [Said(*PRODUCT)]
        for said in [[card, loose]] * 4 + [[loose]] * 2 + [elsewhere] * 5 + [[]] * 5:
            write(session, workspace.id, said, **nps(9))
    (point,) = get(LIST, **period, **filters)["items"]
    assert point["share"] == 0.4
    low, high = wilson(2.4, 6)
    assert point["intervals"]["share"] == {"low": round(low, 3), "high": round(high, 3)}
    everywhere = get(LIST, **period)["items"][0]
    low, high = wilson(4 / 15 * 11, 11)
    assert everywhere["intervals"]["share"] == {"low": round(low, 3), "high": round(high, 3)}


def test_verbatims_of_a_theme_are_those_in_the_middle(
    get: Get, database: Database, workspace: Workspace
) -> None:
    directions = {"far": (1.0, 3.0), "near": (3.0, 0.5), "nearest": (3.0, 1.0), "too": (3.0, 0.0)}
    with database.write() as session:
        own = theme(session, workspace.id, CHECKOUT, "Card")
        for text, vector in (*directions.items(), ("near", directions["near"])):
            said = [Said(*CHECKOUT, severity=1, text=text, theme=own)]
            row = write(session, workspace.id, said)
            session.add(
                MentionVector(
                    workspace_id=workspace.id,
                    feedback_id=row.id,
                    ordinal=0,
                    model_version="fake:1",
                    vector=packed(vector),
                )
            )
        write(session, workspace.id, [Said(*CHECKOUT, severity=1, text="unknown", theme=own)])
    (point,) = get(LIST)["items"]
    assert [verbatim["text"] for verbatim in point["verbatims"]] == ["nearest", "near", "too"]


def test_evidence_shows_the_mention_in_its_surroundings(
    get: Get, database: Database, workspace: Workspace
) -> None:
    before, said, behind = "vorher 😀 " * 40, "Karte abgelehnt", " danach" * 60
    with database.write() as session:
        own = theme(session, workspace.id, CHECKOUT, "Card")
        row = write(session, workspace.id, [Said(*CHECKOUT, text=said, theme=own)])
        row.text = before + said + behind
        session.add(row)
    with database.write() as session:
        move = 'UPDATE mention SET start = start + :by, "end" = "end" + :by'
        session.connection().exec_driver_sql(move.replace(":by", str(len(before))))
    (mention,) = get(f"{LIST}/{own}/mentions")["items"]
    excerpt = mention["excerpt"]
    assert row.text[mention["start"] : mention["end"]] == said == mention["text"]
    assert excerpt["text"][excerpt["start"] : excerpt["end"]] == said
    assert excerpt["text"].startswith(("…vorher", "…😀"))
    assert excerpt["text"].endswith("danach…")
    assert len(excerpt["text"]) < 350


def test_verbatims_of_a_period_may_be_of_feedback_that_was_received_before(
    get: Get, database: Database, workspace: Workspace
) -> None:
    """A ticket that is sent again with a later time keeps its id."""
    with database.write() as session:
        slow = theme(session, workspace.id, CHECKOUT, "Slow checkout")
        told = [("worst", 3, NOON - 9 * WEEK, 2), *((f"new {n}", 1, NOON, 1) for n in range(30))]
        for text, severity, received, revision in told:
            said = [Said(*CHECKOUT, text=text, severity=severity, theme=slow)]
            id_ = new_id(received)
            write(session, workspace.id, said, id=id_, occurred_at=NOON, revision=revision)
    (point,) = get(LIST, **MARCH)["items"]
    assert point["verbatims"][0]["text"] == "worst"


@pytest.mark.usefixtures("themes")
@pytest.mark.parametrize("since", ["1970-01-01", "1900-01-01"])
def test_all_time_may_begin_whenever(get: Get, since: str) -> None:
    assert titles(get(LIST, since=since)) == titles(get(LIST))


@pytest.mark.usefixtures("themes")
@pytest.mark.parametrize("sort", ["pain", "impact", "recent"])
def test_no_sums_are_read_twice_for_a_page(get: Get, client: TestClient, sort: str) -> None:
    read: list[tuple[str, str]] = []
    engine = client.app.state.database.engine  # type: ignore[attr-defined]
    event.listen(
        engine, "before_cursor_execute", lambda *args: read.append((args[2], str(args[3])))
    )
    assert len(get(LIST, sort=sort)["items"]) > 1
    sums = Counter(one for one in read if "rollup" in one[0])
    assert sums
    assert max(sums.values()) == 1
