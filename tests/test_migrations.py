"""The schema: reversible, complete, named, and safe to migrate from many processes at once."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlmodel import SQLModel
from typer.testing import CliRunner

import migrations
import models
from migrations import State
from service.cli import app
from service.cli.migrate import NEWER

assert models


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_url)
    yield engine
    engine.dispose()


WORDS = ("word_place", "word_index", "ix_feedback_words")
"""What makes words searchable: tables on SQLite only, an index on PostgreSQL only."""


def tables(engine: Engine) -> set[str]:
    names = inspect(engine).get_table_names()
    return {name for name in names if not name.startswith(WORDS)}


def drift(connection: Connection) -> list[object]:
    def is_of_models(name: str | None, kind: str, _parents: object) -> bool:
        return kind not in ("table", "index") or not (name or "").startswith(WORDS)

    opts = {"compare_type": True, "include_name": is_of_models}
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, SQLModel.metadata))


def test_up_down_up(empty_url: str, engine: Engine) -> None:
    migrations.upgrade(empty_url)
    first = tables(engine)
    assert first == set(SQLModel.metadata.tables) | {"alembic_version"}
    migrations.downgrade(empty_url, "base")
    assert tables(engine) == {"alembic_version"}
    migrations.upgrade(empty_url)
    assert tables(engine) == first


def test_migrations_make_exactly_the_tables_of_the_models(empty_url: str, engine: Engine) -> None:
    migrations.upgrade(empty_url)
    with engine.connect() as connection:
        assert drift(connection) == []


def test_a_missing_column_is_noticed(empty_url: str, engine: Engine) -> None:
    migrations.upgrade(empty_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE workspace DROP COLUMN salt"))
    with engine.connect() as connection:
        assert drift(connection)


def test_pending_index_covers_pending_rows_only(empty_url: str, engine: Engine) -> None:
    migrations.upgrade(empty_url)
    options = next(
        index["dialect_options"]
        for index in inspect(engine).get_indexes("feedback")
        if index["name"] == "ix_feedback_pending"
    )
    assert "pending" in str(options[f"{engine.dialect.name}_where"])


def test_an_old_schema_is_told_from_the_newest(empty_url: str, engine: Engine) -> None:
    assert state(engine) is State.OLDER
    migrations.upgrade(empty_url, "2026_11_27_0900")
    assert state(engine) is State.OLDER
    assert migrations.upgrade(empty_url) is State.OLDER
    assert state(engine) is State.CURRENT
    assert migrations.upgrade(empty_url) is State.CURRENT


def test_what_a_newer_version_has_migrated_is_left_as_it_is(
    empty_url: str, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    migrations.upgrade(empty_url)
    migrate_by_a_newer_version(engine)
    assert state(engine) is State.NEWER
    assert migrations.upgrade(empty_url) is State.NEWER
    assert [(record.levelname, record.message) for record in caplog.records][-1] == (
        "WARNING",
        "schema_newer",
    )
    assert state(engine) is State.NEWER


def test_voc_migrate_says_that_a_newer_version_was_there(
    empty_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOC_DATABASE_URL", empty_url)
    assert CliRunner().invoke(app, ["migrate"]).output == ""
    migrate_by_a_newer_version(engine)
    answer = CliRunner().invoke(app, ["migrate"])
    assert (answer.exit_code, answer.output) == (0, f"{NEWER}\n")


def state(engine: Engine) -> State:
    with engine.connect() as connection:
        return migrations.state_of(connection)


def migrate_by_a_newer_version(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE feedback ADD COLUMN newer TEXT"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_01_01_0000'"))


def test_processes_that_start_at_once_do_not_collide(empty_url: str, engine: Engine) -> None:
    code = f"import migrations; migrations.upgrade({empty_url!r})"
    started = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", code], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    errors = [process.communicate(timeout=60)[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], errors
    assert state(engine) is State.CURRENT


def test_a_failed_migration_leaves_nothing_behind(
    empty_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade

    def fail_at_the_end(config: Config, revision: str) -> None:
        upgrade(config, revision)
        raise RuntimeError("at the end")

    monkeypatch.setattr(command, "upgrade", fail_at_the_end)
    with pytest.raises(RuntimeError, match="at the end"):
        migrations.upgrade(empty_url)
    assert tables(engine) == set()


def test_old_migrations_do_not_depend_on_the_code() -> None:
    versions = Path(migrations.__file__).with_name("versions")
    used = {
        name
        for path in versions.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in _imported(node)
    }
    assert "sqlalchemy" in used
    assert not used & {"models", "nlp", "service"}


def _imported(node: ast.AST) -> list[str]:
    """The packages that a statement imports."""
    if isinstance(node, ast.ImportFrom):
        return [str(node.module).partition(".")[0]]
    if isinstance(node, ast.Import):
        return [each.name.partition(".")[0] for each in node.names]
    return []


def test_every_constraint_and_index_has_a_name() -> None:
    for table in SQLModel.metadata.tables.values():
        names = [constraint.name for constraint in table.constraints]
        names += [index.name for index in table.indexes]
        assert all(names), table.name


def test_every_table_but_two_belongs_to_a_workspace() -> None:
    for table in SQLModel.metadata.tables.values():
        first = next(iter(table.columns)).name
        assert first == ("id" if table.name in ("workspace", "reader") else "workspace_id")
