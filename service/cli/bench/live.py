"""Measures of a running service: freshness, memory under load, start-up time and scale-out."""

import json
import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from service.cli.bench.corpus import batches, surveys
from service.cli.bench.intake import BATCH, SINGLE
from service.cli.bench.loadgen import Plan, Run, require_success, run_in_process
from service.cli.bench.processes import Server, server, worker

POLL_S = 0.05
PATIENT_POLL_S = 0.5
"""The polling interval where polling must not disturb what is measured."""
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Freshness:
    """Seconds from the 202 of an item until the aggregates contain it."""

    p50: float
    p95: float
    items: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident MiB of the all-in-one process: ready, after 40 % of a load, and at its end."""

    ready: float
    middle: float
    end: float
    peak: float
    items: int


def freshness(data_dir: Path, rate: float, seconds: float) -> Freshness:
    """Post singles at ``rate`` a second; poll the journey map until each one is counted.

    Items are analysed in the order of their acceptance, so the k-th accepted is visible when the
    map first counts k; the polling interval is part of the result.
    """
    count = int(rate * seconds)
    bodies = [json.dumps(item) for item in surveys(count, "fresh")]
    with server(data_dir) as target:
        runs: list[Run] = []
        plan = Plan(target.port, SINGLE, target.key, bodies, connections=16, rate=rate)
        sender = Thread(target=lambda: runs.append(run_in_process(plan)))
        sender.start()
        seen = _poll(target, count, deadline=time.time() + seconds + 60)
        sender.join()
    ended = sorted(require_success(runs[0]).ended)
    delays = [visible - accepted for accepted, visible in zip(ended, seen, strict=True)]
    return Freshness(statistics.median(delays), sorted(delays)[int(0.95 * count)], count)


def _poll(target: Server, count: int, deadline: float) -> list[float]:
    """For each item in turn, the time at which the map first counted it."""
    seen: list[float] = []
    while len(seen) < count:
        if time.time() > deadline:
            raise RuntimeError(f"only {len(seen)} of {count} items became visible")
        visible = _analysed(target, "fresh")
        seen.extend([time.time()] * (visible - len(seen)))
        time.sleep(POLL_S)
    return seen


def memory(data_dir: Path, items: int) -> Memory:
    """Send batches of 200 while the inline worker analyses; measure memory at every tenth."""
    with server(data_dir) as target:
        sizes = [target.resident_bytes() / MIB]
        for part in range(10):
            _work_off(target, f"memory{part}", items // 10, size=200, connections=2)
            sizes.append(target.resident_bytes() / MIB)
    return Memory(sizes[0], sizes[4], sizes[-1], max(sizes), items)


def start(data_dir: Path) -> float:
    """Seconds from process start to ready with the model loaded, on an existing database."""
    with server(data_dir):
        pass
    with server(data_dir) as again:
        return again.seconds_to_ready


def drain_rate(data_dir: Path, database_url: str, items: int, workers: int) -> float:
    """Items a second from intake to analysed, through worker processes of one thread each."""
    with ExitStack() as stack:
        target = stack.enter_context(server(data_dir, database_url, worker="off"))
        for _ in range(workers):
            stack.enter_context(worker(data_dir, database_url))
        _work_off(target, f"warm{workers}", 100 * workers, size=100, connections=1)
        return items / _work_off(target, f"scale{workers}", items, size=1000, connections=2)


def _work_off(target: Server, source: str, items: int, size: int, connections: int) -> float:
    """Seconds from the first batch of ``size`` items until all of them are analysed.

    Raises:
        RuntimeError: some were refused, or could not be analysed.
    """
    started = time.perf_counter()
    bodies = batches(surveys(items, source), size)
    require_success(run_in_process(Plan(target.port, BATCH, target.key, bodies, connections)))
    wait_until_analysed(target)
    seconds = time.perf_counter() - started
    done = _analysed(target, source)
    if done != items:
        raise RuntimeError(f"{done:,} of {items:,} items were analysed")
    return seconds


def _analysed(target: Server, source: str) -> int:
    """How many items of the source the map counts."""
    return int(target.get(f"/v1/journey?source={source}").json()["overall"]["items"])


def wait_until_analysed(target: Server, timeout_s: float = 600.0) -> None:
    """Return when nothing is pending.

    Raises:
        RuntimeError: something still is after ``timeout_s`` seconds.
    """
    deadline = time.monotonic() + timeout_s
    while target.get("/v1/feedback?limit=1").json()["pending"]:
        if time.monotonic() > deadline:
            raise RuntimeError("the analysis did not catch up")
        time.sleep(PATIENT_POLL_S)
