"""Sums of mentions from the roll-ups, or recounted from the mentions where roll-ups are too coarse.

Roll-ups are kept by UTC day, kind, source, channel and language, or by the values of one declared
attribute. Anything finer is recounted; both ways give the same numbers.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Select, bindparam
from sqlmodel import Session

from models.tables import ROLLUP, ROLLUP_SPAN
from nlp.labels import UNASSIGNED
from service.insights.axes import PART_OF, AxisName, View, view_for
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries import recount
from service.insights.queries.first_last_days import first_and_last_days
from service.insights.queries.portions import (
    CACHED_STATEMENTS,
    Portion,
    QueryShape,
    bind_shape,
    portions,
    sum_portions,
)
from service.insights.sums import (
    SUMS,
    Days,
    MentionRow,
    MentionSums,
    mention_row,
    mentions_by,
)
from service.journey.native import Cell
from service.rollups.contributions import COUNTED_EMOTIONS

CELL_COLUMNS: Final = ("stage", "touchpoint")
COLUMNS_OF_VIEW: Final[Mapping[View | None, tuple[str, ...]]] = {"whole": (), "stages": ("stage",)}
"""Those of ``CELL_COLUMNS`` that distinguish the parts of an axis, by the view that covers them."""


def mention_rows(session: Session, selection: Selection, by: By | None = None) -> list[MentionRow]:
    """Mention sums by native cell (and period), within the selection's cells."""
    if not selection.in_rollups:
        return recount.mention_rows(session, selection, by)
    return [row for row in _rows(session, selection, by, CELL_COLUMNS) if selection.has(row.cell)]


def days_of_cells(session: Session, selection: Selection, sentiment: str) -> dict[Cell, Days]:
    """The days of each native cell in the selection that has a mention of the sentiment."""
    if selection.in_rollups:
        found = first_and_last_days(session, selection, sentiment)
    else:
        found = recount.first_and_last_days(session, selection, sentiment)
    return {cell: days for cell, days in found.items() if selection.has(cell)}


def mention_sums(
    session: Session, selection: Selection, by: By, axis: AxisName
) -> Mapping[tuple[date | None, Any], MentionSums]:
    """Mention sums by period and part of the journey, added up in SQL where a view allows that."""
    view = view_for(selection, axis) if selection.cells is None and selection.in_rollups else None
    keys = COLUMNS_OF_VIEW.get(view, CELL_COLUMNS)
    if keys == CELL_COLUMNS:
        rows = mention_rows(session, selection, by)
    else:
        rows = _rows(session, selection, by, keys)
    cells, part_of = selection.journey.cells, PART_OF[axis]
    return mentions_by(rows, lambda row: (row.period, part_of(cells[row.cell])))


def _rows(
    session: Session, selection: Selection, by: By | None, keys: tuple[str, ...]
) -> list[MentionRow]:
    """Rows by ``keys``, the first of ``CELL_COLUMNS``; the other columns are ``UNASSIGNED``."""
    shape, values = bind_shape(session, selection, by, ROLLUP, ROLLUP_SPAN)
    if selection.cells is not None:
        for name in CELL_COLUMNS:
            values[f"{name}s"] = sorted({getattr(cell, name) for cell in selection.cells})
    width, together = 1 + len(keys), (UNASSIGNED,) * (len(CELL_COLUMNS) - len(keys))
    rows = session.execute(_statement(shape, keys, selection.cells is not None), values).all()
    return [mention_row(*row[:width], *together, *row[width:]) for row in rows]


@lru_cache(maxsize=CACHED_STATEMENTS)
def _statement(shape: QueryShape, keys: tuple[str, ...], narrowed: bool) -> Select[Any]:
    found = [_narrowed(of) for of in portions(shape)] if narrowed else portions(shape)
    return sum_portions(shape.by, found, keys, (*SUMS, *COUNTED_EMOTIONS))


def _narrowed(of: Portion) -> Portion:
    """The rows at the stages and touchpoints in the bind parameters. This is for speed only:
    ``Selection.has`` decides, as the selection need not have every pair of them."""
    return of.where(
        *(of.table.c[name].in_(bindparam(f"{name}s", expanding=True)) for name in CELL_COLUMNS)
    )
