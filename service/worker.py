"""The analysis worker: a loop around ``service.analysis``, inline in a thread or as a process."""

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Final

from service.analysis.engine import Engine
from service.analysis.service import Analyst
from service.db import Database
from service.settings import Settings

IDLE_SECONDS: Final = 0.2
STOP_SECONDS: Final = 5.0
"""How long a running batch may go on after a stop was asked for; then it is given back."""
BACK_OFF_SECONDS: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
log = logging.getLogger(__name__)


class Worker:
    """Analyses what is pending or stale until it is told to stop.

    ``wake`` ends an idle pause early; whoever accepts feedback in this process sets it.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        settings: Settings,
        wake: threading.Event | None = None,
    ) -> None:
        self._analyst = Analyst(database, engine, settings)
        self._wake = wake or threading.Event()
        self._stop = threading.Event()
        self._stop_by = math.inf
        self._failures = 0

    def run(self) -> None:
        """Work until ``stop`` is called. A failure is logged and waited out, whatever it is."""
        self._guarded(self._analyst.free_the_dead)
        while not self._stop.is_set():
            self._wake.clear()
            if self._guarded(lambda: self._analyst.round(self._may_go_on)):
                continue
            if self._failures:
                self._stop.wait(BACK_OFF_SECONDS[min(self._failures, len(BACK_OFF_SECONDS)) - 1])
            elif not self._stop.is_set():
                self._wake.wait(IDLE_SECONDS)

    def stop(self) -> None:
        """Ask ``run`` to finish the running batch, within ``STOP_SECONDS``, and to return."""
        self._stop_by = time.monotonic() + STOP_SECONDS
        self._stop.set()
        self._wake.set()

    def _may_go_on(self) -> bool:
        return time.monotonic() < self._stop_by

    def _guarded(self, work: Callable[[], bool | None]) -> bool:
        """Do ``work``: the seam where the worker survives whatever goes wrong."""
        try:
            worked = bool(work())
        except Exception:
            self._failures += 1
            log.exception("the worker failed and goes on", extra={"action": "work"})
            return False
        self._failures = 0
        return worked


class WorkerThread:
    """A worker in a thread of its own.

    Its priority is that of the threads that answer requests: it holds the turn to write that
    they wait for. What yields to them are the model's threads (``service.analysis.engine``).
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._thread = threading.Thread(target=worker.run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the running batch, or give it back, and end; bounded."""
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
