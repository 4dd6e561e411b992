"""Servers and workers as real processes on loopback, started and stopped by the benchmark."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, a key with all scopes, its pid and its time to ready."""

    port: int
    key: str
    pid: int
    seconds_to_ready: float

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> httpx.Response:
        """A GET with the key; raises on any error status."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.get(self.url + path, headers=headers, timeout=30)
        return answer.raise_for_status()

    def resident_bytes(self) -> int:
        """Resident set size of the server process now (Linux)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def processor_seconds(self) -> float:
        """The processor time of the server process so far, in all its threads (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        user, system = fields[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(
    data_dir: Path, database_url: str | None = None, worker: str = "inline", threads: int = 2
) -> Iterator[Server]:
    """The service with the benchmark's extra route, ready to be used; stopped at the end.

    Raises:
        RuntimeError: it did not become ready in time.
    """
    port, key = free_port(), f"voc_bench_{secrets.token_urlsafe(24)}"
    settings = {
        "VOC_PORT": str(port),
        "VOC_BOOTSTRAP_KEY": key,
        "VOC_WORKER": worker,
        "VOC_THREADS": str(threads),
    }
    environment = settings | _storage(data_dir, database_url)
    started = time.perf_counter()
    with _process(["service.cli.bench.application"], environment, data_dir / "server.log") as child:
        _wait_until_ready(port, child)
        yield Server(port, key, child.pid, time.perf_counter() - started)


@contextmanager
def worker(data_dir: Path, database_url: str, threads: int = 1) -> Iterator[None]:
    """One ``voc worker`` process on the given database."""
    environment = _storage(data_dir, database_url) | {"VOC_THREADS": str(threads)}
    log = data_dir / f"worker-{secrets.token_hex(2)}.log"
    with _process(["service.cli", "worker"], environment, log):
        yield


def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _storage(data_dir: Path, database_url: str | None) -> dict[str, str]:
    storage = {"VOC_DATA_DIR": str(data_dir), "VOC_LOG_LEVEL": "WARNING"}
    return storage | ({"VOC_DATABASE_URL": database_url} if database_url else {})


@contextmanager
def _process(
    module: list[str], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    data = log.parent
    data.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", *module],
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            yield child
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _wait_until_ready(port: int, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and child.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=1).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise RuntimeError(f"the server on port {port} did not become ready")
