"""What pain points and wins are measured against: all cells of a selection, added up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from service import clock
from service.insights.cells import Cell
from service.insights.filters import Selection
from service.insights.periods import period_before
from service.insights.queries.items import Items
from service.insights.queries.sums import mention_rows
from service.insights.sums import ItemSums, MentionRow, MentionSums, mentions_by

NOTHING: Final = timedelta()


@dataclass(frozen=True, slots=True)
class Before:
    """The period of equal length just before the selection's.

    ``elapsed`` is the part of the selection's own period that is already over, 0..1.
    """

    selection: Selection
    elapsed: float


@dataclass(frozen=True, slots=True)
class Survey:
    """All sums that the pain points, or the wins, of one selection are made of, by journey cell.

    ``native`` has, of each journey cell, its native cells with their number of mentions of the
    ``sentiment``. ``whole`` are all items, at whatever stage. ``before`` is None when there is no
    period to compare with; the sums of that are empty then.
    """

    selection: Selection
    sentiment: str
    mentions: Mapping[Cell, MentionSums]
    items: Mapping[Cell, ItemSums]
    all_mentions: int
    whole: ItemSums
    native: Mapping[Cell, Mapping[Cell, int]]
    before: Before | None
    mentions_before: Mapping[Cell, MentionSums]
    items_before: Mapping[Cell, ItemSums]


def take(session: Session, selection: Selection, sentiment: str) -> Survey:
    """Add up everything: two statements, four with a period to compare with."""
    rows = mention_rows(session, selection, seen=sentiment)
    mentions, items, whole = _by_cell(session, selection, rows)
    before = _before(selection, clock.now())
    mentions_before: Mapping[Cell, MentionSums] = {}
    items_before: Mapping[Cell, ItemSums] = {}
    if before:
        earlier = mention_rows(session, before.selection)
        mentions_before, items_before, _ = _by_cell(session, before.selection, earlier)
    return Survey(
        selection=selection,
        sentiment=sentiment,
        mentions=mentions,
        items=items,
        all_mentions=sum(row.sums.mentions for row in rows),
        whole=whole,
        native=_native(selection, sentiment, rows),
        before=before,
        mentions_before=mentions_before,
        items_before=items_before,
    )


def _by_cell(
    session: Session, selection: Selection, rows: list[MentionRow]
) -> tuple[Mapping[Cell, MentionSums], Mapping[Cell, ItemSums], ItemSums]:
    """Mentions and items by journey cell, and all items of the selection everywhere."""
    cells = selection.journey.cells
    items = Items(session, selection.everywhere())
    return mentions_by(rows, lambda row: cells[row.cell]), items.parts("cell"), items.whole


def _native(
    selection: Selection, sentiment: str, rows: list[MentionRow]
) -> Mapping[Cell, Mapping[Cell, int]]:
    native: dict[Cell, dict[Cell, int]] = {}
    for row in rows:
        if count := getattr(row.sums, sentiment):
            native.setdefault(selection.journey.cells[row.cell], {})[row.cell] = count
    return native


def _before(selection: Selection, now: datetime) -> Before | None:
    period = period_before(selection.since, selection.until, now)
    if period is None:
        return None
    start, end = period
    elapsed = min(max(now - end, NOTHING), end - start)
    return Before(selection.between(start, end), elapsed / (end - start))
