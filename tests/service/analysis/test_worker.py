"""The worker: roused by who accepts feedback, stopped politely, alive whatever happens."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from models.feedback import DONE, Feedback
from service import worker as room
from service.analysis.engine import BACKGROUND_NICENESS, Engine
from service.analysis.service import BatchAnalyzer
from service.db import Database
from service.settings import Settings
from service.worker import STOP_SECONDS, Worker, WorkerThread, start_inline
from tests.chaos.processes import FAKE, Cluster
from tests.fakes import FakeAnalyzer
from tests.service.analysis.conftest import AddFeedback

DEADLINE_S = 10


@pytest.fixture
def wake() -> threading.Event:
    return threading.Event()


@pytest.fixture
def inline(database: Database, settings: Settings, wake: threading.Event) -> Iterator[WorkerThread]:
    thread = start_inline(database, Engine(FakeAnalyzer()), settings, wake)
    yield thread
    thread.stop()


def wait_until_done(database: Database, seconds: float = DEADLINE_S) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with database.read() as session:
            if set(session.exec(select(Feedback.state)).all()) == {DONE}:
                return
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_accepted_feedback_is_analysed_when_the_worker_is_roused(
    inline: WorkerThread,
    wake: threading.Event,
    add: AddFeedback,
    database: Database,
) -> None:
    add()
    wake.set()
    wait_until_done(database)


def test_a_worker_that_fails_goes_on(
    database: Database,
    settings: Settings,
    wake: threading.Event,
    add: AddFeedback,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    add()
    rounds = iter([RuntimeError("first"), RuntimeError("second")])
    real = BatchAnalyzer.run_once

    def fail(self: BatchAnalyzer, *arguments: object) -> bool:
        for error in rounds:
            raise error
        return real(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(BatchAnalyzer, "run_once", fail)
    monkeypatch.setattr(room, "BACK_OFF_SECONDS", (0.01,))
    with caplog.at_level(logging.ERROR):
        thread = start_inline(database, Engine(FakeAnalyzer()), settings, wake)
        wait_until_done(database)
        thread.stop()
    assert len(caplog.records) == 2


def test_stopping_ends_the_worker_between_batches(
    database: Database, settings: Settings, add: AddFeedback
) -> None:
    for _ in range(5):
        add()
    worker = Worker(database, Engine(FakeAnalyzer()), settings)
    worker.stop()
    worker.run()
    with database.read() as session:
        assert {row.attempts for row in session.exec(select(Feedback))} == {0}


def test_a_stop_is_not_lost_while_the_worker_is_idle(inline: WorkerThread) -> None:
    time.sleep(0.05)
    started = time.monotonic()
    inline.stop()
    inline.wait()
    assert time.monotonic() - started < STOP_SECONDS


def test_the_inline_worker_yields_to_the_rest_of_its_process() -> None:
    probe = (
        "import os, threading; from service.analysis.engine import lower_priority;"
        "thread = threading.Thread(target=lambda: (lower_priority(), print(nice())));"
        "nice = lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id());"
        "thread.start(); thread.join(); print(nice())"
    )
    seen = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    low, usual = map(int, seen.stdout.split())
    assert low == (BACKGROUND_NICENESS if sys.platform == "linux" else usual)


def test_a_worker_process_works_and_ends_politely_on_sigterm(
    add: AddFeedback, database: Database, tmp_path: Path
) -> None:
    add()
    cluster = Cluster(FAKE, database.url, tmp_path, workers=1)
    cluster.start("worker-1")
    wait_until_done(database, seconds=60)
    assert cluster.stop() == {"worker-1": 0}
