"""Durable intake, single and in batches, compared with validating without storing."""

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from service.cli.bench.application import NO_STORE
from service.cli.bench.corpus import batches, surveys
from service.cli.bench.loadgen import Plan, Run, require_success, run_in_process
from service.cli.bench.processes import Server, server

SINGLE = "/v1/feedback/surveys"
BATCH = "/v1/feedback/batch"
CONNECTIONS = 128
WARM_UP = 300
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class IntakeSpeed:
    """Items a second: validated only, stored one a request, stored 1000 a request."""

    no_store: float
    single: float
    batch: float

    @property
    def durable_share(self) -> float:
        """Single durable rate over the no-store rate."""
        return self.single / self.no_store

    @property
    def batch_ratio(self) -> float:
        """Batch rate over the single rate, in items."""
        return self.batch / self.single


def measure(data_dir: Path, database_url: str | None, requests: int, items: int) -> IntakeSpeed:
    """Medians of ``ROUNDS`` alternating rounds on one server with the worker off.

    Raises:
        RuntimeError: the number of stored items is not the number sent.
    """
    no_store, single, batch = [], [], []
    with server(data_dir, database_url, worker="off") as target:
        _post(target, SINGLE, "warm", WARM_UP)
        for round_ in range(ROUNDS):
            no_store.append(_post(target, NO_STORE, f"n{round_}", requests).rate)
            single.append(_post(target, SINGLE, f"s{round_}", requests).rate)
            bodies = batches(surveys(items, f"b{round_}"))
            run = require_success(run_in_process(_plan(target, BATCH, bodies, connections=2)))
            batch.append(run.rate * items / len(bodies))
        stored = target.get("/v1/feedback?limit=1").json()["pending"]
    sent = WARM_UP + ROUNDS * (requests + items)
    if stored != sent:
        raise RuntimeError(f"{stored:,} of {sent:,} items were stored")
    return IntakeSpeed(median(no_store), median(single), median(batch))


def latency_under_work(
    data_dir: Path, database_url: str | None, rate: float, seconds: float
) -> Run:
    """Latencies at a fixed rate of single requests while the inline worker analyses them."""
    with server(data_dir, database_url, worker="inline") as target:
        _post(target, SINGLE, "warm", WARM_UP)
        bodies = _bodies("steady", int(rate * seconds))
        return require_success(run_in_process(_plan(target, SINGLE, bodies, rate=rate)))


def _post(target: Server, path: str, source: str, count: int) -> Run:
    return require_success(run_in_process(_plan(target, path, _bodies(source, count))))


def _bodies(source: str, count: int) -> list[str]:
    return [json.dumps(item) for item in surveys(count, source)]


def _plan(
    target: Server,
    path: str,
    bodies: list[str],
    connections: int = CONNECTIONS,
    rate: float | None = None,
) -> Plan:
    return Plan(target.port, path, target.key, bodies, connections, rate)
