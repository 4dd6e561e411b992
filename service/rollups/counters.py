"""Tables of counters: adds to many rows at once, and deletes rows that reach 0.

A key is the table's primary key; all other columns are counters.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Delete, Table, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from service.db import is_postgresql

Key = tuple[Any, ...]
Changes = Mapping[Key, Mapping[str, int]]
GIVEN: Final = "given"


def add(session: Session, table: Table, count_column: str, changes: Changes) -> None:
    """Add ``changes`` to ``table``, and delete rows whose column ``count_column`` reaches 0.

    Rows are written in key order, so that transactions can't deadlock.
    """
    changed = [(key, sums) for key, sums in changes.items() if any(sums.values())]
    if not changed:
        return
    changed.sort(key=itemgetter(0))
    names = [column.name for column in table.primary_key]
    counters = [column.name for column in table.columns if column.name not in names]
    rows = [(*key, *[sums.get(name, 0) for name in counters]) for key, sums in changed]
    _add_rows(session, table.name, (*names, *counters), rows)
    shrunk = [key for key, sums in changed if sums.get(count_column, 0) < 0]
    if shrunk:
        parameters = [f"key_{name}" for name in names]
        session.execute(
            _deletion(table.name, count_column),
            [dict(zip(parameters, key, strict=True)) for key in shrunk],
        )


def _add_rows(session: Session, table: str, names: Sequence[str], rows: Sequence[Key]) -> None:
    if is_postgresql(session):
        session.execute(_addition_at_once(table), dict(zip(names, _columns(rows), strict=True)))
    else:
        session.execute(_addition(table), [dict(zip(names, row, strict=True)) for row in rows])


def _columns(rows: Sequence[Key]) -> list[list[Any]]:
    """``rows`` transposed: a list for each column."""
    return [list(column) for column in zip(*rows, strict=True)]


@cache
def _addition(name: str) -> sqlite.Insert:
    """The upsert of one row, which adds to its counters; executed for many rows (executemany)."""
    table = SQLModel.metadata.tables[name]
    statement = sqlite.insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key), set_=_added(table, statement.excluded)
    )


@cache
def _addition_at_once(name: str) -> postgresql.Insert:
    """The upsert of all rows in one statement: an array for each column, in key order."""
    table = SQLModel.metadata.tables[name]
    names = [column.name for column in table.columns]
    arrays = [
        bindparam(column.name, type_=postgresql.ARRAY(column.type)) for column in table.columns
    ]
    given = func.unnest(*arrays).table_valued(*names, name=GIVEN).render_derived()
    statement = postgresql.insert(table).from_select(
        names, select(*(given.c[column] for column in names))
    )
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key), set_=_added(table, statement.excluded)
    )


def _added(table: Table, excluded: Any) -> dict[str, Any]:
    keys = set(table.primary_key)
    return {
        column.name: column + excluded[column.name]
        for column in table.columns
        if column not in keys
    }


@cache
def _deletion(name: str, count_column: str) -> Delete:
    """The statement that deletes a row if its ``count_column`` is 0."""
    table = SQLModel.metadata.tables[name]
    matches = [column == bindparam(f"key_{column.name}") for column in table.primary_key]
    return delete(table).where(*matches, table.c[count_column] == 0)
