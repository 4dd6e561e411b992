"""``voc export``, and the client that it uses."""

import io
from collections.abc import Callable
from pathlib import Path

import httpx
import pyarrow.parquet as parquet
import pytest
import typer
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from service.cli import export
from service.client import Verbatim, VerbatimError
from tests.credentials import Keys
from tests.transport import transport_to

Run = Callable[..., Result]


@pytest.fixture
def run(
    client: TestClient, keys: Keys, said: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run the command against the application: ``run("mentions", "m.csv")``."""

    def connected(_url: str, *, key: str) -> Verbatim:
        return Verbatim("http://testserver", key=key, tries=1, transport=transport_to(client))

    monkeypatch.setattr(export, "Verbatim", connected)
    monkeypatch.setenv("VOC_KEY", keys.read)
    monkeypatch.setenv("VOC_DATA_DIR", str(tmp_path / "data"))
    app = typer.Typer()
    app.command()(export.export)

    def command(what: str, name: str, *options: str) -> Result:
        return CliRunner().invoke(app, [what, str(tmp_path / name), *options])

    return command


def test_the_ending_says_the_form(run: Run, tmp_path: Path) -> None:
    result = run("mentions", "m.parquet", "-w", "q=card -declined", "-w", "kind=survey,review")
    assert result.exit_code == 0, result.output
    assert parquet.read_table(tmp_path / "m.parquet").num_rows == 2
    assert "m.parquet" in result.output
    run("mentions", "again.parquet", "-w", "kind=survey", "-w", "kind=review")
    assert parquet.read_table(tmp_path / "again.parquet").num_rows > 0
    run("mentions", "other.parquet", "-w", r"source=Acme\, Inc")
    assert parquet.read_table(tmp_path / "other.parquet").num_rows == 0
    assert run("journey", "map.png").exit_code == 0
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    assert run("journey", "MAP.CSV").exit_code == 0


def test_a_refusal_leaves_no_file(run: Run, tmp_path: Path) -> None:
    result = run("mentions", "m.csv", "-w", "stage=nowhere")
    assert result.exit_code == 1
    assert "stage" in result.output
    order = run("wins", "m.csv", "-w", "sort=pain")
    assert order.exit_code == 1
    assert "sort must be one of" in order.output
    assert run("mentions", "m.txt").exit_code == 1
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("m.")] == []


def test_what_is_no_filter_is_told(run: Run) -> None:
    result = run("mentions", "m.csv", "-w", "stage")
    assert result.exit_code == 2
    assert "name=value" in result.output
    assert "the file's extension" in run("mentions", "m.csv", "-w", "format=csv").output
    for name in ("what", "file"):
        refused = run("mentions", "m.csv", "-w", f"{name}=x")
        assert refused.exit_code == 1
        assert name in refused.output


def test_a_file_that_can_not_be_is_told(run: Run) -> None:
    result = run("mentions", "nowhere/m.csv")
    assert result.exit_code == 2
    assert "there is no folder" in result.output
    assert run("mentions", f"{'m' * 300}.csv").exit_code == 1


def test_a_url_of_ipv6_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def connected(url: str, *, key: str) -> Verbatim:
        asked.append(url)
        raise VerbatimError("seen")

    monkeypatch.setattr(export, "Verbatim", connected)
    monkeypatch.setenv("VOC_HOST", "::1")
    app = typer.Typer()
    app.command()(export.export)
    CliRunner().invoke(app, ["mentions", str(tmp_path / "m.csv"), "--key", "k"])
    assert asked == ["http://[::1]:8000"]


def test_a_broken_connection_is_told() -> None:
    def broken(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone")

    voc = Verbatim("http://voc.test", key="k", transport=httpx.MockTransport(broken))
    with pytest.raises(VerbatimError, match="gone"):
        voc.export("mentions", io.BytesIO())


def test_the_client_searches_and_reviews(client: TestClient, keys: Keys, said: None) -> None:
    transport = transport_to(client)
    with Verbatim("http://testserver", key=keys.read, transport=transport) as voc:
        assert len(voc.mentions(q="card", sentiment="negative")["items"]) == 3
        assert voc.review(limit=5)["waiting"] == 0
