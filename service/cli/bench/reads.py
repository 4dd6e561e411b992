"""``voc bench reads``: how long reads of a seeded workspace take over HTTP."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from typing import Any, Final

import httpx
import typer

from service.cli.bench.processes import Server
from service.cli.bench.report import Row, below
from service.cli.existing_database import existing_database
from service.clock import now
from service.keys import queries, service
from service.keys.schemas import NewKey

WARM_UP: Final = 2
DAYS: Final = 28
TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Read:
    """A request, and the target of its 95th percentile in milliseconds."""

    name: str
    path: str
    bar_ms: float


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of one read, round by round, and the bytes of its answer.

    ``cpu_ms`` is the mean processor time of the server process, in milliseconds. It is comparable
    even if the machine is busy otherwise, but leaves out the work of a database server.
    """

    read: Read
    millis: tuple[float, ...]
    cpu_ms: float
    size: int

    @property
    def p50(self) -> float:
        """The median."""
        return statistics.median(self.millis)

    @property
    def p95(self) -> float:
        """The 95th percentile by nearest rank: with so few rounds, one of the slowest."""
        ranked = sorted(self.millis)
        return ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))]


def reads(client: httpx.Client, until: date, from_rollups_ms: float) -> Iterator[Read]:
    """What is measured: whole and filtered reads, one pain point, its evidence, and the page."""
    recent = f"since={until - timedelta(days=DAYS)}&until={until}"
    theme = _first_theme(client)
    whole = {
        "pain points": "/v1/pain-points",
        "pain points, 28 days": f"/v1/pain-points?{recent}",
        "pain points of a stage": "/v1/pain-points?stage=purchase",
        "journey": "/v1/journey",
        "journey, 28 days": f"/v1/journey?{recent}",
        "trends by week": "/v1/trends?by=week",
        "trends by week and stage, 28 days": f"/v1/trends?by=week&group=stage&{recent}",
        "drivers": "/v1/drivers",
        "one pain point": f"/v1/pain-points/{theme}",
        "one pain point, 28 days": f"/v1/pain-points/{theme}?{recent}",
    }
    filters = {
        "source": "source=reviews",
        "language": "language=de",
        "attribute, frequent": "attr.persona=consumer",
        "attribute, rare": "attr.persona=enterprise",
        "attribute, not declared": "attr.country=de",
    }
    yield from (Read(name, path, from_rollups_ms) for name, path in whole.items())
    yield Read("its evidence", f"/v1/pain-points/{theme}/mentions", 1000)
    yield Read("the page", "/", 300)
    yield Read("the page, 28 days", f"/?{recent}", 300)
    for name, chosen in filters.items():
        for title, path in (
            ("pain points", f"/v1/pain-points?{chosen}"),
            ("pain points, 28 days", f"/v1/pain-points?{chosen}&{recent}"),
            ("journey", f"/v1/journey?{chosen}"),
            ("trends by week", f"/v1/trends?by=week&{chosen}"),
        ):
            yield Read(f"{title}, by {name}", path, 1000)


def rows(
    target: Server,
    key: str,
    until: date,
    bar_ms: float,
    rounds: int,
    wanted: Callable[[str], bool],
) -> Iterator[Row]:
    """The result of each read whose name is ``wanted``."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=target.url, headers=headers, timeout=TIMEOUT_S) as client:
        _sign_in(client, key)
        for read in reads(client, until, bar_ms):
            if wanted(read.name):
                timed = _measured(client, target, read, rounds)
                detail = f"p50 {timed.p50:.0f}, computed {timed.cpu_ms:.0f} ms"
                yield below(f"{read.name} ({detail})", timed.p95, read.bar_ms, "{:.0f} ms")


def _measured(client: httpx.Client, target: Server, read: Read, rounds: int) -> Timed:
    """The result of ``measure``; infinite times if an answer takes longer than the timeout."""
    try:
        return measure(client, target, read, rounds)
    except httpx.TimeoutException:
        return Timed(read, (inf,), inf, 0)


def measure(client: httpx.Client, target: Server, read: Read, rounds: int) -> Timed:
    """Time the requests one after the other; the first ones are only a warm-up."""
    for _ in range(WARM_UP):
        _get(client, read.path)
    millis, size, before = [], 0, target.processor_seconds()
    for _ in range(rounds):
        started = time.perf_counter()
        size = len(_get(client, read.path).content)
        millis.append((time.perf_counter() - started) * 1000)
    cpu_ms = (target.processor_seconds() - before) / rounds * 1000
    return Timed(read, tuple(millis), cpu_ms, size)


@contextmanager
def reading_key(url: str, workspace: str) -> Iterator[str]:
    """A key that can read the workspace. It is revoked at the end, and expires after a day anyway.

    Raises:
        typer.BadParameter: there is no such workspace.
    """
    wanted = NewKey(name="bench", scopes=["read"], expires_at=now() + timedelta(days=1))
    with existing_database(url) as database:
        with database.write() as session:
            found = queries.workspace_named(session, workspace)
            if found is None:
                reason = f"there is no workspace {workspace!r}"
                raise typer.BadParameter(reason, param_hint="--workspace")
            key, secret = service.make(session, found.id, wanted)
        try:
            yield secret
        finally:
            with database.write() as session:
                service.revoke(session, found.id, key.id)


def _sign_in(client: httpx.Client, key: str) -> None:
    """Get the cookie that the dashboard requires."""
    answer = client.post("/sign-in", data={"key": key}, headers={"Origin": str(client.base_url)})
    if answer.status_code >= 400:
        answer.raise_for_status()


def _first_theme(client: httpx.Client) -> str:
    themes: Any = _get(client, "/v1/pain-points?level=theme&limit=1").json()
    if not themes["items"]:
        reason = "this workspace has no themes; fill one with `voc bench seed`"
        raise typer.BadParameter(reason, param_hint="--workspace")
    return str(themes["items"][0]["id"])


def _get(client: httpx.Client, path: str) -> httpx.Response:
    return client.get(path).raise_for_status()
