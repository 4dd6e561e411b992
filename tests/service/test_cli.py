"""The command line as a whole."""

import importlib
import json
import logging
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from service.analysis.engine import Engine
from service.cli import COMMANDS, app, demo
from service.cli.starting import log_started
from service.client import Verbatim
from service.settings import Settings
from tests.fakes import FakeAnalyzer

RunWorker = Callable[[dict[str, str]], dict[str, Any]]


@pytest.fixture
def run_worker(monkeypatch: pytest.MonkeyPatch) -> RunWorker:
    """Run a worker that can't start; returns the one line that it logs."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)

    def run(environment: dict[str, str]) -> dict[str, Any]:
        result = CliRunner().invoke(app, ["worker"], env=environment)
        assert result.exit_code == 1
        line: dict[str, Any] = json.loads(result.stderr)
        assert line["event"] == "start_failed"
        return line

    return run


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_exists_and_explains_itself(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    module = importlib.import_module(f"service.cli.{COMMANDS[name].module}")
    assert hasattr(module, COMMANDS[name].attribute)


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout.startswith("verbatim ")


def test_unknown_command() -> None:
    result = CliRunner().invoke(app, ["serv"])
    assert result.exit_code == 2
    assert "serve" in result.output


NOWHERE = {"VOC_DATABASE_URL": "postgresql://voc:geheim@127.0.0.1:9/voc"}


@pytest.mark.parametrize("arguments", [["migrate"], ["keys", "list"], ["verify"]])
def test_a_database_that_can_not_be_reached_is_told_in_a_line(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments, env=NOWHERE)
    assert result.exit_code == 2
    (line,) = result.output.splitlines()
    assert line.startswith("The database can't be used: ")
    assert "geheim" not in line


def test_a_folder_that_is_a_file_is_told_in_a_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    result = CliRunner().invoke(app, ["migrate"], env={"VOC_DATA_DIR": str(file)})
    assert result.exit_code == 2
    assert result.output == f"[Errno 17] File exists: '{file}'\n"


def test_a_worker_logs_why_it_can_not_start(run_worker: RunWorker) -> None:
    line = run_worker(NOWHERE)
    assert "Connection refused" in line["error"]
    assert "exception" not in line


def test_a_worker_logs_which_port_is_taken(run_worker: RunWorker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = run_worker({"VOC_METRICS_PORT": str(port)})
    assert f"127.0.0.1:{port}" in line["error"]


def test_a_start_is_logged_without_passwords(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(database_url="postgresql://voc:geheim@db/voc?password=geheim")
    with caplog.at_level(logging.INFO):
        log_started(settings, Engine(FakeAnalyzer()), {"command": "worker"})
    (line,) = map(vars, caplog.records)
    assert line["database"] == "postgresql+psycopg://voc:***@db/voc"
    assert (line["command"], line["threads"]) == ("worker", settings.threads)
    assert "geheim" not in str(line)


def test_help_is_quick() -> None:
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from service.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "slow = {'fastapi', 'sqlalchemy', 'numpy', 'onnxruntime', 'torch'} & set(sys.modules)\n"
        "sys.exit(str(slow) if slow else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_texts_that_are_not_utf_8_are_told(tmp_path: Path) -> None:
    file = tmp_path / "latin1.txt"
    file.write_bytes("Größe".encode("latin-1"))
    for arguments, given in ((["--file", str(file)], b""), ([], file.read_bytes())):
        words, environment = ["analyze", *arguments], {"COLUMNS": "300"}
        result = CliRunner().invoke(app, words, input=given, env=environment)
        assert result.exit_code == 2
        assert "is not UTF-8 (at byte 2)" in result.output


def test_json_of_an_analysis_steers_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.cli.analyze.load_engine", lambda _: Engine(FakeAnalyzer()))
    text = "The café \x9b31m is\x7f \x1b[2J broken."
    result = CliRunner().invoke(app, ["analyze", "--json", text])
    assert result.exit_code == 0, result.output
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", result.stdout) is None
    assert "café \\u009b31m" in result.stdout
    [item] = json.loads(result.stdout)["items"]
    assert item["mentions"][0]["text"] == text


@pytest.mark.parametrize("given", ["option", "environment", "file"])
def test_the_demo_takes_a_key(given: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["Authorization"])
        return httpx.Response(403, json={"detail": "seen"})

    def connected(url: str, **options: Any) -> Verbatim:
        return Verbatim(url, transport=httpx.MockTransport(answer), **options)

    monkeypatch.setattr(demo, "Verbatim", connected)
    monkeypatch.setattr(demo, "_is_ready", lambda _: True)
    options = ["--key", "voc_mine"] if given == "option" else []
    environment = {"VOC_KEY": "voc_mine"} if given == "environment" else {}
    if given == "file":
        file = tmp_path / ".env"
        file.write_text("VOC_KEY=voc_mine\n")
        monkeypatch.setitem(Settings.model_config, "env_file", file)
    result = CliRunner().invoke(app, ["demo", *options], env=environment)
    assert "403: seen" in result.output
    assert asked == ["Bearer voc_mine"]


def test_every_command_prints_on_what_data_cannot_steer() -> None:
    files = (Path(__file__).parents[2] / "service/cli").rglob("*.py")
    bare = {file.name for file in files if re.search(r"\bConsole\(", file.read_text())}
    assert bare <= {"terminal.py"}
