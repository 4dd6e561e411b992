"""The benchmark's result: a list of rows, each a measure with its bar, shown as a table."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: its value, its target (the bar), and whether it meets that."""

    measure: str
    value: str
    bar: str
    holds: bool


def at_least(measure: str, value: float, bar: float, text: str) -> Row:
    """A row that holds when ``value`` reaches ``bar``; ``text`` formats both, e.g. "{:.1f} x"."""
    return _row(measure, value, bar, text, ">=", lambda: value >= bar)


def below(measure: str, value: float, bar: float, text: str) -> Row:
    """A row that holds when ``value`` stays below ``bar``."""
    return _row(measure, value, bar, text, "<", lambda: value < bar)


def _row(
    measure: str, value: float, bar: float, text: str, sign: str, holds: Callable[[], bool]
) -> Row:
    return Row(measure, text.format(value), f"{sign} {text.format(bar)}", holds())


def table(machine: str, rows: list[Row]) -> Table:
    """The rows for a terminal."""
    shown = Table(title=machine, title_justify="left")
    for column in ("measure", "measured", "bar", ""):
        shown.add_column(column)
    for row in rows:
        mark = "[green]holds[/]" if row.holds else "[red]missed[/]"
        shown.add_row(row.measure, row.value, row.bar, mark)
    return shown


def as_json(machine: str, rows: list[Row]) -> str:
    """The rows for a machine."""
    return json.dumps({"machine": machine, "rows": [asdict(row) for row in rows]}, indent=2)
