"""Claims: in order, bounded, never twice; and what becomes of claims whose worker is gone."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text
from sqlmodel import col, select

from models.feedback import DONE, FAILED, PENDING, Feedback
from models.workspace import Workspace
from service.analysis import claims
from service.analysis.claims import CLAIM_CHARS, Claim, ClaimSettings
from service.analysis.workers import dead_workers, worker_id
from service.clock import now
from service.db import Database
from service.insights.queries.freshness import freshness
from service.intake.replay import replay, replay_all_failed
from tests.credentials import Keys, bearer
from tests.service.analysis.conftest import OCCURRED, AddFeedback, MakeBatchAnalyzer

MINUTE = timedelta(minutes=1)
TERMS = ClaimSettings("a-worker", "1-000000000000", MINUTE, items=10, max_attempts=3)

TakeClaim = Callable[..., Claim]


@pytest.fixture
def take(database: Database) -> TakeClaim:
    """Claim now, or some time from now."""

    def take(terms: ClaimSettings = TERMS, after: timedelta = timedelta()) -> Claim:
        return database.transact(lambda session: claims.claim(session, terms, now() + after))

    return take


def test_the_oldest_pending_items_come_first(add: AddFeedback, take: TakeClaim) -> None:
    young = add(received_at=now())
    old = add(received_at=now() - MINUTE)
    assert [item.id for item in take(TERMS._replace(items=1)).items] == [old]
    assert [item.id for item in take().items] == [young]
    assert take().items == []


def test_stale_items_come_after_pending_ones_newest_first(
    add: AddFeedback, take: TakeClaim
) -> None:
    done = {"state": DONE, "analysis_version": "0-old"}
    early = add(occurred_at=OCCURRED, **done)
    late = add(occurred_at=OCCURRED + MINUTE, **done)
    add(state=DONE, analysis_version=TERMS.version)
    pending = add()
    one = TERMS._replace(items=1)
    assert [take(one).items[0].id for _ in range(3)] == [pending, late, early]
    assert take().items == []


def test_every_stale_version_is_found_and_the_one_with_the_newest_item_first(
    add: AddFeedback, take: TakeClaim
) -> None:
    ages = {"0": 3, "2-newer": 1, "3": 2}
    ids = [
        add(state=DONE, analysis_version=version, occurred_at=OCCURRED - age * MINUTE)
        for version, age in ages.items()
    ]
    claimed = [take().items[0].id for _ in ids]
    assert claimed == [ids[1], ids[2], ids[0]]


def test_items_that_are_held_back_or_failed_wait(add: AddFeedback, take: TakeClaim) -> None:
    held_back = add(due_at=now() + MINUTE)
    add(state=FAILED)
    assert take().items == []
    assert [item.id for item in take(after=2 * MINUTE).items] == [held_back]


def test_a_claim_has_a_bounded_number_of_characters(add: AddFeedback, take: TakeClaim) -> None:
    start = now() - MINUTE
    lengths = (CLAIM_CHARS // 2, CLAIM_CHARS // 2, 1, 2 * CLAIM_CHARS)
    for number, length in enumerate(lengths):
        add("x" * length, received_at=start + timedelta(seconds=number))
    assert [len(take().items) for _ in range(4)] == [2, 1, 1, 0]


def test_long_texts_are_claimed_for_longer(
    add: AddFeedback, take: TakeClaim, database: Database
) -> None:
    add("x" * 2 * CLAIM_CHARS)
    take()
    with database.read() as session:
        until = session.exec(select(Feedback.claimed_until)).one()
    assert until is not None
    assert until > now() + 4 * MINUTE


def test_an_item_whose_attempt_never_returned_is_claimed_alone(
    add: AddFeedback, take: TakeClaim
) -> None:
    for _ in range(3):
        add()
    assert len(take().items) == 3
    assert take().items == []
    fresh = add()
    later = 2 * MINUTE
    assert [len(take(after=later).items) for _ in range(3)] == [1, 1, 1]
    assert [item.id for item in take(after=later).items] == [fresh]


def test_an_item_that_never_returned_often_enough_is_lost(
    add: AddFeedback, take: TakeClaim
) -> None:
    add()
    later = [index * 10 * MINUTE for index in range(5)]
    assert [take(after=after).attempts_exhausted for after in later] == [
        False,
        False,
        False,
        False,
        True,
    ]


def test_an_item_that_did_not_return_lets_others_go_first(
    add: AddFeedback, take: TakeClaim
) -> None:
    first, second = (add(received_at=now() - age * MINUTE) for age in (2, 1))
    assert len(take().items) == 2
    short = TERMS._replace(lease=timedelta(seconds=1))
    later = [2 * MINUTE, 2 * MINUTE + timedelta(seconds=2), 3 * MINUTE]
    claimed = [take(short, after=after).items[0].id for after in later]
    assert claimed == [first, second, first]


def test_what_is_given_back_was_never_tried(
    add: AddFeedback, take: TakeClaim, database: Database
) -> None:
    add()
    ids = [item.key for item in take().items]
    database.transact(lambda session: claims.release(session, "somebody-else", ids))
    assert take().items == []
    database.transact(lambda session: claims.release(session, TERMS.worker, ids))
    [item] = take().items
    assert item.attempts == 1


def test_a_lease_that_another_worker_has_by_now_is_not_prolonged(
    add: AddFeedback, take: TakeClaim, database: Database
) -> None:
    add()
    ids = [item.key for item in take().items]
    assert take(TERMS._replace(worker="another"), after=2 * MINUTE).items

    def until() -> Any:
        with database.read() as session:
            return session.exec(select(Feedback.claimed_until)).one()

    theirs = until()
    for worker, prolonged in ((TERMS.worker, theirs), ("another", OCCURRED)):
        database.transact(partial(claims.renew, worker=worker, ids=ids, until=OCCURRED))
        assert until() == prolonged


def test_claims_made_at_the_same_time_share_no_item(add: AddFeedback, take: TakeClaim) -> None:
    added = {add() for _ in range(60)}
    terms = [TERMS._replace(worker=f"worker-{number}", items=7) for number in range(4)]

    def take_all(mine: ClaimSettings) -> list[Any]:
        return [item.id for claim in iter(lambda: take(mine).items, []) for item in claim]

    with ThreadPoolExecutor(len(terms)) as pool:
        claimed = [row for rows in pool.map(take_all, terms) for row in rows]
    assert sorted(claimed) == sorted(added)


@pytest.mark.parametrize("how", ["one", "all"])
def test_failed_items_that_are_replayed_wait_from_now_on(
    how: str, add: AddFeedback, take: TakeClaim, database: Database, workspace: Workspace
) -> None:
    long_ago = now() - timedelta(days=9)
    failed = add(state=FAILED, attempts=3, error="it was poison", received_at=long_ago)
    add(state=DONE, analysis_version=TERMS.version)
    before = now()
    if how == "one":
        replay(database, workspace.id, failed, idempotency=None)
    else:
        assert database.transact(lambda session: replay_all_failed(session, now())) == 1
    with database.read() as session:
        fresh = freshness(session, workspace.id)
        row = session.get_one(Feedback, (workspace.id, failed))
    assert fresh.pending == 1
    assert before <= fresh.as_of == row.received_at
    assert row.due_at < long_ago
    assert row.error is None
    assert [(item.id, item.attempts) for item in take().items] == [(failed, 1)]


def test_new_feedback_is_claimed_at_once_by_a_worker_whose_clock_is_behind(
    client: TestClient, keys: Keys, database: Database
) -> None:
    survey = {"source": "web", "text": "The checkout was slow."}
    client.post("/v1/feedback/surveys", json=survey, headers=bearer(keys.ingest))
    with database.write() as session:
        assert len(claims.claim(session, TERMS, now() - timedelta(hours=1)).items) == 1


def test_work_is_seen_exactly_when_a_claim_would_find_some(
    add: AddFeedback, take: TakeClaim, database: Database
) -> None:
    def has_work() -> bool:
        with database.read() as session:
            return claims.has_work(session, TERMS.version, now())

    assert not has_work()
    add()
    add(state=DONE, analysis_version="0-old")
    for _ in range(2):
        assert has_work()
        take()
    assert not has_work()


@pytest.mark.parametrize(
    ("state", "version", "index"),
    [(PENDING, None, "ix_feedback_pending"), (DONE, "0-old", "ix_feedback_version")],
)
def test_a_claim_walks_an_index(
    add: AddFeedback,
    take: TakeClaim,
    database: Database,
    state: str,
    version: str | None,
    index: str,
) -> None:
    add(state=state, analysis_version=version)
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    take()
    search = next(one for one in reversed(statements) if "length(" in one[0])
    with database.write() as session:
        if not database.is_sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            session.execute(text("SET LOCAL enable_sort = off"))
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        plan = str(session.connection().exec_driver_sql(explain + search[0], search[1]).all())
    assert index in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_a_worker_is_gone_when_its_process_on_this_host_is() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    host = socket.gethostname()
    me = worker_id()
    dead = f"{host}:{child.pid}:0123"
    reborn = f"{host}:{os.getpid()}:0123"
    alive = f"{host}:{os.getppid()}:0123"
    elsewhere = f"elsewhere:{child.pid}:0123"
    assert dead_workers([me, dead, reborn, alive, elsewhere, "odd"], me) == [dead, reborn]


def test_claims_of_a_dead_worker_are_free_at_once_on_sqlite(
    add: AddFeedback, take: TakeClaim, batch_analyzer: MakeBatchAnalyzer, database: Database
) -> None:
    add()
    take(TERMS._replace(worker=f"{socket.gethostname()}:{os.getpid()}:0123"))
    new = batch_analyzer()
    new.expire_dead_leases()
    assert new.run_once(lambda: True) == database.is_sqlite
    with database.read() as session:
        states = session.exec(select(Feedback.state).where(col(Feedback.attempts) < 2)).all()
    assert states == [DONE if database.is_sqlite else PENDING]
