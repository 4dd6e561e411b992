"""Who can read what the service keeps."""

import os
import sqlite3
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.files import prepare_sqlite
from service.intake.planning import ImportOptions
from service.intake.uploads import receive
from service.settings import Settings
from tests.fakes import FakeAnalyzer


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def readable_by_others(folder: Path) -> list[str]:
    found = [folder, *folder.rglob("*")]
    return [str(each) for each in found if each.stat().st_mode & 0o077]


def test_nobody_else_can_read_what_the_service_makes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with TestClient(create_app(Settings(data_dir=data, worker="off"), FakeAnalyzer())) as client:
        assert client.get("/readyz").status_code == 200
        receive(BytesIO(b"comment\nGood\n"), "a.csv", data, ImportOptions({}))
        names = {file.name for file in data.iterdir()}
        assert names >= {"verbatim.db", "verbatim.db-wal", "verbatim.db-shm", "imports"}
        assert len(list(data.rglob("*.upload"))) == 1
        assert readable_by_others(data) == []


def test_nor_an_upload_beside_a_database_elsewhere(tmp_path: Path) -> None:
    data = tmp_path / "data"
    receive(BytesIO(b"comment\nGood\n"), "a.csv", data, ImportOptions({}))
    assert readable_by_others(data) == []


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "verbatim.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE kept (id)")
    file.chmod(0o640)
    before = file.read_bytes()
    prepare_sqlite(str(file))
    assert file.read_bytes() == before
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_database_in_memory_makes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for database in (None, "", ":memory:", "file:x?mode=memory"):
        prepare_sqlite(database)
    assert list(tmp_path.iterdir()) == []
