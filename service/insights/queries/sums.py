"""Sums from the roll-ups, or recounted from the truth where roll-ups can't tell.

Roll-ups know UTC days, kinds, sources, channels and languages. Anything finer is recounted; both
ways give the same numbers.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, func, null, select
from sqlmodel import Session

from service.insights.cells import Cell, cells_in
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries import recount
from service.insights.queries.expressions import period_start
from service.insights.queries.items import ALL, PART_OF, AxisName
from service.insights.queries.portions import added_up, portions
from service.insights.queries.seen import first_and_last
from service.insights.rollups import FELT, ROLLUP, ROLLUP_ITEM, ROLLUP_SPAN
from service.insights.sums import (
    SUMS,
    ItemRow,
    MentionRow,
    MentionSums,
    item_row,
    mention_row,
    mentions_by,
)

UNSEEN: Final = (None, None)


def mention_rows(session: Session, selection: Selection, by: By | None = None) -> list[MentionRow]:
    """Mention sums by native cell (and period), within the selection's cells."""
    if not selection.in_rollups:
        return recount.mention_rows(session, selection, by)
    found = portions(session, selection, by, ROLLUP, ROLLUP_SPAN)
    statement = added_up(found, ("stage", "touchpoint"), (*SUMS, *FELT))
    rows = (mention_row(*row, *UNSEEN) for row in session.execute(statement))
    return [row for row in rows if selection.has(row.cell)]


def days_seen(session: Session, selection: Selection, sentiment: str) -> list[MentionRow]:
    """By native cell, the first and the last day with a mention of a sentiment.

    Nothing else of these sums is to be read.
    """
    if not selection.in_rollups:
        return recount.mention_rows(session, selection, None, sentiment)
    return [
        MentionRow(None, cell, MentionSums(first=first, last=last))
        for cell, (first, last) in first_and_last(session, selection, sentiment).items()
        if selection.has(cell)
    ]


def mention_sums(
    session: Session, selection: Selection, by: By, axis: AxisName
) -> Mapping[tuple[date | None, Any], MentionSums]:
    """Mention sums by period and part of the journey; what is not told apart is added up in SQL."""
    if axis == "all" and selection.cells is None and selection.in_rollups:
        statement = added_up(
            portions(session, selection, by, ROLLUP, ROLLUP_SPAN), (), (*SUMS, *FELT)
        )
        rows = [
            mention_row(period, "", "", *sums, *UNSEEN)
            for period, *sums in session.execute(statement)
        ]
        return {(row.period, ALL): row.sums for row in rows}
    cells, part_of = selection.journey.cells, PART_OF[axis]
    return mentions_by(
        mention_rows(session, selection, by), lambda row: (row.period, part_of(cells[row.cell]))
    )


def item_rows(session: Session, selection: Selection, by: By | None = None) -> list[ItemRow]:
    """Item sums by the set of native cells that they touch, and by rating scale (and period).

    Items that touch none of the selection's cells are left out.
    """
    if not selection.in_rollups:
        return recount.item_rows(session, selection, by)
    table = ROLLUP_ITEM.c
    period = period_start(session, table.day, by) if by else null()
    statement = (
        select(
            period.label("period"),
            table.cells,
            table.scale,
            *(func.sum(table[name]) for name in ("items", "value_milli", "high", "low")),
        )
        .where(*rollup_conditions(ROLLUP_ITEM, selection))
        .group_by("period", table.cells, table.scale)
    )
    rows = [
        item_row(period, _cell_set(mask), scale, *sums)
        for period, mask, scale, *sums in session.execute(statement)
    ]
    return [row for row in rows if selection.touched_by(row.cells)]


@lru_cache(maxsize=50_000)
def _cell_set(mask: str) -> frozenset[Cell]:
    return frozenset(cells_in(mask))


def rollup_conditions(table: Table, selection: Selection) -> list[ColumnElement[bool]]:
    """What rows of a roll-up must satisfy, apart from the selection's cells."""
    columns = table.c
    conditions = [columns.workspace_id == selection.workspace_id]
    if selection.since:
        conditions.append(columns.day >= selection.since.date())
    if selection.until:
        conditions.append(columns.day < selection.until.date())
    chosen = {
        "kind": selection.kinds,
        "source": selection.sources,
        "channel": selection.channels,
        "language": selection.languages,
    }
    return conditions + [columns[name].in_(values) for name, values in chosen.items() if values]
