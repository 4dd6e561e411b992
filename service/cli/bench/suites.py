"""The measures of ``voc bench``, each a function from a folder to rows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nlp.loading import load_analyzer
from service.cli.bench import analysis, intake, lengths, live
from service.cli.bench.corpus import demo_documents
from service.cli.bench.report import Row, at_least, below

LATENCY_SECONDS = 15.0
SCALE_OUT = "scale-out"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to measure: a scratch folder, a PostgreSQL URL if there is one, and threads."""

    folder: Path
    postgres: str | None
    threads: int


def analysis_speed(scope: Scope) -> list[Row]:
    """Text to mentions, compared with the Hugging Face pipeline on the same texts."""
    speed = analysis.measure(demo_documents(), scope.threads)
    name = f"analysis, {speed.items} texts ({speed.ours:.0f}/s vs pipeline {speed.pipeline:.0f}/s)"
    return [at_least(name, speed.ratio, 10, "{:.1f} x")]


def text_lengths(scope: Scope) -> list[Row]:
    """Whether the cost per character grows with the length of a text, for hostile texts."""
    analyzer = load_analyzer(threads=scope.threads)
    lengths.measure(analyzer, lengths.UNITS["review"], [1_000])  # triggers lazy loading
    return [_growth(name, lengths.measure(analyzer, unit)) for name, unit in lengths.UNITS.items()]


def _growth(name: str, growth: lengths.Growth) -> Row:
    micros = " ".join(f"{value:.1f}" for value in growth.micros)
    return below(f"text of {name} (µs a character: {micros})", growth.factor, 2, "{:.2f} x")


def intake_speed(scope: Scope) -> list[Row]:
    """Durable intake on each database, and its latency while the worker runs (SQLite)."""
    rows: list[Row] = []
    for name, folder, url in _databases(scope, "intake"):
        speed = intake.measure(folder, url, requests=4000, items=10_000)
        detail = f"{speed.single:.0f}/s vs no store {speed.no_store:.0f}/s"
        rows += [
            at_least(f"durable intake, {name} ({detail})", speed.durable_share, 0.6, "{:.2f}"),
            at_least(
                f"batch intake, {name} ({speed.batch:.0f} items/s)",
                speed.batch_ratio,
                15,
                "{:.1f} x",
            ),
        ]
        rows.append(_latency(name, folder, url, speed.single / 2))
    return rows


def _latency(name: str, folder: Path, url: str | None, rate: float) -> Row:
    """Latency on the database filled by the throughput runs, so that the worker is always busy."""
    run = intake.latency_under_work(folder, url, rate, LATENCY_SECONDS)
    median = run.quantile(0.5) * 1000
    label = f"intake p99 at {rate:.0f}/s with a busy worker, {name} (p50 {median:.0f} ms)"
    return below(label, run.quantile(0.99) * 1000, 50, "{:.0f} ms")


def freshness(scope: Scope) -> list[Row]:
    """From 202 to visible in the journey map, at 50 items a second."""
    seen = live.freshness(scope.folder / "fresh", rate=50, seconds=20)
    return [below(f"freshness p95 at 50/s (p50 {seen.p50:.2f} s)", seen.p95, 2, "{:.2f} s")]


def memory(scope: Scope) -> list[Row]:
    """Resident memory of the all-in-one process under load, and its growth."""
    used = live.memory(scope.folder / "memory", items=6000)
    growth = used.end / used.middle - 1
    return [
        below(
            f"memory peak, {used.items} items ({used.ready:.0f} MiB ready)",
            used.peak,
            600,
            "{:.0f} MiB",
        ),
        below("memory growth over the last 60 % of the load", growth * 100, 5, "{:.1f} %"),
    ]


def start(scope: Scope) -> list[Row]:
    """From process start to ready."""
    return [below("start to ready", live.start(scope.folder / "start"), 3, "{:.2f} s")]


def scale_out(scope: Scope) -> list[Row]:
    """Two workers compared with one, on PostgreSQL; nothing without PostgreSQL."""
    if scope.postgres is None:
        return []
    one, two = (
        live.drain_rate(scope.folder / f"scale{workers}", scope.postgres, 5000, workers)
        for workers in (1, 2)
    )
    return [
        at_least(f"two workers over one ({two:.0f}/s vs {one:.0f}/s)", two / one, 1.8, "{:.2f} x")
    ]


def _databases(scope: Scope, name: str) -> list[tuple[str, Path, str | None]]:
    databases: list[tuple[str, Path, str | None]] = [("SQLite", scope.folder / name, None)]
    if scope.postgres:
        databases.append(("PostgreSQL", scope.folder / f"{name}-pg", scope.postgres))
    return databases


SUITES: dict[str, Callable[[Scope], list[Row]]] = {
    "analysis": analysis_speed,
    "lengths": text_lengths,
    "start": start,
    "intake": intake_speed,
    "freshness": freshness,
    "memory": memory,
    SCALE_OUT: scale_out,
}
