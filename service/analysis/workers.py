"""The identity of a worker, and which workers of this machine are dead."""

import os
import socket
from collections.abc import Iterable
from uuid import uuid4


def worker_id() -> str:
    """A globally unique name: host:pid:random."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:12]}"


def dead_workers(workers: Iterable[str], me: str) -> list[str]:
    """Those of ``workers`` whose process on this host has certainly ended.

    A process id in use proves nothing (it may have been reused), so its worker counts as alive;
    except our own id, which a container gives to each of its processes in turn.
    """
    return [worker for worker in workers if worker != me and _ended(worker)]


def _ended(worker: str) -> bool:
    host, _, rest = worker.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    return int(pid) == os.getpid() or not _exists(int(pid))


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
