"""One batch of a worker: claim, analyse with no transaction open, write the results.

When the model raises, every item of its slice is analysed again alone, so that only the failing
item counts an attempt. When the database fails, no item is at fault: the batch is given up, and its
items are released before the next one.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError
from sqlmodel import Session

from service import clock
from service.analysis import claims
from service.analysis.claims import Claim, Claimed, ClaimSettings
from service.analysis.engine import Engine, slices
from service.analysis.inputs import AnalysisInput, analysis_input
from service.analysis.metrics import observe
from service.analysis.relabelling import has_stale_labels, relabel_batch, update_probes
from service.analysis.results import AnalysedItem, Failed, Outcome, WriteContext, write
from service.analysis.workers import dead_workers, worker_id
from service.current_analysis import make_current
from service.db import Database
from service.ids import Id
from service.journey.service import current_map
from service.settings import Settings

REASON_CHARS: Final = 500
DATABASE_AT_FAULT: Final = (OperationalError, InterfaceError, InternalError, ProgrammingError)
log = logging.getLogger(__name__)


class BatchAnalyzer:
    """Claims items in its own name, has the engine analyse them, and writes the results."""

    def __init__(self, database: Database, engine: Engine, settings: Settings) -> None:
        self._database = database
        self._engine = engine
        self._claim_settings = ClaimSettings(
            worker=worker_id(),
            version=engine.version,
            lease=timedelta(seconds=settings.lease_seconds),
            items=settings.batch_items,
            max_attempts=settings.max_attempts,
        )
        self._claimed: list[Id] = []
        self._is_started = False

    @property
    def worker_id(self) -> str:
        """The name in which it claims items."""
        return self._claim_settings.worker

    def expire_dead_leases(self) -> None:
        """End the leases of dead workers of this host, so that nobody waits for them.

        Only on SQLite: its file is on this host, so an equal host name means the same host.
        """
        if not self._database.is_sqlite:
            return
        with self._database.read() as session:
            dead = dead_workers(claims.claimants(session), self._claim_settings.worker)
        if dead:
            self._database.transact(lambda session: claims.expire(session, dead, clock.now()))

    def run_once(self, should_continue: Callable[[], bool]) -> bool:
        """Claim and analyse one batch, or label some anew; returns whether there was any work.

        ``should_continue`` is asked between slices; when it says no, the rest is released.

        Raises:
            SQLAlchemyError: the database failed; the next call starts with releasing the claim.
        """
        self._start()
        self._release_claim()
        claim = self._claim()
        if claim is None:
            return self._label()
        self._claimed = [item.key for item in claim.items]
        workspaces = {item.workspace_id for item in claim.items}
        update_probes(self._database, self._engine, workspaces)
        for outcomes, seconds in self._read(claim, should_continue):
            observe(outcomes, self._write(outcomes), seconds, clock.now())
            self._claimed = [key for key in self._claimed if key not in outcomes]
        self._release_claim()
        update_probes(self._database, self._engine, workspaces)  # there may be enough feedback now
        return True

    def _start(self) -> None:
        if not self._is_started:
            self._database.transact(
                lambda session: make_current(session, self._claim_settings.version)
            )
            self._is_started = True

    def _claim(self) -> Claim | None:
        with self._database.read() as session:
            if not claims.has_work(session, self._claim_settings.version, clock.now()):
                return None
        claim = self._database.transact(
            lambda session: claims.claim(session, self._claim_settings, clock.now())
        )
        return claim if claim.items else None

    def _label(self) -> bool:
        with self._database.read() as session:
            if not has_stale_labels(session):
                return False
        self._database.transact(lambda session: relabel_batch(session, self._engine.space))
        return True

    def _release_claim(self) -> None:
        if self._claimed:
            self._database.transact(
                lambda session: claims.release(session, self._claim_settings.worker, self._claimed)
            )
        self._claimed = []

    def _read(
        self, claim: Claim, should_continue: Callable[[], bool]
    ) -> Iterator[tuple[dict[Id, Outcome], float]]:
        """Outcomes slice by slice, with the seconds that the analysis took.

        Each is written before the next is analysed: results are visible early, and other writers
        wait for a slice, not for a batch.
        """
        if claim.attempts_exhausted:
            yield _lost(claim), 0.0
            return
        with self._database.read() as session:
            inputs = _inputs(session, claim.items)
        lease = claims.lease_of(
            self._claim_settings.lease, sum(len(item.text) for item in claim.items)
        )
        renewed = clock.now()
        for part in slices([each.document for each in inputs]):
            if not should_continue():
                return
            if clock.now() - renewed > lease / 3:
                self._renew(lease)
                renewed = clock.now()
            started = time.perf_counter()
            outcomes = self._read_part([inputs[index] for index in part])
            yield outcomes, time.perf_counter() - started

    def _renew(self, lease: timedelta) -> None:
        until = clock.now() + lease
        self._database.transact(
            lambda session: claims.renew(session, self._claim_settings.worker, self._claimed, until)
        )

    def _read_part(self, inputs: Sequence[AnalysisInput]) -> dict[Id, Outcome]:
        try:
            analyses = self._engine.analyze([each.document for each in inputs])
            pairs = list(zip(inputs, analyses, strict=True))
        except Exception as error:  # whatever a model raises is about these texts
            if len(inputs) == 1:
                return {inputs[0].item.key: self._failed(inputs[0].item, error)}
            alone = [self._read_part([each]) for each in inputs]
            return {key: outcome for part in alone for key, outcome in part.items()}
        return {each.item.key: AnalysedItem(each, analysis) for each, analysis in pairs}

    def _failed(self, item: Claimed, error: Exception) -> Failed:
        final = item.attempts >= self._claim_settings.max_attempts
        log.warning(
            "an item can't be analysed",
            exc_info=error,
            extra={"action": "analyse", "feedback_id": str(item.id), "attempts": item.attempts},
        )
        reason = f"{type(error).__name__}: {error}".replace("\0", "")[:REASON_CHARS]
        return Failed(item.revision, reason, final)

    def _write(self, outcomes: Mapping[Id, Outcome]) -> dict[Id, str]:
        context = WriteContext(self._claim_settings.worker, self._engine.space)
        try:
            return self._database.transact(
                lambda session: write(session, context, outcomes, clock.now())
            )
        except DATABASE_AT_FAULT:
            raise
        except Exception as error:  # a result that can't be written is about its item
            if len(outcomes) > 1:
                alone = [self._write({key: outcomes[key]}) for key in outcomes]
                return {key: state for part in alone for key, state in part.items()}
            [(key, outcome)] = outcomes.items()
            if isinstance(outcome, Failed):
                raise
            return self._write({key: self._failed(outcome.input.item, error)})


def _inputs(session: Session, items: Sequence[Claimed]) -> list[AnalysisInput]:
    workspaces = {item.workspace_id for item in items}
    journeys = {workspace: current_map(session, workspace) for workspace in workspaces}
    return [analysis_input(item, journeys[item.workspace_id]) for item in items]


def _lost(claim: Claim) -> dict[Id, Outcome]:
    """The failure of items whose earlier attempts all never returned."""
    return {
        item.key: Failed(
            item.revision, f"the analysis crashed the process {item.attempts - 1} times", final=True
        )
        for item in claim.items
    }
