"""What the figures were measured on."""

import platform
from importlib.metadata import version
from os import cpu_count
from pathlib import Path


def describe() -> str:
    """One line: processor, cores, memory, system, Python and ONNX Runtime."""
    return (
        f"{_first('/proc/cpuinfo', 'model name', platform.processor())}, {cpu_count()} cores, "
        f"{_memory_gib()} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, onnxruntime {version('onnxruntime')}"
    )


def _first(file: str, field: str, default: str) -> str:
    path = Path(file)
    if not path.exists():
        return default
    for line in path.read_text().splitlines():
        if line.startswith(field):
            return line.partition(":")[2].strip()
    return default


def _memory_gib() -> str:
    kilobytes = _first("/proc/meminfo", "MemTotal", "").removesuffix("kB").strip()
    return f"{int(kilobytes) / 2**20:.0f}" if kilobytes.isdigit() else "unknown"
