"""Feedback: found, searched, paged, and shown with its analysis."""

from datetime import timedelta
from typing import Any

import pytest

from models.workspace import Workspace
from service.db import Database
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import NOON, Said, nps, write


def texts(page: dict[str, Any]) -> list[str]:
    return [item["text"] for item in page["items"]]


@pytest.fixture
def told(database: Database, workspace: Workspace) -> None:
    """Five pieces, a minute apart but for the last two, which are of the same moment."""
    with database.write() as session:
        for minute, text in enumerate(("Card broke", "50% off_x", "ÜBER alles", "fine", "same")):
            write(
                session,
                workspace.id,
                [Said(*(CHECKOUT if minute % 2 else PRODUCT), text=text)],
                occurred_at=NOON + timedelta(minutes=min(minute, 3)),
                external_id=f"r-{minute}",
                subject="About cards" if minute == 3 else None,
                state="failed" if minute == 4 else "done",
                error="too odd" if minute == 4 else None,
            )


@pytest.mark.usefixtures("told")
def test_the_latest_comes_first_and_pages_are_complete(get: Get) -> None:
    whole = texts(get("/v1/feedback"))
    assert whole[2:] == ["ÜBER alles", "50% off_x", "Card broke"]
    assert set(whole[:2]) == {"fine", "same"}
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = get("/v1/feedback", limit=1, **cursor)
        seen += texts(page)
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == whole


FOUND: list[tuple[dict[str, Any], list[str]]] = [
    ({"q": "card"}, ["fine", "Card broke"]),  # in the subject, and in the text
    ({"q": "0% off_"}, ["50% off_x"]),
    ({"q": "a%l"}, []),
    ({"external_id": ["r-0", "r-2"]}, ["ÜBER alles", "Card broke"]),
    ({"external_id": "r-0,r-2"}, []),
    ({"stage": "purchase", "state": "done"}, ["fine", "50% off_x"]),
    ({"touchpoint": "product", "stage": "retention"}, ["ÜBER alles", "Card broke"]),
    ({"stage": "awareness"}, []),
    ({"state": ["failed", "pending"]}, ["same"]),
    ({"kind": "review,ticket"}, []),
    ({"until": "2026-03-04T12:01:00Z"}, ["Card broke"]),
    ({"since": "2026-03-04T12:01:00Z", "until": "2026-03-04 12:02:00Z"}, ["50% off_x"]),
]


@pytest.mark.usefixtures("told")
def test_feedback_is_found_by_what_is_asked(get: Get) -> None:
    for asked, found in FOUND:
        assert texts(get("/v1/feedback", **asked)) == found


@pytest.mark.usefixtures("told")
def test_failed_feedback_says_why(get: Get) -> None:
    (item,) = get("/v1/feedback", state="failed")["items"]
    assert (item["error"], item["analysis"]) == ("too odd", None)


def test_one_piece_is_shown_with_its_analysis_in_the_words_of_the_journey(
    get: Get, database: Database, workspace: Workspace
) -> None:
    mentions = [
        Said("support", "returns", severity=2, text="no refund"),
        Said(*PRODUCT, "positive"),
    ]
    with database.write() as session:
        row = write(
            session,
            workspace.id,
            mentions,
            language="en",
            language_read="de",
            kind="ticket",
            ticket_priority="high",
            stage_sent="support",
            attributes={"persona": "smb"},
            **nps(3),
        )
    item = get(f"/v1/feedback/{row.id}")
    assert item["rating"] == {"value": 3.0, "min": 0.0, "max": 10.0, "scale": "nps"}
    assert (item["language"], item["priority"], item["stage_sent"]) == ("de", "high", "support")
    assert (item["state"], item["model"], item["journey"]) == ("done", "fake:1", "five-stage")
    analysis = item["analysis"]
    assert (analysis["stage"], analysis["touchpoint"]) == ("retention", "returns")
    refund, product = analysis["mentions"]
    assert (refund["text"], refund["start"], refund["end"]) == ("no refund", 0, 9)
    assert (refund["stage"], product["stage"]) == ("retention", "retention")
    assert set(refund["provenance"].values()) == {"model"}
    assert refund["candidates"]["stage"] == [{"key": "unassigned", "p": 0.1}]
    other = get(f"/v1/feedback/{row.id}", journey="six-stage")
    assert other["analysis"]["stage"] == "seeking-support"
    assert get("/v1/feedback")["items"] == [item]


def test_pending_feedback_is_shown_without_analysis(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        row = write(session, workspace.id, [Said(*PRODUCT)], state="pending")
    item = get(f"/v1/feedback/{row.id}")
    assert (item["state"], item["analysis"], item["rating"]) == ("pending", None, None)


def test_unknown_feedback_is_not_found(get: Get) -> None:
    unknown = "/v1/feedback/00000000-0000-4000-8000-000000000000"
    assert get(unknown, status=404)["code"] == "not_found"
    assert get("/v1/feedback/no-uuid", status=422)["code"] == "invalid_request"
