"""voc keys, voc migrate."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from service.cli import COMMANDS, app
from service.clock import now
from service.db import Database
from service.keys import queries, service
from service.keys.schemas import NewKey
from tests.conftest import StartClient
from tests.credentials import bearer


@pytest.fixture
def voc(database_url: str, monkeypatch: pytest.MonkeyPatch) -> "Voc":
    monkeypatch.setenv("VOC_DATABASE_URL", database_url)
    return Voc()


class Voc:
    """The command line over the test's database."""

    def __call__(self, *arguments: str) -> str:
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        return result.stdout.strip()

    def failing(self, *arguments: str) -> str:
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 2
        assert "Traceback" not in result.output
        return result.output


def test_made_key_opens_the_service(voc: Voc, start: StartClient) -> None:
    secret = voc("keys", "create", "report", "--scope", "read", "--workspace", "acme")
    assert start().get("/v1/info", headers=bearer(secret)).status_code == 200


def test_list_shows_keys_of_every_workspace_without_secrets(voc: Voc) -> None:
    first = voc("keys", "create", "one", "--days", "3")
    second = voc("keys", "create", "two", "--workspace", "acme", "--origin", "https://a.example")
    shown = voc("keys", "list")
    assert first not in shown
    assert second not in shown
    for word in (
        "default",
        "acme",
        "one",
        "two",
        "https://a.example",
        "active until",
        f"{now():%Y}",
    ):
        assert word in shown


def test_days_beyond_the_calendar_are_refused(voc: Voc) -> None:
    assert "36500" in voc.failing("keys", "create", "x", "--days", "9999999999")
    assert voc("keys", "create", "x", "--days", "36500")


def test_list_shows_brackets_in_names_as_they_are(voc: Voc) -> None:
    voc("keys", "create", "x [/y]", "--workspace", "shop [eu]")
    shown = voc("keys", "list")
    assert "x [/y]" in shown
    assert "shop [eu]" in shown


def test_list_obeys_no_name(voc: Voc, database: Database) -> None:
    with database.write() as session:
        workspace = queries.ensure_workspace(session, "acme\x1b[31m")
        key = NewKey.model_construct(name="x\x1b[1A\x9b2K\r\ny", scopes=["read"], origins=[])
        service.make(session, workspace.id, key)
    shown = voc("keys", "list")
    assert "acme[31m" in shown
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)


@pytest.mark.parametrize(
    "command",
    [["create", "x"], ["list"], ["revoke", "01a217ae-2263-72a9-b9a7-d8a7339868be"]],
    ids=lambda command: command[0],
)
def test_key_commands_migrate_no_older_database(
    voc: Voc, database: Database, command: list[str]
) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '2026_11_27_0900'"))
    assert "voc migrate" in voc.failing("keys", *command)
    with database.read() as session:
        (revision,) = session.execute(text("SELECT version_num FROM alembic_version")).scalars()
    assert revision == "2026_11_27_0900"


def test_list_creates_no_database(
    voc: Voc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "none.db"
    monkeypatch.setenv("VOC_DATABASE_URL", f"sqlite:///{file}")
    assert "There is no database" in voc.failing("keys", "list")
    assert not file.exists()


def test_the_first_key_creates_the_database(
    voc: Voc, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOC_DATABASE_URL", empty_url)
    assert voc("keys", "create", "one")
    assert "one" in voc("keys", "list")


def test_revoke(voc: Voc) -> None:
    voc("keys", "create", "one")
    line = next(line for line in voc("keys", "list").splitlines() if "one" in line)
    for _ in range(2):
        voc("keys", "revoke", line.split()[1])
    assert "revoked" in voc("keys", "list")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["create", "x", "--scope", "admin"], "must be one of"),
        (["create", "x", "--scope", "read", "--origin", "https://a.example"], "ingest"),
        (["create", "x", "--origin", "a"], "must be an origin"),
        (["create", "x", "--rate", "0"], "must be at least 1"),
        (["create", ""], "must not be empty"),
        (["create", "x", "--workspace", ""], "must not be empty"),
        (["revoke", "01a217ae-2263-72a9-b9a7-d8a7339868be"], "no"),
        (["revoke", "x"], "UUID"),
    ],
)
def test_mistakes_are_told_without_a_traceback(voc: Voc, arguments: list[str], says: str) -> None:
    assert says in voc.failing("keys", *arguments)


def test_wrong_settings_are_told_in_a_line(voc: Voc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOC_PORT", "many")
    assert "VOC_PORT: " in voc.failing("migrate")


def test_migrate_may_be_repeated(voc: Voc) -> None:
    voc("migrate")
    voc("migrate")


def test_help_names_every_command(voc: Voc) -> None:
    shown = voc("--help")
    assert all(name in shown for name in COMMANDS)


def test_key_commands_do_not_load_the_model() -> None:
    code = (
        "import sys; from service.cli import load; load('keys');"
        "heavy = {'torch', 'onnxruntime', 'transformers', 'numpy'} & set(sys.modules);"
        "sys.exit(f'{heavy}' if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
