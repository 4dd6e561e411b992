"""Answers are the same whether an attribute is declared or counted, and sums are always right."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from models.feedback import DONE, Feedback
from models.mention import Mention
from models.pain_point import PAIN, WIN
from models.tables import ROLLUP_PAIN_SPAN
from models.types import new_id
from models.workspace import Workspace
from service.attributes import building
from service.attributes.building import Builder
from service.attributes.declaring import declare
from service.db import Database
from service.insights.filters import Selection
from service.insights.queries import recount, sums, theme_series, theme_sums
from service.insights.queries.items import Items
from service.rollups.apply import Delta, apply
from service.rollups.segments import is_rolled_up, segments_of
from service.verify.checks import Finding, verify
from tests.credentials import Keys, bearer
from tests.service.insights.test_queries import AXES, counted, merged_touchpoints
from tests.service.rows import Said, nps, rating, theme, write

FIRST = datetime(2026, 1, 20, tzinfo=UTC)
CELLS = (
    ("purchase", "checkout"),
    ("usage", "product"),
    ("support", "returns"),
    ("usage", "mobile_app"),
)
PERSONAS = ("smb", "big", None, 7, True, 2.5, "2.5", "x" * 101, "7")
Ask = Callable[[str], Any]


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "PORTION", 7)


@pytest.fixture
def themes(database: Database, workspace: Workspace) -> dict[tuple[Any, str], UUID]:
    """A pain point and a win of each cell but the last, with random feedback of 100 days."""
    with database.write() as session:
        found = {
            (cell, sentiment): theme(session, workspace.id, cell, "it", sentiment=sentiment)
            for cell in CELLS[:-1]
            for sentiment in (PAIN, WIN)
        }
        dice = random.Random(4)  # noqa: S311
        for _ in range(90):
            said = drawn(dice, found)
            place = (
                {} if said else dict(zip(("stage", "touchpoint"), dice.choice(CELLS), strict=True))
            )
            write(session, workspace.id, said, **columns(dice), **place)
    return found


def drawn(dice: random.Random, themes: dict[tuple[Any, str], UUID]) -> list[Said]:
    """0 to 3 mentions."""
    said = []
    for _ in range(dice.randint(0, 3)):
        cell, mood = dice.choice(CELLS), dice.choice((PAIN, "neutral", WIN))
        of = dice.choice((None, themes.get((cell, mood))))
        said.append(Said(*cell, mood, severity=dice.randint(0, 3), theme=of))
    return said


def columns(dice: random.Random) -> dict[str, Any]:
    """What varies of an item."""
    rated = dice.choice(({}, nps(dice.randint(0, 10)), rating(dice.randint(1, 5), 1, 5, "csat")))
    return rated | {
        "kind": dice.choice(("survey", "ticket")),
        "occurred_at": FIRST + timedelta(seconds=dice.randrange(100 * 86_400)),
        "state": dice.choice((DONE, DONE, DONE, DONE, "failed")),
        "attributes": {"persona": dice.choice((*PERSONAS, "smb", "big")), "size=": "smb"},
    }


def put_in_force(database: Database, workspace: Workspace, *names: str) -> None:
    """Declare attributes, and build their roll-ups to the end."""
    with database.write() as session:
        declare(session, workspace.id, names)
    build(database)


def build(database: Database) -> None:
    builder = Builder(database)
    while builder.run_once():
        pass


def wrong(database: Database) -> list[Finding]:
    """The roll-ups that differ from the truth."""
    return [found for found in verify(database).findings if found.check.endswith("the_truth")]


@pytest.fixture
def ask(client: TestClient, keys: Keys) -> Ask:
    """An answer, without the moment it is of."""

    def get(path: str) -> Any:
        answer = client.get(path, headers=bearer(keys.read))
        assert answer.status_code == 200, answer.text
        found = answer.json()
        found.pop("as_of", None)
        return found

    return get


FILTERS = (
    "attr.persona=smb",
    "attr.persona=smb,big,never,smb&since=2026-02-03&until=2026-04-20",
    "attr.persona=smb&stage=retention",
    "attr.persona=7,true&touchpoint=checkout",
    "attr.persona=2.5",
    "attr.persona=big&kind=survey",
    "attr.persona=big&since=2026-02-03T10:00:00Z&until=2026-04-01",
    "attr.persona=smb&attr.size%3D=smb",
    "attr.persona=" + "x" * 101,
)
ROLLED = FILTERS[:4]


def paths(themes: dict[tuple[Any, str], UUID], change: str) -> list[str]:
    one, win = themes[CELLS[0], PAIN], themes[CELLS[1], WIN]
    return [
        "/v1/journey?",
        "/v1/journey?compare.attr.persona=big,never&",
        "/v1/pain-points?",
        "/v1/pain-points?level=cell&sort=recent&",
        "/v1/wins?sort=impact&",
        f"/v1/pain-points/{one}?",
        f"/v1/pain-points/{win}?",
        "/v1/trends?by=day&",
        "/v1/trends?by=week&group=stage&",
        f"/v1/trends?by=month&pain_point={one}&",
        "/v1/drivers?by=cell&",
        "/v1/drivers?by=pain_point&kpi=csat&",
        f"/v1/changes/{change}/impact?days=",
    ]


def tell_change(client: TestClient, keys: Keys) -> str:
    body = {
        "title": "it",
        "happened_at": "2026-03-01T00:00:00Z",
        "scope": {"stage": "retention", "attributes": {"persona": "smb"}},
    }
    answer = client.post("/v1/changes", json=body, headers=bearer(keys.manage))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def questions(paths: list[str]) -> Iterator[tuple[str, bool]]:
    """Some addresses, and whether segments can answer them."""
    for path in paths:
        if path.endswith("days="):
            yield f"{path}20", True
            continue
        compares = "compare" in path
        for chosen in FILTERS if path == "/v1/journey?" else ROLLED[2:3] if compares else ROLLED:
            yield path + chosen, chosen in ROLLED


def test_answers_are_the_same_declared_or_not(
    database: Database,
    workspace: Workspace,
    client: TestClient,
    keys: Keys,
    themes: dict[tuple[Any, str], UUID],
    ask: Ask,
) -> None:
    asked = list(questions(paths(themes, tell_change(client, keys))))
    expected = {question: ask(question) for question, _ in asked}
    put_in_force(database, workspace, "persona")
    different = []
    for question, from_segments in asked:
        with pytest.MonkeyPatch.context() as patch:
            if from_segments:
                count_nothing(patch)
            if ask(question) != expected[question]:
                different.append(question)
    assert different == []


def count_nothing(patch: pytest.MonkeyPatch) -> None:
    """Let it be an error to count from the mentions."""

    def count(*_: Any) -> Any:
        raise AssertionError("counted from the mentions")

    for module, name in (
        (recount, "mention_rows"),
        (recount, "item_rows"),
        (theme_sums, "_recounted_counts"),
        (theme_sums, "_recounted_mentions"),
        (theme_sums, "_recounted_items"),
        (theme_series, "_recounted_mentions"),
    ):
        patch.setattr(module, name, count)


def test_what_no_view_sees_is_counted_alone(
    database: Database, workspace: Workspace, themes: dict[tuple[Any, str], UUID]
) -> None:
    assert themes
    put_in_force(database, workspace, "persona")
    selection = Selection(
        workspace.id,
        merged_touchpoints(),
        attributes={"persona": ["smb", "big"]},
        declared=frozenset({"persona"}),
    )
    with database.read() as session:
        for by in (None, "month"):
            rows = sums.mention_rows(session, selection, by)
            expected = recount.mention_rows(session, selection, by)
            assert sorted(map(str, rows)) == sorted(map(str, expected))
            for axis in AXES:
                found = Items(session, selection, by).by_part(axis)
                assert found == counted(session, selection, by, axis)


def test_until_it_is_ready_an_attribute_is_counted(
    database: Database, workspace: Workspace, themes: dict[tuple[Any, str], UUID], ask: Ask
) -> None:
    assert themes
    expected = ask("/v1/journey?attr.persona=smb")
    with database.write() as session:
        declare(session, workspace.id, ["persona"])
    builder = Builder(database)
    for _ in range(5):
        assert builder.run_once()
        assert ask("/v1/journey?attr.persona=smb") == expected
        assert not wrong(database)


def change_item(session: Session, row: Feedback, dice: random.Random, erase: bool) -> None:
    """Give an item another attribute and turn its mentions round, or erase it."""
    mentions = session.exec(select(Mention).where(Mention.feedback_id == row.id)).all()
    delta = Delta()
    delta.add(row, mentions, -1)
    if erase:
        for mention in mentions:
            session.delete(mention)
        session.flush()
        session.delete(row)
    else:
        row.attributes = {"persona": dice.choice(("smb", "big", None))}
        row.state = DONE
        row.stage, row.touchpoint = dice.choice(CELLS)
        for mention in mentions:
            mention.stage, mention.touchpoint = dice.choice(CELLS)
            mention.pain_point_id = None
        delta.add(row, mentions)
        session.add(row)
    session.flush()
    apply(session, delta)


def analysed(session: Session, workspace_id: UUID) -> list[Feedback]:
    done = select(Feedback).where(Feedback.workspace_id == workspace_id, Feedback.state == DONE)
    return list(session.exec(done.order_by(col(Feedback.id))))


@pytest.mark.parametrize("seed", [1, 2])
def test_sums_are_right_after_any_history(
    database: Database, workspace: Workspace, themes: dict[tuple[Any, str], UUID], seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311
    builder = Builder(database)
    for step in range(40):
        with database.write() as session:
            kind = dice.choice(("write", "change", "change", "erase", "declare", "build", "build"))
            rows = analysed(session, workspace.id)
            if kind == "write":
                write(session, workspace.id, drawn(dice, themes), **columns(dice))
            elif kind in ("change", "erase"):
                change_item(session, dice.choice(rows), dice, kind == "erase")
            elif kind == "declare":
                names = dice.choice((["persona"], ["persona", "size"], ["size"], []))
                declare(session, workspace.id, names)
        if kind == "build":
            builder.run_once()
        if step % 10 == 9:
            assert not wrong(database)
    build(database)
    assert not wrong(database)


def test_sums_are_right_when_building_and_writing_meet(
    database: Database, workspace: Workspace, themes: dict[tuple[Any, str], UUID]
) -> None:
    def write_some(seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311
        for _ in range(12):

            def work(session: Session) -> None:
                write(session, workspace.id, drawn(dice, themes), **columns(dice))
                rows = analysed(session, workspace.id)
                locked = select(Feedback).where(
                    Feedback.id == rows[seed + 4 * dice.randrange(9)].id
                )
                row = session.exec(locked.with_for_update()).one()
                change_item(session, row, dice, erase=False)

            database.transact(work)

    with ThreadPoolExecutor(5) as pool:
        working = [pool.submit(write_some, seed) for seed in range(3)]
        with database.write() as session:
            declare(session, workspace.id, ["persona"])
        working += [pool.submit(build, database) for _ in range(2)]
        for each in working:
            each.result()
    assert not wrong(database)


def test_a_wrong_segment_is_found(
    database: Database, workspace: Workspace, themes: dict[tuple[Any, str], UUID]
) -> None:
    assert themes
    put_in_force(database, workspace, "persona")
    table = ROLLUP_PAIN_SPAN
    with database.write() as session:
        of = (table.c.segment == "persona=smb", table.c.span == "week")
        session.execute(table.update().where(*of).values(items=table.c["items"] + 1))
        session.execute(table.delete().where(table.c.segment == "persona=big"))
    found = wrong(database)
    assert {finding.check for finding in found} == {"rollup_pain_span_equals_the_truth"}
    assert "is missing" in {finding.fault for finding in found}


def test_another_workspace_is_left_alone(database: Database, workspace: Workspace) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said(*CELLS[0])], attributes={"persona": "smb"})
        declare(session, workspace.id, ["persona"])
    other = new_id()
    with database.write() as session:
        session.add(Workspace(id=other, name="else", salt="", created_at=FIRST))
        session.flush()
        declare(session, other, ["persona"])
    build(database)
    with database.write() as session:
        declare(session, other, [])
    assert not wrong(database)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("smb", True),
        ("7", True),
        ("-7", True),
        ("1e5", False),
        ("2.5", False),
        ("NaN", False),
        ("9" * 16, False),
        ("x" * 100, True),
        ("x" * 101, False),
        ("", False),
        ("1 to 5", True),
    ],
)
def test_values_that_databases_write_alike_are_rolled_up(value: str, kept: bool) -> None:
    assert is_rolled_up(value) is kept


def test_an_item_is_in_the_segments_of_its_declared_values() -> None:
    sent = {"persona": "smb", "vip": True, "seats": 5, "share": 0.5, "none": None, "other": "x"}
    names = ["persona", "vip", "seats", "share", "none", "never"]
    assert segments_of(sent, names) == ["persona=smb", "vip=true", "seats=5"]
