"""What every test can ask for: a migrated database of its own, settings, a client, keys.

``database``, and so everything that needs it, runs on SQLite and on PostgreSQL.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import sql
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlmodel import SQLModel

import migrations
from models.workspace import Workspace
from service.app import create_app
from service.db import Database
from service.keys import queries, service
from service.keys.schemas import NewKey, Scope
from service.settings import Settings
from tests import postgres
from tests.credentials import Keys
from tests.fakes import FakeAnalyzer
from tests.shared_routes import share_routes

POOL_SIZE = 5
EMPTY = text(";".join(str(table.delete()) for table in reversed(SQLModel.metadata.sorted_tables)))
DROP_ALL = text("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
NO_WAITING = "ALTER DATABASE {} SET synchronous_commit = off"
"""No commit waits for the disk: no test ends the server."""
CUT_OFF = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)

StartClient = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("VOC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "verbatim.db"
    migrations.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server on which databases may be made and dropped."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """The URL of a database that tests share, one after the other: making one is slow."""
    name = f"voc_test_{os.getpid()}"
    with postgres.database(postgres_server, name) as url:
        with psycopg.connect(postgres_server, autocommit=True) as admin:
            admin.execute(sql.SQL(NO_WAITING).format(sql.Identifier(name)))
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated database without a row."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        return f"sqlite:///{shutil.copy(template, tmp_path / 'verbatim.db')}"
    url: str = request.getfixturevalue("postgres_database")
    with _alone(url) as connection:
        if migrations.state_of(connection) is migrations.State.CURRENT:
            connection.execute(EMPTY)
            return url
        connection.execute(DROP_ALL)
    migrations.upgrade(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    url: str = request.getfixturevalue("postgres_database")
    _drop_all(url)
    yield url
    _drop_all(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database."""
    database = Database(database_url, POOL_SIZE)
    yield database
    database.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings over the test's database; no worker, so that tests say when analysis runs."""
    return Settings(data_dir=tmp_path / "data", database_url=database_url, worker="off")


@pytest.fixture
def start(settings: Settings) -> Iterator[StartClient]:
    """Start the application with the fake analyzer: ``start(worker="inline", max_pending=3)``."""
    with ExitStack() as stack:

        def begin(**changes: object) -> TestClient:
            changed = Settings(**settings.model_dump() | changes)
            app = share_routes(create_app(changed, FakeAnalyzer()))
            return stack.enter_context(TestClient(app))

        yield begin


@pytest.fixture
def client(start: StartClient) -> TestClient:
    """The application with the fake analyzer and without a worker."""
    return start()


@pytest.fixture
def workspace(database: Database) -> Workspace:
    """A workspace of its own."""
    with database.write() as session:
        return queries.ensure_workspace(session, "acme")


@pytest.fixture
def keys(database: Database, workspace: Workspace) -> Keys:
    """A key of each scope for ``workspace``."""
    return make_keys(database, workspace)


def make_keys(database: Database, workspace: Workspace) -> Keys:
    """A key of each scope."""

    def secret(scope: Scope) -> str:
        with database.write() as session:
            wanted = NewKey(name=scope, scopes=[scope])
            return service.make(session, workspace.id, wanted)[1]

    return Keys(secret("ingest"), secret("read"), secret("manage"))


@pytest.fixture
def other_workspace(database: Database) -> Workspace:
    """A workspace that is somebody else's."""
    with database.write() as session:
        return queries.ensure_workspace(session, "other")


@pytest.fixture
def other_keys(database: Database, other_workspace: Workspace) -> Keys:
    """A key of each scope for ``other_workspace``."""
    return make_keys(database, other_workspace)


def _drop_all(url: str) -> None:
    with _alone(url) as connection:
        connection.execute(DROP_ALL)


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    """A transaction, after cutting off whatever an earlier test left connected."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(CUT_OFF)
        yield connection
