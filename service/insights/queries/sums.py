"""Sums from the roll-ups, or recounted from the truth where roll-ups can't tell.

Roll-ups know UTC days, kinds, sources, channels and languages. Anything finer is recounted; both
ways give the same numbers.
"""

from functools import lru_cache

from sqlalchemy import ColumnElement, Table, case, func, null, select
from sqlmodel import Session

from service.insights.cells import Cell, cells_in
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries import recount
from service.insights.queries.expressions import period_start
from service.insights.rollups import FELT, ROLLUP, ROLLUP_ITEM
from service.insights.sums import SUMS, ItemRow, MentionRow, item_row, mention_row


def mention_rows(
    session: Session, selection: Selection, by: By | None = None, seen: str = "negative"
) -> list[MentionRow]:
    """Mention sums by native cell (and period), within the selection's cells.

    ``first`` and ``last`` tell of mentions with the sentiment ``seen``: negative or positive.
    """
    if not selection.in_rollups:
        return recount.mention_rows(session, selection, by, seen)
    day = ROLLUP.c.day
    period = period_start(session, day, by) if by else null()
    day_seen = case((ROLLUP.c[seen] > 0, day))
    statement = (
        select(
            period.label("period"),
            ROLLUP.c.stage,
            ROLLUP.c.touchpoint,
            *(func.sum(ROLLUP.c[name]) for name in (*SUMS, *FELT)),
            func.min(day_seen),
            func.max(day_seen),
        )
        .where(*rollup_conditions(ROLLUP, selection))
        .group_by("period", ROLLUP.c.stage, ROLLUP.c.touchpoint)
    )
    rows = (mention_row(*row) for row in session.execute(statement))
    return [row for row in rows if selection.has(row.cell)]


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
