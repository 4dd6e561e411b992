"""Writers that meet on PostgreSQL wait for each other in one order, and never in a circle.

SQLite has one writer.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from models.correction import Correction
from models.types import new_id
from models.workspace import Workspace
from service.clock import now
from service.db import Database
from service.intake.drafts import DraftBuilder
from service.intake.erasure import erase_one
from service.intake.schemas import ReviewIn
from service.intake.submissions import Outcome
from service.intake.upserts import FeedbackUpserts
from service.items import lock_feedback
from service.journey.queries import lock_workspace
from service.journey.trained_labels import lock_learning
from service.keys.queries import ensure_workspace
from service.rollups.declared import lock_declared, lock_declared_exclusively
from service.themes.places import Place, lock_places
from tests.service.conftest import Analyse

PATIENCE_S: Final = 30
WAITING: Final = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
)

Begin = Callable[..., Future[None]]
Lock = Callable[[Session, Workspace], object]

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def begin(database: Database) -> Iterator[Begin]:
    """Take steps one after the other, in a transaction and a thread of their own.

    No transaction is done again: one that the database chose as a victim has failed.
    """
    with ThreadPoolExecutor(8) as pool:

        def in_one_transaction(*steps: Callable[[Session], object]) -> None:
            with database.write() as session:
                for step in steps:
                    step(session)

        yield lambda *steps: pool.submit(in_one_transaction, *steps)


def until_waiting(database: Database, transactions: int) -> None:
    """Wait until so many transactions wait for a lock."""
    deadline = time.monotonic() + PATIENCE_S
    waiting = -1
    while waiting != transactions:
        assert time.monotonic() < deadline, f"{waiting} are waiting, not {transactions}"
        time.sleep(0.01)
        with database.read() as session:
            waiting = session.scalar(WAITING) or 0


def test_who_writes_meets_who_corrects_and_who_declares(
    database: Database, workspace: Workspace, begin: Begin
) -> None:
    """One holds a place and comes to the roll-ups, one has locked the workspace and comes to the
    place, and of two that declare attributes one is done and one waits."""
    place = Place(workspace.id, "purchase", "checkout", "negative")
    with database.write() as session:
        lock_places(session, place)
    has_place, may_go_on, declared = Event(), Event(), Event()
    with ExitStack() as stack:
        stack.callback(declared.set)
        stack.callback(may_go_on.set)
        first = begin(
            lambda session: lock_declared_exclusively(session, workspace.id),
            lambda _: declared.wait(PATIENCE_S),
        )
        writer = begin(
            lambda session: lock_places(session, place),
            lambda _: has_place.set(),
            lambda _: may_go_on.wait(PATIENCE_S),
            lambda session: lock_declared(session, [workspace.id]),
        )
        assert has_place.wait(PATIENCE_S)
        corrector = begin(
            lambda session: lock_workspace(session, workspace.id, share=True),
            lambda session: lock_places(session, place),
        )
        until_waiting(database, 1)
        second = begin(lambda session: lock_declared_exclusively(session, workspace.id))
        until_waiting(database, 2)
        may_go_on.set()
        until_waiting(database, 3)
    for each in (first, writer, corrector, second):
        each.result(PATIENCE_S)


@pytest.mark.parametrize(
    "lock",
    [
        lambda session, workspace: lock_declared_exclusively(session, workspace.id),
        lambda session, workspace: lock_workspace(session, workspace.id),
        lambda session, workspace: lock_learning(session, workspace.id),
        lambda session, workspace: ensure_workspace(session, workspace.name),
    ],
    ids=["lock_declared_exclusively", "lock_workspace", "lock_learning", "ensure_workspace"],
)
def test_what_refers_to_a_locked_workspace_is_stored(
    database: Database, workspace: Workspace, begin: Begin, lock: Lock
) -> None:
    place = Place(workspace.id, "purchase", "checkout", "negative")
    with database.write() as session:
        lock(session, workspace)
        begin(lambda other: lock_places(other, place)).result(PATIENCE_S)


def test_roll_ups_wait_for_who_holds_the_declared_attributes_alone(
    database: Database, workspace: Workspace, begin: Begin
) -> None:
    with database.write() as session:
        lock_declared_exclusively(session, workspace.id)
        writer = begin(lambda other: lock_declared(other, [workspace.id]))
        until_waiting(database, 1)
    writer.result(PATIENCE_S)


def test_who_writes_roll_ups_waits_for_nobody_who_does(
    database: Database, workspace: Workspace, begin: Begin
) -> None:
    with database.write() as session:
        other_workspace = ensure_workspace(session, "other")
    with database.write() as session:
        lock_declared(session, [workspace.id, other_workspace.id])
        begin(lambda other: lock_declared(other, [other_workspace.id, workspace.id])).result(
            PATIENCE_S
        )


def test_other_workspaces_are_left_alone(
    database: Database, workspace: Workspace, begin: Begin
) -> None:
    with database.write() as session:
        other_workspace = ensure_workspace(session, "other")
    with database.write() as session:
        lock_declared_exclusively(session, workspace.id)
        begin(lambda other: lock_declared_exclusively(other, other_workspace.id)).result(PATIENCE_S)


def test_updates_lock_the_feedback_of_all_workspaces_before_anything_else(
    database: Database, workspace: Workspace, begin: Begin, analyse: Analyse
) -> None:
    """Another has locked an item of the second, and comes to the roll-ups of the first."""
    with database.write() as session:
        first, second = sorted([workspace.id, ensure_workspace(session, "other").id])
    changed = [(first, "1"), (second, "1")]
    with database.write() as session:
        _, in_second, erased = enter(database, session, "Slow", [*changed, (first, "2")])
    analyse()
    with database.write() as session:
        lock_feedback(session, second, [in_second])
        writer = begin(lambda other: enter(database, other, "Slower", changed))
        until_waiting(database, 1)
        erase_one(session, first, erased)
    writer.result(PATIENCE_S)


def test_what_was_learned_is_withdrawn_before_the_feedback_to_erase_is_locked(
    database: Database, workspace: Workspace, begin: Begin
) -> None:
    """Another writes labels by it, and comes to the same feedback."""
    with database.write() as session:
        [erased] = enter(database, session, "Slow", [(workspace.id, "1")])
        session.add(
            Correction(
                workspace_id=workspace.id,
                feedback_id=erased,
                start=0,
                end=4,
                text="Slow",
                old={"stage": "usage"},
                new={"stage": "support"},
                key_id=new_id(),
                created_at=now(),
            )
        )
    with database.write() as session:
        lock_workspace(session, workspace.id, share=True)
        eraser = begin(lambda other: erase_one(other, workspace.id, erased))
        until_waiting(database, 1)
        assert lock_feedback(session, workspace.id, [erased])
    eraser.result(PATIENCE_S)


def enter(
    database: Database, session: Session, said: str, items: Sequence[tuple[UUID, str]]
) -> list[UUID]:
    """Store what was ``said`` under these workspaces and external ids."""
    reviews = [(each, ReviewIn(text=said, external_id=id)) for each, id in items]
    drafts = [DraftBuilder(database, each, 1000).build(review) for each, review in reviews]
    upserts = FeedbackUpserts(session, drafts, now())
    results = [upserts.decide(draft) for draft in drafts]
    upserts.write()
    return [result.id for result in results if isinstance(result, Outcome)]
