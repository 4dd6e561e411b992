"""Writing many rows fast: COPY on PostgreSQL, large transactions on SQLite.

A thread writes rows while the next ones are generated.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, TypeDecorator

from service.db import Database

Row = Sequence[Any]
Encode = Callable[[Any], Any]
WAITING: Final = 2
"""How many portions may wait for the writer; more would only fill memory."""


class BulkCopy:
    """Rows of many tables, each portion in a transaction of its own; JSON is given as text."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._write = _insert if database.is_sqlite else _copy
        self._writer = ThreadPoolExecutor(1)
        self._waiting: list[Future[None]] = []

    def add(self, portion: Sequence[tuple[Table, list[Row]]]) -> None:
        """Write rows of some tables, in this order; waits if the writer is far behind."""
        self._waiting.append(self._writer.submit(self._add, portion))
        while len(self._waiting) > WAITING:
            self._waiting.pop(0).result()

    def finish(self) -> None:
        """Wait until everything is written."""
        for future in self._waiting:
            future.result()
        self._writer.shutdown()

    def _add(self, portion: Sequence[tuple[Table, list[Row]]]) -> None:
        connection = self._engine.raw_connection()
        try:
            with transaction(connection):
                for table, rows in portion:
                    self._write(connection, table, rows)
        finally:
            connection.close()


@contextmanager
def transaction(connection: Any) -> Iterator[None]:
    """A transaction of a driver's connection: committed at the end, or rolled back."""
    try:
        if hasattr(connection.driver_connection, "in_transaction"):  # SQLite's driver begins none
            connection.cursor().execute("BEGIN IMMEDIATE")
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _copy(connection: Any, table: Table, rows: Iterable[Row]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    with connection.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(connection: Any, table: Table, rows: Sequence[Row]) -> None:
    marks = ", ".join("?" * len(table.columns))
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    columns = [
        map(encode, column) if (encode := _encoding(values)) else column
        for values, column in zip(table.columns, zip(*rows, strict=True), strict=True)
    ]
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - own names
    connection.cursor().executemany(statement, zip(*columns, strict=True))


def _encoding(column: Any) -> Encode | None:
    """How SQLAlchemy converts values of a column for SQLite; None if it does not."""
    kind = column.type
    if isinstance(kind, TypeDecorator):  # it has no python_type of its own
        kind = kind.impl_instance
    return _ENCODINGS.get(kind.python_type)


def _hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _moment(value: datetime | None) -> str | None:
    if value is None:
        return None
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _day(value: date) -> str:
    return value.isoformat()


_ENCODINGS: Final[dict[type, Encode]] = {UUID: _hex, datetime: _moment, date: _day}
