"""The service as processes that can be killed and started again."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from tests.postgres import free_port

KEY: Final = "chaos-key-of-more-than-twenty-characters"
LEASE_S: Final = 2
STOP_S: Final = 40
LAST_WORDS: Final = 2000
ROOT: Final = Path(__file__).parents[2]
VOC: Final = (sys.executable, "-c", "from service.cli import app; app()")
FAKE: Final = (sys.executable, "-m", "tests.chaos.fake")


@dataclass(slots=True)
class Cluster:
    """One API and ``workers`` worker processes (0: the worker is inline) over one database."""

    program: Sequence[str]
    database_url: str
    folder: Path
    workers: int
    port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def names(self) -> list[str]:
        """The processes: "api", and "worker-1" and so on."""
        return ["api", *(f"worker-{number + 1}" for number in range(self.workers))]

    def start(self, name: str) -> None:
        """Start one process; its output goes to ``folder``."""
        command = "serve" if name == "api" else "worker"
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [*self.program, command], env=self._environment(), cwd=ROOT, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """kill -9, by the process id that this cluster was given at the start."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> dict[str, int]:
        """SIGTERM to all of them; their exit codes."""
        for process in self.running.values():
            process.terminate()
        return {name: process.wait(STOP_S) for name, process in self.running.items()}

    def wait_until_ready(self, seconds: float = 120) -> None:
        """Return when the API answers /readyz; raise with its last words when it never does."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.running["api"].poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError((self.folder / "api.log").read_text()[-LAST_WORDS:])

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "VOC_DATABASE_URL": self.database_url,
            "VOC_DATA_DIR": str(self.folder),
            "VOC_PORT": str(self.port),
            "VOC_BOOTSTRAP_KEY": KEY,
            "VOC_WORKER": "off" if self.workers else "inline",
            "VOC_LEASE_SECONDS": str(LEASE_S),
            "VOC_THREADS": "1",
            "VOC_LOG_LEVEL": "WARNING",
        }


@contextmanager
def running(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster, started; whatever of it still runs at the end is killed."""
    try:
        for name in cluster.names:
            cluster.start(name)
        cluster.wait_until_ready()
        yield cluster
    finally:
        for name in [name for name, one in cluster.running.items() if one.poll() is None]:
            cluster.kill(name)


def kill_one(cluster: Cluster, chance: random.Random, patience_s: float) -> str:
    """Kill a process after a random time and start it again; usually when the API is up."""
    if chance.random() < 0.8:
        cluster.wait_until_ready()
    time.sleep(chance.uniform(0, patience_s))
    name = chance.choice(cluster.names)
    cluster.kill(name)
    cluster.start(name)
    return name
