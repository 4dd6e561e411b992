"""Group commit: one thread writes what concurrent requests submit in a shared transaction.

A submission is answered after the commit, so an answer means that it is durable. A group that fails
is retried one submission at a time, so that a submission that the database rejects fails alone.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from threading import Condition, Event, Thread
from time import monotonic, sleep
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from service import clock
from service.db import Database
from service.errors import Problem, Unavailable
from service.intake import reports
from service.intake.group import CommitGroup, GroupResult
from service.intake.pressure import FRESH_SECONDS, Pressure, TooMuchPending
from service.intake.submissions import Submission, SubmissionResult, WriteConflict
from service.telemetry import INTAKE_ITEMS, one_line
from service.web.idempotency import RETENTION, JsonAnswer, purge
from service.web.problems import as_problem, is_outage

GROUP_ROWS: Final = 1000
"""A group takes submissions until it has this many rows."""
QUEUED_ROWS: Final = 20_000
"""Rows that may wait in memory; further submissions are rejected."""
LINGER_SECONDS: Final = 0.002
"""While requests arrive together, wait this long for more: fewer commits, and all finish sooner.

PostgreSQL calls this commit_delay; a lone client, whose groups have one submission, never waits.
"""
WRITE_TRIES: Final = 20
PURGE_SECONDS: Final = 3600.0

log = logging.getLogger(__name__)


class Stopping(Unavailable):
    """The service is stopping; try again in a moment."""

    code = "stopping"


@dataclass(frozen=True, slots=True)
class _Queued:
    """A submission and whom to notify. ``loop`` is ``None`` for a plain thread."""

    submission: Submission
    future: "asyncio.Future[JsonAnswer] | Future[JsonAnswer]"
    loop: asyncio.AbstractEventLoop | None

    @property
    def rows(self) -> int:
        return max(1, len(self.submission.drafts))


class Acceptor:
    """Takes submissions from any thread or event loop between ``start`` and ``stop``.

    ``wake`` is set after every commit that left work for a worker. ``hourly`` is called at the
    start and every hour.
    """

    def __init__(
        self,
        database: Database,
        wake: Event,
        max_pending: int = 200_000,
        hourly: Callable[[], object] = lambda: None,
    ) -> None:
        self._database = database
        self._wake = wake
        self._pressure = Pressure(database, max_pending)
        self._hourly = hourly
        self._queue: deque[_Queued] = deque()
        self._queued_rows = 0
        self._arrival = Condition()
        self._stopping = False
        self._last_group_was_shared = False
        self._purged_at = -inf
        self._is_failing = False
        self._thread = Thread(target=self._run, name="acceptor", daemon=True)

    def start(self) -> None:
        """Start the writing thread."""
        self._pressure.refresh()
        self._thread.start()

    def stop(self) -> None:
        """Reject new submissions, write those that are queued, and end."""
        with self._arrival:
            self._stopping = True
            self._arrival.notify()
        self._thread.join()

    async def accept(self, submission: Submission) -> JsonAnswer:
        """The answer, once ``submission`` is committed.

        Raises:
            TooMuchPending: too much is waiting, in the database or in memory.
            Stopping: the service is about to stop.
            Problem: what is wrong with this submission.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[JsonAnswer] = loop.create_future()
        self._put(_Queued(submission, future, loop))
        return await future

    def accept_blocking(self, submission: Submission) -> JsonAnswer:
        """The same for a plain thread."""
        future: Future[JsonAnswer] = Future()
        self._put(_Queued(submission, future, None))
        return future.result()

    def _put(self, queued: _Queued) -> None:
        with self._arrival:
            if self._stopping:
                raise Stopping
            if self._pressure.is_high or self._queued_rows >= QUEUED_ROWS:
                raise TooMuchPending
            self._queue.append(queued)
            self._queued_rows += queued.rows
            self._arrival.notify()

    def _run(self) -> None:
        while True:
            group = self._take()
            if group:
                _deliver(group, self._answers([queued.submission for queued in group]))
            elif self._stopping:
                return
            self._do_housekeeping()

    def _take(self) -> list[_Queued]:
        """The next group; empty after a second without submissions, or when stopped and drained."""
        if self._last_group_was_shared:
            sleep(LINGER_SECONDS)
        with self._arrival:
            self._arrival.wait_for(lambda: self._queue or self._stopping, timeout=FRESH_SECONDS)
            group, rows = [], 0
            while self._queue and rows < GROUP_ROWS:
                queued = self._queue.popleft()
                group.append(queued)
                rows += queued.rows
            self._queued_rows -= rows
        self._last_group_was_shared = len(group) > 1
        return group

    def _answers(self, submissions: Sequence[Submission]) -> Sequence[SubmissionResult]:
        try:
            return self._write(submissions)
        except Exception as error:  # any error: senders must get an answer
            if len(submissions) > 1 and not is_outage(error):
                return [self._answers([submission])[0] for submission in submissions]
            return [as_problem(error)] * len(submissions)

    def _write(self, submissions: Sequence[Submission]) -> Sequence[SubmissionResult]:
        written = _retry_on_conflict(
            lambda: self._database.transact(
                lambda session: CommitGroup(session, submissions).write()
            )
        )
        if written.pending:
            self._pressure.add(written.pending)
            self._wake.set()
        for (kind, outcome), items in written.counts.items():
            INTAKE_ITEMS.labels(kind, outcome).inc(items)
        return written.answers

    def _do_housekeeping(self) -> None:
        try:
            self._pressure.refresh()
            if monotonic() - self._purged_at > PURGE_SECONDS:
                self._purged_at = monotonic()
                self._database.transact(_purge)
                self._hourly()
        except (SQLAlchemyError, OSError) as error:
            if not self._is_failing:  # else it would be logged every second
                log.error("intake_housekeeping_failed", extra={"error": one_line(error)})
            self._is_failing = True
        else:
            if self._is_failing:
                log.info("intake_housekeeping_recovered")
            self._is_failing = False


def _purge(session: Session) -> None:
    at = clock.now()
    purge(session, at - RETENTION)
    reports.purge(session, at - reports.RETENTION)


def _retry_on_conflict(write: Callable[[], GroupResult]) -> GroupResult:
    for _ in range(WRITE_TRIES - 1):
        try:
            return write()
        except WriteConflict:
            continue
    return write()


def _deliver(group: Sequence[_Queued], answers: Sequence[SubmissionResult]) -> None:
    """Resolve every future, with one call per event loop."""
    by_loop: dict[asyncio.AbstractEventLoop | None, list[tuple[_Queued, SubmissionResult]]]
    by_loop = defaultdict(list)
    for queued, answer in zip(group, answers, strict=True):
        by_loop[queued.loop].append((queued, answer))
    for loop, pairs in by_loop.items():
        if loop is None:
            _resolve(pairs)
        else:
            with suppress(RuntimeError):  # the loop has ended, and with it whoever waited
                loop.call_soon_threadsafe(_resolve, pairs)


def _resolve(pairs: Sequence[tuple[_Queued, SubmissionResult]]) -> None:
    for queued, answer in pairs:
        if queued.future.done():
            continue  # the client has disconnected; what it sent is stored all the same
        if isinstance(answer, Problem):
            queued.future.set_exception(answer)
        else:
            queued.future.set_result(answer)
