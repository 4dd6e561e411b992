"""The worker: a loop around ``service.analysis``, in a thread of the API or as a process.

In other threads, it runs loops around ``service.themes`` and ``service.attributes``, so that new
feedback is analysed while earlier feedback is grouped into themes.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from service.analysis.engine import Engine, lower_priority
from service.analysis.service import BatchAnalyzer
from service.attributes.building import Builder
from service.db import Database
from service.settings import Settings
from service.telemetry import one_line
from service.themes.refresh import Refresher
from service.web.problems import is_outage

IDLE_SECONDS: Final = 0.2
THEMES_SECONDS: Final = 2.0
"""Seconds between checks whether themes or roll-ups of attributes need work."""
STOP_SECONDS: Final = 5.0
"""How long a running batch may continue after a stop was requested; then it is released."""
BACK_OFF_SECONDS: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
log = logging.getLogger(__name__)


class Worker:
    """Analyses what is pending or stale, finds themes and builds roll-ups, until it is stopped.

    ``wake`` ends an idle pause early; whoever accepts feedback in this process sets it.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        settings: Settings,
        wake: threading.Event | None = None,
    ) -> None:
        self._analyzer = BatchAnalyzer(database, engine, settings)
        self._computing = ThreadPoolExecutor(1, "themes", initializer=lower_priority)
        self._stop = threading.Event()
        self._refresher = Refresher(database, engine.space, self._computing, self._stop)
        self._builder = Builder(database, self._stop)
        self._wake = wake or threading.Event()
        self._stop_by = math.inf

    @property
    def id(self) -> str:
        """The name in which it claims items."""
        return self._analyzer.worker_id

    def run(self) -> None:
        """Work until ``stop`` is called. Any failure is logged, followed by a pause."""
        side_threads = [
            threading.Thread(target=self._repeat, args=(work,), name=name, daemon=True)
            for name, work in (
                ("themes", self._refresher.run_once),
                ("attributes", self._builder.run_once),
            )
        ]
        for thread in side_threads:
            thread.start()
        self._analyse_until_stopped()
        for thread in side_threads:
            thread.join(STOP_SECONDS)
        self._computing.shutdown(wait=False)

    def stop(self) -> None:
        """Ask ``run`` to finish the running batch, within ``STOP_SECONDS``, and to return."""
        self._stop_by = time.monotonic() + STOP_SECONDS
        self._stop.set()
        self._wake.set()

    def _analyse_until_stopped(self) -> None:
        runner = RetryingRunner(self._stop)
        runner.run(self._analyzer.expire_dead_leases)
        while not self._stop.is_set():
            self._wake.clear()
            if runner.run(lambda: self._analyzer.run_once(self._should_continue)):
                continue
            if not runner.pause() and not self._stop.is_set():
                self._wake.wait(IDLE_SECONDS)

    def _repeat(self, run_once: Callable[[], bool]) -> None:
        runner = RetryingRunner(self._stop)
        while not self._stop.wait(THEMES_SECONDS):
            while not self._stop.is_set() and runner.run(run_once):
                pass
            runner.pause()

    def _should_continue(self) -> bool:
        return time.monotonic() < self._stop_by


class RetryingRunner:
    """Runs work and survives any exception."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._failures = 0

    def run(self, work: Callable[[], bool | None]) -> bool:
        """Run ``work``; returns whether it did anything without failing."""
        try:
            worked = bool(work())
        except Exception as error:
            self._failures += 1
            log.error(
                "the worker failed and goes on",
                exc_info=None if is_outage(error) else error,
                extra={"action": "work", "error": one_line(error)},
            )
            return False
        self._failures = 0
        return worked

    def pause(self) -> bool:
        """Wait if the last work failed, longer each time, but not beyond a stop; returns whether it
        had.
        """
        if self._failures:
            self._stop.wait(BACK_OFF_SECONDS[min(self._failures, len(BACK_OFF_SECONDS)) - 1])
        return bool(self._failures)


class WorkerThread:
    """A worker in a thread.

    Its priority is that of the threads that answer requests: these may wait for its write
    transactions. Only the model's threads have a lower one (``service.analysis.engine``).
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._thread = threading.Thread(target=worker.run, name="worker", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the running batch or release it, and end; takes bounded time."""
        self._worker.stop()
        self._thread.join(2 * STOP_SECONDS)

    def wait(self) -> None:
        """Return when the worker has ended."""
        self._thread.join()


def start_inline(
    database: Database, engine: Engine, settings: Settings, wake: threading.Event
) -> WorkerThread:
    """A running worker that ``wake`` rouses."""
    thread = WorkerThread(Worker(database, engine, settings, wake))
    thread.start()
    return thread
