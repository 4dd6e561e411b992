"""A load generator that costs less than what it measures: raw HTTP/1.1 over kept-alive sockets.

Runs in a process of its own and sends each prepared body once, over a bounded number of
connections, to loopback and nowhere else. Closed loop without ``rate``: every connection sends its
next request when it has its answer. Open loop with ``rate`` (requests a second): request *k* is due
at ``k / rate`` and its latency counts from then, so that waiting is not hidden.
"""

import asyncio
import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from time import perf_counter, time
from typing import Any


@dataclass(slots=True)
class Plan:
    """What to send. ``bodies`` are sent once each, in order; at most ``connections`` at once."""

    port: int
    path: str
    key: str
    bodies: Sequence[str]
    connections: int = 32
    rate: float | None = None


@dataclass(slots=True)
class Run:
    """What came back: seconds in all, each latency and its wall-clock end, answers by status."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Answered requests a second."""
        return len(self.latencies) / self.seconds

    def quantile(self, q: float) -> float:
        """The ``q`` quantile of the latencies, in seconds; nearest rank."""
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, int(q * len(ranked)))]


class _Connection:
    """One kept-alive connection and the bytes that every request on it starts with."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, plan: Plan):
        self.reader = reader
        self.writer = writer
        self.head = (
            f"POST {plan.path} HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\n"
            f"Authorization: Bearer {plan.key}\r\nContent-Type: application/json\r\n"
        )

    async def post(self, body: bytes) -> str:
        """Send one body, read the whole answer, return its status."""
        self.writer.write(f"{self.head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length:")[2].partition("\r\n")[0]
        await self.reader.readexactly(int(length))
        return head.split(" ", 2)[1]


async def send(plan: Plan) -> Run:
    """Carry out a plan against 127.0.0.1."""
    run = Run(0.0)
    queue = iter(enumerate(body.encode() for body in plan.bodies))
    start = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(min(plan.connections, len(plan.bodies))):
            group.create_task(_drive(plan, queue, run, start))
    run.seconds = perf_counter() - start
    return run


async def _drive(plan: Plan, queue: Iterator[tuple[int, bytes]], run: Run, start: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", plan.port)
    connection = _Connection(reader, writer, plan)
    for index, body in queue:
        due = perf_counter()
        if plan.rate is not None:
            due = start + index / plan.rate
            await asyncio.sleep(max(0.0, due - perf_counter()))
        status = await connection.post(body)
        run.latencies.append(perf_counter() - due)
        run.ended.append(time())
        run.statuses[status] = run.statuses.get(status, 0) + 1
    writer.close()


def require_success(run: Run) -> Run:
    """The same.

    Raises:
        RuntimeError: some answer was not a 2xx, for a refused request is no throughput.
    """
    refused = {status: n for status, n in run.statuses.items() if not status.startswith("2")}
    if refused:
        raise RuntimeError(f"not all requests were accepted: {refused}")
    return run


def _child(plan: Plan, results: Any) -> None:
    results.send(asdict(asyncio.run(send(plan))))


def run_in_process(plan: Plan) -> Run:
    """Carry out a plan in a process of its own, so that the client has its own interpreter."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(plan, sender))
    process.start()
    sender.close()
    try:
        return Run(**receiver.recv())
    finally:
        process.join()
