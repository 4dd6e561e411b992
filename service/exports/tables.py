"""Tables of exports: columns in a stable order, and rows of values. Pure."""

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import reduce
from typing import Any, NamedTuple


class Kind(Enum):
    """The types of columns; any value may be missing."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "true or false"
    DATE = "date"
    TIME = "time in UTC"
    JSON = "JSON: a list or an object"


class Column(NamedTuple):
    """A column; ``path`` leads to its value in a nested record, if that has another name."""

    name: str
    kind: Kind = Kind.TEXT
    path: str = ""


Row = Sequence[Any]
"""One value per column."""


def columns(kind: Kind, *names: str) -> tuple[Column, ...]:
    """Columns of one kind; ``trend_change:trend.change`` has its path after the colon."""
    return tuple(Column(*_parts(name, kind)) for name in names)


def _parts(name: str, kind: Kind) -> tuple[str, Kind, str]:
    shown, _, path = name.partition(":")
    return shown, kind, path


def row_of(record: Mapping[str, Any], table: Sequence[Column]) -> Row:
    """The values of a nested record by the paths of the columns; None for missing ones."""
    return [_at(record, column.path or column.name) for column in table]


def _at(record: Mapping[str, Any], path: str) -> Any:
    def step(value: Any, name: str) -> Any:
        return value.get(name) if isinstance(value, Mapping) else None

    return reduce(step, path.split("."), record)
