"""Schema migrations: dated, reversible, the same on SQLite and PostgreSQL.

``upgrade`` may be called by any number of processes at once: one of them migrates, the others
wait for it and find nothing left to do.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import make_url

from service.files import prepare_sqlite

ADVISORY_LOCK: Final = 0x766F63  # "voc"
LOCK_TIMEOUT_MS: Final = 10_000
SQLITE_WAIT_S: Final = 60.0
_log = logging.getLogger(__name__)


class State(Enum):
    """How a schema stands to the migrations that this version knows."""

    OLDER = auto()
    """Some are still to be run."""
    CURRENT = auto()
    """All have been run, and no others."""
    NEWER = auto()
    """A newer version has run later ones. They only add to it: this version can use it."""


def upgrade(url: str, revision: str = "head") -> State:
    """Bring the database up to ``revision``, all or nothing; a newer one stays as it is.

    Returns:
        How the schema stood before.
    """
    with exclusive(url) as connection:
        state = state_of(connection)
        if state is State.NEWER:
            _log.warning("schema_newer", extra={"revision": max(_heads(connection))})
        elif revision != "head" or state is State.OLDER:
            _upgrade(connection, revision)
        return state


def upgrade_empty(url: str) -> None:
    """Create the schema in a database that has none; any other one stays as it is."""
    with exclusive(url) as connection:
        if not _heads(connection):
            _upgrade(connection, "head")


def _upgrade(connection: Connection, revision: str) -> None:
    command.upgrade(configuration(connection), revision)
    _log.info("schema_migrated", extra={"revision": revision})


def downgrade(url: str, revision: str) -> None:
    """Take the database back to ``revision`` ("base" for an empty one), all or nothing."""
    with exclusive(url) as connection:
        command.downgrade(configuration(connection), revision)


def state_of(connection: Connection) -> State:
    """How the schema stands; revisions are dates, so that a later one is a newer version's."""
    heads = _heads(connection)
    if heads == _newest():
        return State.CURRENT
    return State.NEWER if heads and min(heads) > max(_newest()) else State.OLDER


def _heads(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


@cache
def _newest() -> set[str]:
    """The newest revisions in ``versions``, read once."""
    return set(ScriptDirectory.from_config(configuration()).get_heads())


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, made in code; ``env.py`` runs on ``connection`` if given."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


@contextmanager
def exclusive(url: str) -> Iterator[Connection]:
    """A transaction that no other migrating process can be in at the same time."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                _lock_postgresql(connection)
            yield connection
    finally:
        engine.dispose()


def _lock_postgresql(connection: Connection) -> None:
    """Wait for other migrations as long as it takes, but for tables in use only briefly.

    A statement that waits for its table lock makes everybody queue up behind it.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, poolclass=NullPool, hide_parameters=True)
    prepare_sqlite(make_url(url).database)
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"timeout": SQLITE_WAIT_S},
    )
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    """Batch mode drops and renames tables: enforced foreign keys would cascade its deletes."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=OFF")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
