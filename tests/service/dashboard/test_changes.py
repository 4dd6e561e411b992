"""Changes: the API's verdicts on pages, and marks in charts."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.pain_point import PainPoint
from models.workspace import Workspace
from service import clock
from service.db import Database
from tests.credentials import Keys, bearer
from tests.service.dashboard.pages import open_page
from tests.service.rows import NOON, Said, nps, theme, write

CHECKOUT = ("purchase", "checkout")
HELPED = {"title": "New <b>checkout</b>", "scope": {"stage": "purchase"}}
AROUND = {"from": "2026-02-01", "to": "2026-03-31"}


class Team:
    """People who record changes and look at the page."""

    def __init__(self, client: TestClient, keys: Keys) -> None:
        self.client, self.keys = client, keys

    def tell(self, **body: Any) -> str:
        """Record a change on 4 March; returns its id."""
        told = {"title": "Change", "happened_at": NOON.date().isoformat(), "scope": {}} | body
        answer = self.client.post("/v1/changes", json=told, headers=bearer(self.keys.manage))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def impact(self, change: str) -> Any:
        """What the API says about it."""
        path = f"/v1/changes/{change}/impact"
        return self.client.get(path, headers=bearer(self.keys.read)).json()


@pytest.fixture
def team(visitor: TestClient, keys: Keys) -> Team:
    """A team that is signed in, with a key to record changes."""
    return Team(visitor, keys)


@pytest.fixture
def complaint(database: Database, workspace: Workspace) -> str:
    """A pain point at the checkout: of 6 answers a day 5 complain before 4 March, 1 after it."""
    with database.write() as session:
        slow = theme(session, workspace.id, CHECKOUT, "Slow")
        for day in range(-28, 28):
            for number in range(6):
                bad = number < (5 if day < 0 else 1)
                mood, group = ("negative", slow) if bad else ("positive", None)
                at = NOON + timedelta(days=day)
                write(session, workspace.id, [Said(*CHECKOUT, mood, theme=group)], occurred_at=at)
                other = Said("usage", "product", "negative" if number % 2 else "positive")
                write(session, workspace.id, [other], occurred_at=at)
        return str(slow)


def test_a_change_has_the_verdict_and_the_figures_of_the_api(team: Team, complaint: str) -> None:
    change = team.tell(**HELPED)
    told = team.impact(change)
    assert told["verdict"] == "improved"
    for path in ("/changes", f"/changes/{change}"):
        page = open_page(team.client, path, {})
        assert "New &lt;b&gt;checkout&lt;/b&gt;" in page
        assert '<span class="status better">improved</span>' in page
        assert told["sentence"] in page
        assert "83%" in page
        assert "17%" in page
        assert "stage</bdi>: <bdi>Purchase" in page
    assert "\u221267" in open_page(team.client, f"/changes/{change}", {})


def test_what_can_not_be_told_yet_is_said(team: Team) -> None:
    change = team.tell(title="Too early", happened_at="2999-01-01")
    page = open_page(team.client, "/changes", {})
    assert "still to come" in page
    assert "Too early" in page
    assert "has not happened yet" in open_page(team.client, f"/changes/{change}", {})
    team.tell(title="Just now", happened_at=clock.now().isoformat())
    assert "happened today" in open_page(team.client, "/changes", {})
    team.tell(title="Quiet")
    assert "no evidence yet" in open_page(team.client, "/changes", {})


def test_more_talk_has_moved_and_few_ratings_are_too_few(
    team: Team, database: Database, workspace: Workspace
) -> None:
    """One complaint a day before, 6 after, along with 6 others; one rating on each side."""
    with database.write() as session:
        for day in range(-28, 28):
            at = NOON + timedelta(days=day)
            for number in range(1 if day < 0 else 6):
                rated = nps(3) if day in (-1, 1) and not number else {}
                write(session, workspace.id, [Said(*CHECKOUT)], occurred_at=at, **rated)
            for _ in range(6):
                write(session, workspace.id, [Said("usage", "product")], occurred_at=at)
    change = team.tell(title="Louder", scope={"stage": "purchase"})
    assert team.impact(change)["verdict"] == "no_evidence_yet"
    for path in ("/changes", f"/changes/{change}"):
        page = open_page(team.client, path, {})
        assert '<span class="status">moved</span>' in page
        assert "Its share of all feedback rose from 14% to 50%" in page
        assert ">Share of all feedback<" in page
    assert "“Moved”: it is more than chance" in open_page(team.client, "/changes", {})
    assert ">too few</td>" in page
    there = team.tell(title="Louder there", scope={"stage": "purchase", "channel": "website"})
    page = open_page(team.client, f"/changes/{there}", {})
    assert "Its share of the feedback of this segment rose from 14% to 50%" in page
    assert ">Share of the feedback of this segment<" in page


def test_no_change_is_an_invitation_to_tell_one(
    team: Team, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said(*CHECKOUT)])
    assert "POST /v1/changes" in open_page(team.client, "/changes", {})


def test_a_change_whose_scope_is_gone_does_not_hide_the_others(
    team: Team, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        short_lived = theme(session, workspace.id, CHECKOUT, "Short-lived")
    team.tell(title="To what will go", scope={"pain_point": str(short_lived)})
    team.tell(title="To everything")
    with database.write() as session:
        session.delete(session.get_one(PainPoint, (workspace.id, short_lived)))
    page = open_page(team.client, "/changes", {})
    assert "can\u2019t be measured" in page
    assert "To everything" in page


def test_a_change_is_shown_in_the_words_of_the_journey_in_force(team: Team, complaint: str) -> None:
    change = team.tell(**HELPED)
    path, headers = "/v1/journey/definition", bearer(team.keys.manage)
    definition = team.client.get(path, headers=headers).json()
    stages = [
        {name: stage[name] for name in ("key", "name", "includes")}
        for stage in definition["stages"]
    ]
    for stage in stages:
        if stage["key"] == "purchase":
            stage |= {"key": "buy", "name": "Buying"}
    answer = team.client.put(path, json={"stages": stages}, headers=headers)
    assert answer.status_code == 200, answer.text
    page = open_page(team.client, f"/changes/{change}", {})
    assert '<span class="status better">improved</span>' in page
    assert "stage</bdi>: <bdi>Buying" in page
    assert "stage=buy" in page
    assert "Mentions before and after" in page
    assert '<g class="change">' in open_page(team.client, f"/pain-points/{complaint}", AROUND)
    merged = [stage for stage in stages if stage["key"] != "buy"]
    merged[0]["includes"] += [{"stage": "purchase"}]
    answer = team.client.put(path, json={"stages": merged}, headers=headers)
    assert answer.status_code == 200, answer.text
    page = open_page(team.client, f"/changes/{change}", {})
    assert '<span class="status better">improved</span>' in page
    assert "stage</bdi>: <bdi>purchase" in page
    assert "What customers have said since" not in page


def test_charts_mark_the_changes_that_they_are_about(team: Team, complaint: str) -> None:
    team.tell(title="Of the stage", scope={"stage": "purchase"})
    team.tell(title="Of the pain point", scope={"pain_point": complaint})
    team.tell(title="Of another stage", scope={"stage": "awareness"})
    team.tell(title="Of long ago", happened_at="2020-01-01")
    page = open_page(team.client, f"/pain-points/{complaint}", AROUND)
    assert page.count('<g class="change">') == 2 * 2  # in the wide and in the narrow chart
    assert "Of another stage" not in page
    trends = open_page(team.client, "/trends", AROUND)
    assert trends.count('<g class="change">') == 2 * 3
    assert "Of long ago" not in trends


def test_earlier_changes_are_on_the_next_page(team: Team) -> None:
    for number in range(11):
        team.tell(title=f"Change {number}", happened_at=f"2026-01-{number + 1:02}")
    page = open_page(team.client, "/changes", {})
    assert "Change 10" in page
    assert "Change 0<" not in page
    assert "Earlier changes" in page
