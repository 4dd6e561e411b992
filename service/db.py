"""The database: one engine, short read transactions, and write transactions that don't collide.

SQLite has one writer. Inside a process, writers take turns at a lock instead of sleeping in
SQLite's busy handler; across processes ``BEGIN IMMEDIATE`` and the busy timeout do the same.
PostgreSQL needs neither, but may pick one of two transactions as a deadlock victim, so a write is a
function that can run again.

Errors are logged and may concern what customers said: they quote no values.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Engine, create_engine, event, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from service.files import make_folder

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
TRIES = 5
DEADLOCK = "40P01"
SERIALIZATION_FAILURE = "40001"
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Makes all reads of a transaction see the same state on PostgreSQL; SQLite's always do."""


class Database:
    """An engine and three ways to use it: ``read``, ``write``, and ``transact``, a write that may
    run again.
    """

    def __init__(self, url: str, pool_size: int = 20) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url, pool_size) if self.is_sqlite else _engine(url, pool_size)
        self._turn: AbstractContextManager[Any] = Lock() if self.is_sqlite else nullcontext()
        self._reader = self.engine if self.is_sqlite else self.engine.execution_options(**SNAPSHOT)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent snapshot; nothing is ever committed."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in a write transaction: committed at the end, rolled back on any error."""
        writer = self.engine.execution_options(voc_write=True)
        with self._turn, Session(writer, expire_on_commit=False) as session, session.begin():
            yield session

    def transact(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a write transaction, again if the database chose it as a deadlock
        victim.
        """
        for _ in range(TRIES - 1):
            try:
                with self.write() as session:
                    return work(session)
            except DBAPIError as error:
                if not _is_victim(error):
                    raise
        with self.write() as session:
            return work(session)

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def insert_into(session: Session, table: Any) -> postgresql.Insert | sqlite.Insert:
    """An insert with support for conflict clauses, for the session's database."""
    return (postgresql.insert if is_postgresql(session) else sqlite.insert)(table)


def lock_ids(session: Session, ids: Collection[UUID], *, exclusive: bool) -> None:
    """Lock ``ids`` until the transaction ends; unless ``exclusive``, together with others.

    These are advisory locks, not rows, so that no foreign key check waits for them. SQLite has one
    writer.
    """
    if ids and is_postgresql(session):
        lock = func.pg_advisory_xact_lock if exclusive else func.pg_advisory_xact_lock_shared
        session.execute(select(*(lock(literal(each, BigInteger)) for each in _numbers(ids))))


def _numbers(ids: Collection[UUID]) -> list[int]:
    """A 64-bit key for each of ``ids``, from the random bits of a UUIDv7; sorted."""
    return sorted(int.from_bytes(each.bytes[8:], signed=True) for each in ids)


def is_postgresql(session: Session) -> bool:
    """Whether the database is PostgreSQL; otherwise it is SQLite."""
    return session.get_bind().dialect.name == "postgresql"


def _is_victim(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state in (DEADLOCK, SERIALIZATION_FAILURE)


def _engine(url: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _configure_postgres)
    event.listen(engine, "handle_error", _leave_out_the_row)
    return engine


def _leave_out_the_row(context: ExceptionContext) -> None:
    """PostgreSQL's DETAIL and CONTEXT quote the values; keep only the first line."""
    original, ours = context.original_exception, context.sqlalchemy_exception
    primary = getattr(getattr(original, "diag", None), "message_primary", None)
    if primary is not None and ours is not None:
        ours.args = tuple(str(each).replace(str(original), primary) for each in ours.args)
        original.args = (primary,)


def _configure_postgres(connection: Any, _record: Any) -> None:
    """Disable JIT compilation of statements, which takes longer than any of ours."""
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")
    connection.commit()


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    path = make_url(url).database
    if path:
        make_folder(Path(path).parent)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:
    """Durable at every commit (synchronous=FULL), readers concurrent with the writer (WAL), and
    what is deleted is overwritten, however SQLite was compiled.
    """
    connection.isolation_level = None  # the driver must not open transactions by itself
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("voc_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
