"""SQL expressions that the two databases spell differently."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    String,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.sql.selectable import Join
from sqlalchemy.types import NullType
from sqlmodel import Session

from service.db import is_postgresql
from service.insights.periods import By


class InOrder(Join):
    """A join that reads the left side first, and the right side for each of its rows.

    Without statistics, SQLite may reverse a join to use an index, and read and sort everything.
    """

    inherit_cache = True


@compiles(InOrder)
def _join(join: InOrder, compiler: SQLCompiler, **options: Any) -> str:
    joined: str = compiler.visit_join(join, **options)  # type: ignore[no-untyped-call]
    return joined


@compiles(InOrder, "sqlite")
def _cross_join(join: InOrder, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite never reorders a CROSS JOIN."""
    before, _, behind = _join(join, compiler, **options).rpartition(" JOIN ")
    return f"{before} CROSS JOIN {behind}"


def only_compared(session: Session, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column that rows are not to be looked up by: in SQLite, a unary plus disables its index."""
    if is_postgresql(session):
        return column
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def as_stored(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as the driver returns it: converting hundreds of values to UUIDs or lists takes
    longer than reading them."""
    return type_coerce(column, NullType())


def utc_day(session: Session, moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """The UTC date of a stored time."""
    if is_postgresql(session):
        return cast(func.timezone(literal_column("'UTC'"), moment), Date())
    return func.date(moment, type_=Date())


def period_start(postgresql: bool, day: ColumnElement[Any], by: By) -> ColumnElement[Any]:
    """The first day of the day, the ISO week (from Monday) or the month that ``day`` is in."""
    if by == "day":
        return day
    if postgresql:
        return cast(func.date_trunc(literal_column(f"'{by}'"), day), Date())
    steps = ("'-6 days'", "'weekday 1'") if by == "week" else ("'start of month'",)
    return func.date(day, *map(literal_column, steps), type_=Date())


def attribute_is(
    session: Session, attributes: ColumnElement[Any], name: str, values: Sequence[str]
) -> ColumnElement[bool]:
    """Whether the attribute ``name`` has one of ``values``, compared in their JSON spelling."""
    if is_postgresql(session):
        return attributes.op("->>", return_type=String())(name).in_(values)
    entry = func.json_each(attributes).table_valued("key", "type", "atom")
    text = case(
        (entry.c.type.in_(["true", "false"]), entry.c.type), else_=cast(entry.c.atom, String())
    )
    return exists(select(1).select_from(entry).where(entry.c.key == name, text.in_(values)))
