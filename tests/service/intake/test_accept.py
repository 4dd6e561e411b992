"""The group commit: durable before the answer, good neighbours unharmed, bounded."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from threading import Barrier, Event
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DataError, OperationalError
from sqlmodel import Session, func, select

from models.feedback import Feedback
from models.idempotency import Idempotency
from models.workspace import Workspace
from service.clock import now
from service.db import Database
from service.errors import NoRoom, Problem, Unavailable
from service.intake import accept as room
from service.intake.accept import Acceptor, Stopping
from service.intake.drafts import Draft, DraftBuilder
from service.intake.group import CommitGroup, GroupResult
from service.intake.pressure import Pressure, TooMuchPending
from service.intake.schemas import SurveyIn
from service.intake.submissions import DraftResult, Outcome, Submission
from service.web.idempotency import IdempotentRequest, JsonAnswer
from tests.service.intake.conftest import Stored

Submit = Callable[..., Submission]


def shown(results: Sequence[DraftResult]) -> JsonAnswer:
    outcomes = [each for each in results if isinstance(each, Outcome)]
    return JsonAnswer(200, {"items": [[each.status, str(each.id)] for each in outcomes]})


@pytest.fixture
def submit(builder: DraftBuilder, workspace: Workspace) -> Submit:
    """A submission of texts: ``submit("a", "b", external_id="1", once=Once("k", "f"))``."""

    def make(
        *texts: str, idempotency: IdempotentRequest | None = None, **fields: Any
    ) -> Submission:
        drafts: list[Draft] = [builder.build(SurveyIn(text=text, **fields)) for text in texts]
        return Submission(workspace.id, drafts, shown, idempotency)

    return make


def test_an_answer_means_that_it_is_stored(
    acceptor: Acceptor, submit: Submit, stored: Stored
) -> None:
    answer = acceptor.accept_blocking(submit("a", "b"))
    assert [id for _, id in answer.body["items"]] == [str(row.id) for row in stored()]


def test_a_commit_wakes_the_worker(database: Database, submit: Submit) -> None:
    wake = Event()
    acceptor = Acceptor(database, wake)
    acceptor.start()
    acceptor.accept_blocking(submit("a", external_id="1"))
    assert wake.is_set()
    wake.clear()
    acceptor.accept_blocking(submit("a", external_id="1"))
    assert not wake.is_set()
    acceptor.stop()


def test_concurrent_submissions_share_transactions(
    acceptor: Acceptor, submit: Submit, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[int] = []
    write = CommitGroup.write

    def counted(group: CommitGroup) -> GroupResult:
        groups.append(len(group._submissions))
        return write(group)

    monkeypatch.setattr(CommitGroup, "write", counted)

    async def all_at_once() -> list[JsonAnswer]:
        return await asyncio.gather(*(acceptor.accept(submit(f"{n}")) for n in range(100)))

    asyncio.run(all_at_once())
    assert len(stored()) == 100
    assert sum(groups) == 100
    assert len(groups) < 30


def test_a_client_that_has_gone_leaves_its_item(
    acceptor: Acceptor, submit: Submit, stored: Stored
) -> None:
    async def leave() -> None:
        waiting = asyncio.create_task(acceptor.accept(submit("a")))
        await asyncio.sleep(0)
        waiting.cancel()
        await acceptor.accept(submit("b"))

    asyncio.run(leave())
    assert sorted(row.text for row in stored()) == ["a", "b"]


def test_what_the_database_refuses_fails_alone(
    acceptor: Acceptor, submit: Submit, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = CommitGroup.write

    def picky(group: CommitGroup) -> GroupResult:
        texts = [draft.row["text"] for each in group._submissions for draft in each.drafts]
        if "refused" in texts:
            raise DataError("INSERT", {}, ValueError("impossible"))
        return write(group)

    monkeypatch.setattr(CommitGroup, "write", picky)

    async def together() -> list[JsonAnswer | BaseException]:
        submissions = [submit(text) for text in ("a", "refused", "b")]
        waiting = (acceptor.accept(submission) for submission in submissions)
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, second, third = asyncio.run(together())
    assert isinstance(second, Problem)
    assert isinstance(first, JsonAnswer)
    assert isinstance(third, JsonAnswer)
    assert sorted(row.text for row in stored()) == ["a", "b"]


def test_a_database_that_is_away_is_unavailable_and_comes_back(
    acceptor: Acceptor, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_group: CommitGroup) -> GroupResult:
        raise OperationalError("INSERT", {}, ValueError("gone"))

    with monkeypatch.context() as patch:
        patch.setattr(CommitGroup, "write", away)
        with pytest.raises(Unavailable):
            acceptor.accept_blocking(submit("a"))
    assert acceptor.accept_blocking(submit("a")).status == 200


def test_a_database_that_is_read_only_has_no_room_for_any_of_a_group(
    acceptor: Acceptor, database: Database, submit: Submit, stored: Stored
) -> None:
    only = "PRAGMA query_only = on" if database.is_sqlite else "SET TRANSACTION READ ONLY"
    event.listen(database.engine, "begin", lambda connection: connection.exec_driver_sql(only))

    async def together() -> list[JsonAnswer | BaseException]:
        waiting = (acceptor.accept(submit(text)) for text in ("a", "b"))
        return await asyncio.gather(*waiting, return_exceptions=True)

    assert [type(answer) for answer in asyncio.run(together())] == [NoRoom, NoRoom]
    assert stored() == []


def test_whatever_goes_wrong_is_answered_and_the_next_is_accepted(
    acceptor: Acceptor, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_group: CommitGroup) -> GroupResult:
        raise KeyError("a mistake of ours")

    with monkeypatch.context() as patch:
        patch.setattr(CommitGroup, "write", broken)
        with pytest.raises(Problem):
            acceptor.accept_blocking(submit("a"))
    assert acceptor.accept_blocking(submit("a")).status == 200


def test_a_loop_that_has_ended_does_not_stop_the_acceptor(
    database: Database, submit: Submit, stored: Stored
) -> None:
    acceptor = Acceptor(database, Event())

    async def leave() -> None:
        waiting = asyncio.create_task(acceptor.accept(submit("a")))
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(leave())
    acceptor.start()
    assert acceptor.accept_blocking(submit("b")).status == 200
    assert sorted(row.text for row in stored()) == ["a", "b"]
    acceptor.stop()


def test_too_much_pending_is_refused_until_there_is_room(
    database: Database, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.intake.pressure.FRESH_SECONDS", 0.01)
    acceptor = Acceptor(database, Event(), max_pending=2)
    acceptor.start()
    acceptor.accept_blocking(submit("a", "b"))
    with pytest.raises(TooMuchPending) as caught:
        acceptor.accept_blocking(submit("c"))
    assert caught.value.headers["Retry-After"] == "5"
    with database.write() as session:
        for row in session.exec(select(Feedback)):
            row.state = "done"
    assert _accepted_in_time(acceptor, submit("c"))
    acceptor.stop()


def _accepted_in_time(acceptor: Acceptor, submission: Submission) -> bool:
    for _ in range(300):
        try:
            acceptor.accept_blocking(submission)
        except TooMuchPending:
            Event().wait(0.01)
        else:
            return True
    return False


def test_the_line_in_memory_is_bounded(
    database: Database, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "QUEUED_ROWS", 2)
    acceptor = Acceptor(database, Event())  # not started: nothing leaves the line

    async def fill() -> None:
        waiting = asyncio.create_task(acceptor.accept(submit("a", "b")))
        await asyncio.sleep(0)
        with pytest.raises(TooMuchPending):
            await acceptor.accept(submit("c"))
        waiting.cancel()

    asyncio.run(fill())


def test_what_has_left_the_line_in_memory_makes_room(
    acceptor: Acceptor, submit: Submit, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "QUEUED_ROWS", 2)
    for text in "abcde":
        acceptor.accept_blocking(submit(text))
    assert [row.text for row in stored()] == ["a", "b", "c", "d", "e"]


def test_a_stop_writes_what_has_come_and_refuses_the_rest(
    database: Database, submit: Submit, stored: Stored
) -> None:
    acceptor = Acceptor(database, Event())

    async def stopped_at_once() -> JsonAnswer:
        waiting = asyncio.create_task(acceptor.accept(submit("a")))
        await asyncio.sleep(0)
        acceptor.start()
        await asyncio.to_thread(acceptor.stop)
        return await waiting

    assert asyncio.run(stopped_at_once()).status == 200
    assert len(stored()) == 1
    with pytest.raises(Stopping):
        acceptor.accept_blocking(submit("b"))


def test_old_idempotency_keys_are_purged_in_passing(
    database: Database, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    purged = Event()

    def purge(_session: Session) -> int:
        purged.set()
        return 0

    monkeypatch.setattr(room, "PURGE_SECONDS", 0.0)
    monkeypatch.setattr(room, "_purge", purge)
    acceptor = Acceptor(database, Event())
    acceptor.start()
    acceptor.accept_blocking(submit("a", idempotency=IdempotentRequest("k", "f")))
    assert purged.wait(5)
    acceptor.stop()


@pytest.mark.parametrize(("owner", "name"), [(Pressure, "refresh"), (room, "purge")])
def test_housekeeping_that_fails_costs_no_submission(
    acceptor: Acceptor, submit: Submit, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    failed = Event()

    def fails_once(*_: Any) -> None:
        if not failed.is_set():
            failed.set()
            raise OperationalError("SELECT", {}, ValueError("gone"))

    monkeypatch.setattr(room, "PURGE_SECONDS", 0.0)
    monkeypatch.setattr(owner, name, fails_once)
    acceptor.accept_blocking(submit("a"))
    assert failed.wait(5)
    answer = asyncio.run(asyncio.wait_for(acceptor.accept(submit("b")), 5))
    assert answer.status == 200


def test_housekeeping_that_fails_again_and_again_is_logged_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    errors = [OperationalError("SELECT", {}, ValueError("gone"))] * 3

    def fails(_: Pressure) -> None:
        if errors:
            raise errors.pop()

    monkeypatch.setattr(Pressure, "refresh", fails)
    acceptor = Acceptor(database, Event())
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            acceptor._do_housekeeping()
    failed, recovered = caplog.records
    assert (failed.message, vars(failed)["error"], failed.exc_info) == (
        "intake_housekeeping_failed",
        "ValueError: gone",
        None,
    )
    assert recovered.message == "intake_housekeeping_recovered"


def test_old_idempotency_keys_are_forgotten(database: Database, workspace: Workspace) -> None:
    def answer(key: str, age: timedelta) -> Idempotency:
        return Idempotency(
            workspace_id=workspace.id,
            key=key,
            fingerprint="f",
            status=202,
            body={},
            created_at=now() - age,
        )

    with database.write() as session:
        session.add_all([answer("old", timedelta(hours=25)), answer("new", timedelta(hours=23))])
    acceptor = Acceptor(database, Event())
    acceptor.start()
    deadline = monotonic() + 10
    kept: list[str] = []
    while kept != ["new"] and monotonic() < deadline:
        with database.read() as session:
            kept = list(session.exec(select(Idempotency.key)).all())
    acceptor.stop()
    assert kept == ["new"]


def _race(database: Database, work: Callable[[Acceptor, int], JsonAnswer]) -> list[JsonAnswer]:
    """``work`` in eight threads at once, over two acceptors, as two processes would."""
    barrier = Barrier(8)
    with ExitStack() as stack:
        acceptors = [Acceptor(database, Event()) for _ in range(2)]
        for acceptor in acceptors:
            acceptor.start()
            stack.callback(acceptor.stop)

        def one(number: int) -> JsonAnswer:
            barrier.wait()
            return work(acceptors[number % 2], number)

        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(one, range(8)))


@pytest.mark.parametrize("_round", range(5))
def test_two_processes_store_one_external_id_once(
    database: Database, submit: Submit, _round: int
) -> None:
    ids = [f"{number}" for number in range(20)]

    def work(acceptor: Acceptor, number: int) -> JsonAnswer:
        order = ids if number % 3 else ids[::-1]
        parts = [submit(f"text {id}", external_id=id) for id in order]
        drafts = [part.drafts[0] for part in parts]
        return acceptor.accept_blocking(Submission(parts[0].workspace_id, drafts, shown))

    answers = _race(database, work)
    statuses = [status for answer in answers for status, _ in answer.body["items"]]
    assert statuses.count("accepted") == 20
    assert statuses.count("duplicate") == 140
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(Feedback)).one() == 20


@pytest.mark.parametrize("_round", range(5))
def test_two_processes_that_update_one_item_both_count(
    database: Database, submit: Submit, stored: Stored, _round: int
) -> None:
    answers = _race(
        database,
        lambda acceptor, number: acceptor.accept_blocking(submit(f"v{number}", external_id="1")),
    )
    statuses = sorted(answer.body["items"][0][0] for answer in answers)
    assert statuses == ["accepted"] + ["updated"] * 7
    [row] = stored()
    assert row.revision == 8


@pytest.mark.parametrize("_round", range(5))
def test_two_processes_with_one_idempotency_key_have_one_effect(
    database: Database, submit: Submit, stored: Stored, _round: int
) -> None:
    idempotency = IdempotentRequest("k-1", "same")
    answers = _race(
        database,
        lambda acceptor, _number: acceptor.accept_blocking(submit("a", idempotency=idempotency)),
    )
    assert len({answer.body["items"][0][1] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 7
    assert len(stored()) == 1
