"""Imports run in threads of the API process and submit rows in chunks to the acceptor.

A job sends heartbeats to its row. One that has been silent for a while has lost its process and is
shown as interrupted; sending the file again continues it, since its first rows are duplicates.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, update

from models.import_job import ImportJob
from models.types import new_id
from service import clock
from service.db import Database
from service.errors import NotFound, Problem, TooManyRequests, Unavailable
from service.intake.accept import Acceptor
from service.intake.drafts import Draft, DraftBuilder
from service.intake.plan import ImportPlan
from service.intake.pressure import RETRY_AFTER_SECONDS, TooMuchPending
from service.intake.records import Source
from service.intake.rows import CheckedRow, rows_of
from service.intake.service import count_invalid
from service.intake.submissions import DraftResult, Submission, status_of
from service.web.idempotency import JsonAnswer

CHUNK_ROWS: Final = 500
KEPT_ERRORS: Final = 1000
MAX_JOBS: Final = 4
HEARTBEAT_TIMEOUT: Final = timedelta(seconds=30)
UPLOAD_FOLDER: Final = "imports"
"""The folder in the data directory."""
RUNNING: Final = "running"
INTERRUPTED: Final = "interrupted"

log = logging.getLogger(__name__)


class TooManyImports(TooManyRequests):
    """Several imports are running already; wait until one has finished."""

    code = "too_many_imports"


@dataclass(slots=True)
class _Progress:
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def note(self, rows: Sequence[CheckedRow], answer: dict[str, int]) -> None:
        errors = [row.error for row in rows if row.error]
        self.counts.update(answer, rows=len(rows), invalid=len(errors))
        self.errors += errors[: KEPT_ERRORS - len(self.errors)]


class Importer:
    """Runs this process's imports until ``stop``."""

    def __init__(self, database: Database, acceptor: Acceptor) -> None:
        self._database = database
        self._acceptor = acceptor
        self._stopping = Event()
        self._threads: set[Thread] = set()
        self._lock = Lock()

    def check_capacity(self) -> None:
        """Check that another import can run.

        Raises:
            TooManyImports: the maximum number is running.
        """
        with self._lock:
            self._threads = {thread for thread in self._threads if thread.is_alive()}
            if len(self._threads) >= MAX_JOBS:
                raise TooManyImports

    def start(
        self, job: ImportJob, source: Source, plan: ImportPlan, builder: DraftBuilder
    ) -> None:
        """Run a job that is already stored; the source's file is deleted at its end."""
        thread = Thread(target=self._run, args=(job, source, plan, builder), name="import")
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def stop(self) -> None:
        """Interrupt running imports, and wait for them."""
        self._stopping.set()
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _run(self, job: ImportJob, source: Source, plan: ImportPlan, builder: DraftBuilder) -> None:
        try:
            state = self._rows(job, source, plan, builder)
            self._note(job, {"state": state, "finished_at": clock.now()})
        except (SQLAlchemyError, Unavailable, OSError) as error:
            # Without further heartbeats it will be shown as interrupted.
            log.error("import_interrupted", exc_info=error, extra={"import_id": str(job.id)})
        except Exception as error:  # any other: the sender must not wait for nothing
            log.error("import_failed", exc_info=error, extra={"import_id": str(job.id)})
            with suppress(SQLAlchemyError):  # then it will be shown as interrupted
                self._note(job, {"state": "failed", "finished_at": clock.now()})
        finally:
            source.path.unlink(missing_ok=True)

    def _rows(self, job: ImportJob, source: Source, plan: ImportPlan, builder: DraftBuilder) -> str:
        rows, progress = rows_of(source, plan, builder), _Progress()
        while chunk := list(islice(rows, CHUNK_ROWS)):
            drafts = [row.checked for row in chunk if not isinstance(row.checked, Problem)]
            answer = self._accept(job, drafts)
            if answer is None:
                return INTERRUPTED
            progress.note(chunk, answer)
            count_invalid([row.checked for row in chunk])
            self._note(job, {**progress.counts, "errors": progress.errors})
        return "done"

    def _accept(self, job: ImportJob, drafts: Sequence[Draft]) -> dict[str, int] | None:
        """The results of ``drafts``, stored; ``None`` if a stop came first and none of them is
        stored.
        """
        submission = Submission(job.workspace_id, drafts, _counted)
        while not self._stopping.is_set():
            try:
                return self._acceptor.accept_blocking(submission).body
            except TooMuchPending:
                self._note(job, {})
                self._stopping.wait(RETRY_AFTER_SECONDS)
        return None

    def _note(self, job: ImportJob, values: dict[str, Any]) -> None:
        statement = (
            update(ImportJob)
            .where(col(ImportJob.workspace_id) == job.workspace_id, col(ImportJob.id) == job.id)
            .values(**values, seen_at=clock.now())
        )
        self._database.transact(lambda session: session.execute(statement))


def new_job(workspace_id: UUID, filename: str, source: Source, plan: ImportPlan) -> ImportJob:
    """A job that is about to run."""
    at = clock.now()
    return ImportJob(
        id=new_id(),
        workspace_id=workspace_id,
        filename=filename,
        format=source.format,
        mapping=plan.shown(),
        created_at=at,
        seen_at=at,
    )


def find_job(session: Session, workspace_id: UUID, id: UUID) -> ImportJob:
    """One job; ``interrupted`` if its process is gone.

    Raises:
        NotFound: the workspace has no such import.
    """
    job = session.get(ImportJob, (workspace_id, id))
    if job is None:
        raise NotFound
    if job.state == RUNNING and job.seen_at < clock.now() - HEARTBEAT_TIMEOUT:
        job.state = INTERRUPTED
    return job


def _counted(results: Sequence[DraftResult]) -> JsonAnswer:
    return JsonAnswer(200, dict(Counter(map(status_of, results))))


def delete_stale_uploads(data_dir: Path) -> None:
    """Delete uploads that a killed process has left behind: they are not redacted."""
    day_ago = clock.now() - timedelta(days=1)
    for file in (data_dir / UPLOAD_FOLDER).glob("*.upload"):
        with suppress(FileNotFoundError):  # its own request has deleted it meanwhile
            if file.stat().st_mtime < day_ago.timestamp():
                file.unlink()
