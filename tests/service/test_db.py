"""What an error of the database tells: its kind and statement, never what it is about."""

import traceback
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import migrations
from service.db import Database

SAID = "Ana said: slow"


def logged(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def test_an_error_does_not_quote_the_row_that_is_refused(database: Database) -> None:
    statement = "INSERT INTO workspace (id, name, salt) VALUES (:id, :said, 'x')"
    with pytest.raises(DBAPIError) as caught, database.write() as session:
        session.execute(text(statement), {"id": "0" * 32, "said": SAID})
    told = logged(caught.value)
    assert "created_at" in told
    assert "INSERT INTO workspace" in told
    assert SAID not in told


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_error_does_not_quote_json_that_is_refused(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught, database.read() as session:
        session.execute(text("SELECT CAST(:said AS jsonb)"), {"said": f'["{SAID}", "\\u0000"]'})
    told = logged(caught.value)
    assert "unsupported Unicode escape sequence" in told
    assert SAID not in told


def test_what_is_deleted_from_a_sqlite_file_is_overwritten(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.read() as session:
        assert session.execute(text("PRAGMA secure_delete")).scalar() == 1
    database.dispose()


def test_an_error_of_a_migration_quotes_no_parameters(empty_url: str) -> None:
    with pytest.raises(DBAPIError) as caught, migrations.exclusive(empty_url) as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": SAID})
    assert "nowhere" in logged(caught.value)
    assert SAID not in logged(caught.value)
