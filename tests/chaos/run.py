"""One run: load, kills, then what must hold."""

import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Final

from sqlmodel import func, select

from models.feedback import DONE, FAILED, PENDING, Feedback
from models.mention import Mention
from models.rollup import RollupItem
from service.db import Database
from service.verify.checks import verify
from tests.chaos.processes import Cluster, kill_one, running
from tests.chaos.sender import Ledger, by_idempotency_key, send

SENDERS: Final = 4
DRAIN_S: Final = 600
POLITE: Final = (0, -signal.SIGTERM)
"""Uvicorn ends by the signal that it was sent, after it has shut down."""


@dataclass(frozen=True)
class Plan:
    """How many items, how many kills, and how long a process lives at most, once it is up."""

    items: int = 2000
    kills: int = 30
    patience_s: float = 1.5
    seed: int = 7


@dataclass(slots=True)
class Outcome:
    """What happened, and everything that should not have."""

    kills: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    stored: int = 0
    mentions: int = 0
    load_s: float = 0.0
    drain_s: float = 0.0
    faults: list[str] = field(default_factory=list)


def run(
    plan: Plan, database_url: str, folder: Path, program: Sequence[str], workers: int
) -> Outcome:
    """Send ``plan.items`` to a cluster while ``plan.kills`` of its processes are killed."""
    outcome, ledger = Outcome(), Ledger()
    with running(Cluster(program, database_url, folder, workers)) as cluster:
        started = time.monotonic()
        _load(plan, cluster, ledger, outcome)
        loaded = time.monotonic()
        database = Database(database_url)
        _wait_until_analysed(database)
        outcome.load_s, outcome.drain_s = loaded - started, time.monotonic() - loaded
        codes = cluster.stop()
    outcome.faults += [
        f"{name} ended with code {code}" for name, code in codes.items() if code not in POLITE
    ]
    outcome.unanswered = ledger.unanswered
    outcome.faults += ledger.contradictions
    _check(plan, ledger, database, outcome)
    database.dispose()
    return outcome


def _load(plan: Plan, cluster: Cluster, ledger: Ledger, outcome: Outcome) -> None:
    """Senders advance with the kills, so that there is load to the end."""
    chance = random.Random(plan.seed)  # noqa: S311
    stop = Event()

    def may_send(number: int) -> bool:
        share = (outcome.kills.total() + 1) / max(plan.kills, 1)
        return stop.is_set() or number % quarter <= share * quarter

    quarter = -(-plan.items // SENDERS)
    edges = [*range(0, plan.items, quarter), plan.items]
    with ThreadPoolExecutor(SENDERS) as pool:
        senders = [
            pool.submit(send, cluster.url, range(*part), ledger, may_send, stop)
            for part in pairwise(edges)
        ]
        try:
            for _ in range(plan.kills):
                outcome.kills[kill_one(cluster, chance, plan.patience_s)] += 1
            for sender in senders:
                sender.result()
        finally:
            stop.set()


def _wait_until_analysed(database: Database) -> None:
    deadline = time.monotonic() + DRAIN_S
    while time.monotonic() < deadline:
        with database.read() as session:
            pending = select(func.count()).where(Feedback.state == PENDING)
            if not session.exec(pending).one():
                return
        time.sleep(0.1)


def _check(plan: Plan, ledger: Ledger, database: Database, outcome: Outcome) -> None:
    with database.read() as session:
        rows = session.exec(select(Feedback.id, Feedback.external_id, Feedback.state)).all()
        outcome.mentions = session.exec(select(func.count()).select_from(Mention)).one()
        counted = session.exec(select(func.sum(RollupItem.items))).one()
    outcome.stored = len(rows)
    states = Counter(state for _, _, state in rows)
    stored = {str(key): external for key, external, _ in rows}
    for number, key in ledger.acknowledged.items():
        expected = None if by_idempotency_key(number) else str(number)
        if stored.get(key, "gone") != expected:
            outcome.faults.append(f"item {number}, acknowledged as {key}, is not there")
    if not len(rows) == len(ledger.acknowledged) == plan.items:
        outcome.faults.append(
            f"{plan.items} sent, {len(ledger.acknowledged)} acknowledged, {len(rows)} stored"
        )
    if states[FAILED] or states[PENDING] or counted != states[DONE]:
        outcome.faults.append(f"states {dict(states)}, of which {counted} are in the roll-ups")
    report = verify(database)
    outcome.faults += [f"{one.check}: {one.subject}: {one.fault}" for one in report.findings]
