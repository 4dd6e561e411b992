"""The application as a whole: it starts, works, and stops."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import QueuePool

from service.app import create_app
from service.db import Database
from service.settings import Settings
from tests.conftest import StartClient
from tests.credentials import Keys, bearer
from tests.service.serving import ROOT, SERVE


def test_import_loads_neither_torch_nor_the_model() -> None:
    code = (
        "import sys, service.app\n"
        "heavy = {'torch', 'transformers', 'onnxruntime', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_feedback_becomes_a_pain_point(start: StartClient, keys: Keys) -> None:
    client = start(worker="inline")
    survey = {"source": "web", "text": "The checkout is broken."}
    sent = client.post("/v1/feedback/surveys", json=survey, headers=bearer(keys.ingest))
    assert sent.status_code == 202
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        answer = client.get("/v1/pain-points?stage=purchase", headers=bearer(keys.read)).json()
        if answer["items"]:
            break
        time.sleep(0.05)
    assert answer["items"][0]["touchpoint"] == "checkout"


def test_connections_are_limited_by_the_setting(settings: Settings) -> None:
    settings.database_connections = 10
    database: Database = create_app(settings).state.database
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    assert (pool.size(), pool._max_overflow) == (5, 5)
    database.dispose()


def test_a_model_that_can_not_be_loaded_stops_the_start(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.model = "/nowhere"
    with pytest.raises(Exception, match="nowhere"), TestClient(create_app(settings)):
        pytest.fail("it started")
    (failed,) = (record for record in caplog.records if record.message == "start_failed")
    assert "nowhere" in vars(failed)["error"]


class Served:
    """A server process over ``folder``, ready to answer."""

    def __init__(self, folder: Path) -> None:
        self.out, self.log = folder / "out", folder / "log"
        with self.out.open("w") as out, self.log.open("w") as log:
            command = [sys.executable, "-c", SERVE]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=_environment(folder, port=0), stdout=out, stderr=log
            )
        deadline = time.monotonic() + 30
        while "is running at" not in self.out.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self, by: signal.Signals) -> tuple[str, str]:
        """End it, and return what it printed and logged."""
        self.process.send_signal(by)
        self.process.wait(20)
        return self.out.read_text(), self.log.read_text()


def _environment(folder: Path, port: int) -> dict[str, str]:
    return {"VOC_DATA_DIR": str(folder), "VOC_PORT": str(port), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[], Served]]:
    processes: list[subprocess.Popen[bytes]] = []

    def begin() -> Served:
        served = Served(tmp_path)
        processes.append(served.process)
        return served

    yield begin
    for process in processes:
        process.kill()
        process.wait()


def test_serve_greets_works_and_stops(serve: Callable[[], Served], tmp_path: Path) -> None:
    served = serve()
    url = re.findall(r"http://127\.0\.0\.1:\d+", served.out.read_text())[0]
    key = (tmp_path / "bootstrap.key").read_text().strip()
    assert httpx.get(f"{url}/v1/info", headers=bearer(key)).status_code == 200
    printed, logged = served.stop(signal.SIGTERM)
    assert key in printed
    assert key not in logged
    lines = {line["event"]: line for line in map(json.loads, logged.splitlines())}
    assert lines["http_request"]["key_id"]
    assert lines["started"]["database"] == f"sqlite:///{tmp_path / 'verbatim.db'}"
    assert "stopped" in lines
    assert "Application shutdown complete." in lines


def test_second_start_tells_where_the_key_is_not_what_it_is(
    serve: Callable[[], Served], tmp_path: Path
) -> None:
    for told in (True, False):
        printed, _ = serve().stop(signal.SIGINT)
        assert ("voc_" in printed) is told
        assert str(tmp_path / "bootstrap.key") in printed


def test_the_key_of_a_start_on_a_taken_port_is_found(
    serve: Callable[[], Served], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = subprocess.run(
            [sys.executable, "-c", SERVE],
            cwd=ROOT,
            env=_environment(tmp_path, taken.getsockname()[1]),
            capture_output=True,
            text=True,
            check=False,
        )
    assert refused.returncode
    assert "voc_" not in refused.stdout
    printed, _ = serve().stop(signal.SIGINT)
    assert f"Your key is in {tmp_path / 'bootstrap.key'}" in printed
