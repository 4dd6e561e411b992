"""The compose file against the compose specification, and the image, without an engine."""

import re
import subprocess
import sys
from pathlib import Path

from service.cli.serve import GRACE_S
from service.worker import STOP_SECONDS

ROOT = Path(__file__).parents[1]
FIXED = {
    "VOC_HOST",
    "VOC_PORT",
    "VOC_DATA_DIR",
    "VOC_DATABASE_URL",
    "VOC_KEY",
    "VOC_WORKER",
    "VOC_METRICS_PORT",
}
"""Settings that the image or the file decide on, and that of commands which call the API."""


def test_the_compose_file_meets_the_specification() -> None:
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    result = subprocess.run(
        [sys.executable, *command, str(ROOT / "docker-compose.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_other_setting_reaches_the_containers() -> None:
    settings = re.findall(r"^# (\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    file = (ROOT / "docker-compose.yml").read_text()
    passed = re.findall(r"^ +(\w+): \$\{\1:", file, re.MULTILINE)
    assert set(passed) >= set(settings) - FIXED


def test_containers_have_the_time_that_a_graceful_stop_may_take() -> None:
    file = (ROOT / "docker-compose.yml").read_text()
    ours = file.partition("x-verbatim:")[2].partition("services:")[0]
    found = re.search(r"^  stop_grace_period: (\d+)s$", ours, re.MULTILINE)
    assert found is not None
    assert int(found[1]) > GRACE_S + 2 * STOP_SECONDS


def test_the_image_is_compiled_when_it_is_built() -> None:
    _, build, final = (ROOT / "docker/Dockerfile").read_text().split("\nFROM ")
    assert "pip install" in build
    assert "--no-compile" not in build
    compiles = final.index("RUN python -m compileall -q ")
    assert compiles < final.index("\nUSER verbatim")
