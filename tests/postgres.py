"""A PostgreSQL server for the tests: the one that runs, or one that is started for them."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

NEAR = "postgresql://postgres@127.0.0.1:5432/postgres"


@contextmanager
def server() -> Iterator[str]:
    """The URL of a server on which databases may be made and dropped."""
    near = os.environ.get("VOC_TEST_POSTGRES", NEAR)
    if _answers(near):
        yield near
    elif (binaries := _binaries()) is not None:
        with _cluster(binaries) as url:
            yield url
    elif os.environ.get("CI") == "true":
        pytest.fail("no PostgreSQL: set VOC_TEST_POSTGRES")
    else:
        pytest.skip("no PostgreSQL: set VOC_TEST_POSTGRES or install its server")


@contextmanager
def database(server_url: str, name: str) -> Iterator[str]:
    """SQLAlchemy's URL of a new database on a server; the database is dropped at the end."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_url(server_url).set(drivername="postgresql+psycopg", database=name)
        yield url.render_as_string(hide_password=False)
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _binaries() -> Path | None:
    on_path = shutil.which("initdb")
    places = [Path(on_path).parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


@contextmanager
def _cluster(binaries: Path) -> Iterator[str]:
    """A throw-away cluster. PostgreSQL refuses to run as root, so root steps down for it."""
    become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    prefix = become if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="voc-pg-"))
    if prefix:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*prefix, str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    try:
        initdb = [*prefix, str(binaries / "initdb"), "-A", "trust", "-U", "postgres", "-E", "UTF8"]
        _run([*initdb, "-D", str(folder / "data")])
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"])
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
