"""What `make` does where Python is not as it should be."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WITHOUT_PIP = """#!/bin/sh
[ "$1" = -c ] && exit 0
mkdir -p .venv/bin && ln -s /bin/sh .venv/bin/python
exit 1
"""
OLD = """#!/bin/sh
exec {python} -c "import sys; sys.version_info = (3, 9, 2)
$2"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(folder: Path, python: str) -> str:
    stand_in = folder / "python"
    stand_in.write_text(python)
    stand_in.chmod(0o755)
    command = ["make", "run", f"PYTHON={stand_in}"]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert found.returncode
    return found.stderr


def test_an_environment_that_could_not_be_made_is_not_left_behind(folder: Path) -> None:
    make(folder, WITHOUT_PIP)
    assert not (folder / ".venv/bin/python").is_symlink()


def test_an_old_python_is_named_before_anything_is_made(folder: Path) -> None:
    said = make(folder, OLD.format(python=shutil.which("python3")))
    assert "Python 3.9" in said
    assert "3.11 or newer" in said
    assert not (folder / ".venv").exists()
