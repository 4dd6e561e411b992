"""Roll-ups equal the truth after any history, also of transactions that meet."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from threading import Barrier
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from models.feedback import DONE, Feedback
from models.mention import Mention
from models.pain_point import PainPoint
from models.rollup import Rollup, RollupItem, RollupPain
from models.types import new_id
from models.workspace import Workspace
from service.db import Database
from service.rollups.apply import Delta, apply
from service.rollups.contributions import rating_counts
from service.verify.checks import verify

START = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
RATINGS: tuple[dict[str, Any], ...] = (
    {},
    {"rating_scale": "nps", "rating_min": 0, "rating_max": 10},
    {"rating_scale": "stars", "rating_min": 1, "rating_max": 5},
)
CELLS = (("purchase", "checkout"), ("usage", "mobile_app"), ("unassigned", "unassigned"))
TEXT = "x" * 100

Readings = Sequence[tuple[int, str, int]]
"""(index into CELLS, sentiment, score in thousandths) of each mention; an odd score makes it one
of the first of the two pain points (or wins) of its cell, an even one of the second"""

readings = st.lists(
    st.tuples(
        st.integers(0, len(CELLS) - 1),
        st.sampled_from(("negative", "neutral", "positive")),
        st.integers(-1000, 1000),
    ),
    max_size=4,
)
steps = st.lists(st.tuples(st.integers(0, 4), st.none() | readings), max_size=12)
"""Which item is changed: analysed, with these mentions, or erased"""


def theme_id(workspace_id: UUID, cell: int, sentiment: str, score: int) -> UUID | None:
    """The pain point of a mention; None where nobody looks for themes."""
    if sentiment == "neutral" or CELLS[cell][0] == "unassigned":
        return None
    return uuid5(workspace_id, f"{cell} {sentiment} {score % 2}")


@pytest.fixture
def workspace(database: Database, workspace: Workspace) -> Workspace:
    """The workspace, with the pain points that ``theme_id`` names."""
    with database.write() as session:
        add_themes(session, workspace.id)
    return workspace


def add_themes(session: Session, workspace_id: UUID) -> None:
    for cell, sentiment, score in product((0, 1), ("negative", "positive"), (0, 1)):
        known = theme_id(workspace_id, cell, sentiment, score)
        assert known
        session.add(
            PainPoint(
                workspace_id=workspace_id,
                id=known,
                stage=CELLS[cell][0],
                touchpoint=CELLS[cell][1],
                sentiment=sentiment,
                title="",
                centroid=b"",
                model_version="1",
                created_at=START,
                updated_at=START,
            )
        )


def item(workspace_id: UUID, key: UUID, number: int) -> Feedback:
    """The item ``number`` of a history; neighbours share some dimensions."""
    rating = RATINGS[number % len(RATINGS)]
    value = number % 5 + 1
    return Feedback(
        workspace_id=workspace_id,
        id=key,
        kind=("review", "survey")[number % 2],
        source="shop",
        text=TEXT,
        channel="website",
        language="en",
        occurred_at=START + timedelta(hours=number // 2),
        received_at=START,
        due_at=START,
        content_hash="",
        rating_value=value if rating else None,
        rating_norm=value / 5 if rating else None,
        **rating,
    )


def mentions_of(row: Feedback, made: Readings) -> list[Mention]:
    return [
        Mention(
            workspace_id=row.workspace_id,
            feedback_id=row.id,
            ordinal=ordinal,
            start=ordinal,
            end=ordinal + 1,
            sentiment=sentiment,
            score=score / 1000,
            stage=CELLS[cell][0],
            touchpoint=CELLS[cell][1],
            emotion="anger" if score < 0 else "neutral",
            intent="statement",
            severity=abs(score) // 300,
            confidence={},
            candidates={},
            stage_provenance="model",
            touchpoint_provenance="model",
            model_version="1",
            pain_point_id=theme_id(row.workspace_id, cell, sentiment, score),
        )
        for ordinal, (cell, sentiment, score) in enumerate(made)
    ]


def put(
    session: Session, workspace_id: UUID, key: UUID, number: int, made: Readings | None
) -> None:
    """Make item ``number`` have these mentions, or make it vanish, whatever it was before."""
    delta = Delta()
    row = session.exec(select(Feedback).where(Feedback.id == key).with_for_update()).first()
    if row is not None:
        old = session.exec(select(Mention).where(Mention.feedback_id == key)).all()
        delta.add(row, old, -1)
        for mention in old:
            session.delete(mention)
        session.flush()
    if made is None and row is not None:
        session.delete(row)
    if made is not None:
        row = row or item(workspace_id, key, number)
        row.state, row.analysis_version, row.language_read = DONE, "1", ("en", "de")[len(made) % 2]
        row.sentiment = made[0][1] if made else "neutral"
        row.revision += 1
        row.stage, row.touchpoint = CELLS[row.revision % len(CELLS)]  # counted if nothing is said
        session.add(row)
        session.flush()
        new = mentions_of(row, made)
        session.add_all(new)
        delta.add(row, new)
    session.flush()
    apply(session, delta)


def rows(database: Database) -> int:
    with database.read() as session:
        return sum(
            len(session.exec(select(table)).all()) for table in (Rollup, RollupItem, RollupPain)
        )


@given(history=steps)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_history_leaves_the_truth(
    database: Database, workspace: Workspace, history: list[tuple[int, Readings | None]]
) -> None:
    keys = [new_id() for _ in range(5)]
    for number, made in history:
        with database.write() as session:
            put(session, workspace.id, keys[number], number, made)
    report = verify(database)
    assert report.clean, report.findings
    for number, key in enumerate(keys):
        with database.write() as session:
            put(session, workspace.id, key, number, None)
    assert rows(database) == 0


def test_transactions_that_meet_leave_the_truth(database: Database, workspace: Workspace) -> None:
    """Four writers make and erase items of the same few rows, each in its own order."""
    made: Readings = [(0, "negative", -900), (1, "positive", 700)]
    start = Barrier(4)

    def write(writer: int) -> None:
        keys = [new_id() for _ in range(4)]
        start.wait()
        for turn in range(24):
            number = (turn * (2 * writer + 1)) % 4
            after = None if turn % 3 == 2 else made
            database.transact(
                partial(
                    put,
                    workspace_id=workspace.id,
                    key=keys[number],
                    number=number,
                    made=after,
                )
            )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    report = verify(database)
    assert report.clean, report.findings
    assert report.items > 0


def test_a_row_deleted_at_nothing_is_made_anew_by_who_waited_for_it(
    database: Database, workspace: Workspace
) -> None:
    first, second = new_id(), new_id()
    made: Readings = [(0, "negative", -900)]
    with database.write() as session:
        put(session, workspace.id, first, 0, made)

    def add_second() -> None:
        database.transact(lambda session: put(session, workspace.id, second, 0, made))

    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            put(session, workspace.id, first, 0, None)
            waiting = pool.submit(add_second)
            assert wait([waiting], timeout=0.2).not_done
        waiting.result(timeout=10)
    report = verify(database)
    assert report.clean, report.findings
    assert report.items == 1


def test_an_item_counts_once_in_each_pain_point(database: Database, workspace: Workspace) -> None:
    """Item 1 is a survey with an NPS of 2, two of whose mentions say the same."""
    made: Readings = [(0, "negative", -901), (0, "negative", -301), (0, "negative", -600)]
    with database.write() as session:
        put(session, workspace.id, new_id(), 1, made)
    with database.read() as session:
        rows = {row.pain_point_id: row for row in session.exec(select(RollupPain))}
    twice = rows[uuid5(workspace.id, "0 negative 1")]
    assert (twice.mentions, twice.items, twice.scale) == (2, 1, "nps:0-10")
    assert (twice.score_milli, twice.severity, twice.anger) == (-1202, 4, 2)
    assert (twice.value_milli, twice.high, twice.low) == (2000, 0, 1)
    once = rows[uuid5(workspace.id, "0 negative 0")]
    assert (once.mentions, once.items, once.value_milli, once.severity) == (1, 1, 2000, 2)
    assert len(rows) == 2


def test_ratings_are_high_and_low_by_the_rules_of_their_scale() -> None:
    def counts(scale: str, least: int, greatest: int, value: float) -> tuple[int, int]:
        row = item(new_id(), new_id(), 0).model_copy(
            update=dict(
                rating_scale=scale,
                rating_min=least,
                rating_max=greatest,
                rating_value=value,
                rating_norm=(value - least) / (greatest - least),
            )
        )
        found = rating_counts(row)
        assert found.value_milli == round(value * 1000)
        assert found.scale == f"{scale}:{least}-{greatest}"
        return found.high, found.low

    nps = [counts("nps", 0, 10, value) for value in (0, 6, 7, 8, 9, 10)]
    assert nps == [(0, 1), (0, 1), (0, 0), (0, 0), (1, 0), (1, 0)]
    stars = [counts("stars", 1, 5, value) for value in (1, 2, 3, 4, 5)]
    assert stars == [(0, 1), (0, 1), (0, 0), (1, 0), (1, 0)]
    assert rating_counts(item(new_id(), new_id(), 0)) == ("", 0, 0, 0)
