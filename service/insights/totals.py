"""What pain points and wins are measured against: all cells of a selection, added up."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session

from service import clock
from service.insights.filters import Selection
from service.insights.periods import period_before
from service.insights.queries.items import Items, any_items, first_day
from service.insights.queries.sums import days_of_cells, mention_rows
from service.insights.sums import (
    EMPTY_PART,
    Days,
    ItemSums,
    MentionRow,
    MentionSums,
    Part,
    mentions_by,
)
from service.journey.native import Cell


class CellSums(NamedTuple):
    """Mentions and items by journey cell."""

    mentions: Mapping[Cell, MentionSums]
    items: Mapping[Cell, ItemSums]

    def of(self, cell: Cell) -> Part:
        """The sums of one cell; zeros if it has no mentions: ``items`` also has cells outside the
        filters."""
        mentions = self.mentions.get(cell)
        if mentions is None or not mentions.mentions:
            return EMPTY_PART
        return Part(mentions, self.items.get(cell, EMPTY_PART.items))


NO_CELLS: Final = CellSums({}, {})


@dataclass(frozen=True, slots=True)
class Before:
    """The period of equal length just before the selection's, or (``is_cut``) the part of it since
    the first feedback: see ``collected``.

    ``elapsed`` is how much of the selection's own period is already over, as a multiple of this
    one's length, in steps of 0.001, so that responses don't change every second. It is at most 1,
    unless this one is cut.
    """

    selection: Selection
    elapsed: float
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """All sums that the pain points, or the wins, of one selection are made of.

    ``rows`` are the mentions by native cell, ``all_mentions`` is their number. ``whole`` are all
    items of the selection, at any stage, with or without mentions. ``before`` is None if there is
    no period to compare with.
    """

    selection: Selection
    sentiment: str
    rows: Sequence[MentionRow]
    all_mentions: int
    items_with_mentions: int
    whole: ItemSums
    before: Before | None

    @property
    def native(self) -> Mapping[Cell, Mapping[Cell, int]]:
        """By journey cell: its native cells with their number of mentions of the ``sentiment``."""
        native: dict[Cell, dict[Cell, int]] = {}
        for row in self.rows:
            if count := getattr(row.sums, self.sentiment):
                native.setdefault(self.selection.journey.cells[row.cell], {})[row.cell] = count
        return native


def totals_of(session: Session, selection: Selection, sentiment: str) -> Totals:
    """Read and add up the sums of a selection."""
    rows, whole = mention_rows(session, selection), Items(session, selection.everywhere()).whole
    here = whole if selection.cells is None else Items(session, selection, rated=False).whole
    return Totals(
        selection=selection,
        sentiment=sentiment,
        rows=rows,
        all_mentions=sum(row.sums.mentions for row in rows),
        items_with_mentions=here.with_mentions,
        whole=whole,
        before=before_of(session, selection, clock.now()),
    )


def cell_sums(session: Session, totals: Totals, wanted: Set[Cell] | None = None) -> CellSums:
    """The sums by cell, items without ratings; items only of the ``wanted`` cells, if given."""
    selection = totals.selection
    where = selection.everywhere() if wanted is None else _only(selection, wanted)
    return _by_cell(selection, totals.rows, Items(session, where, rated=False))


def cell_sums_before(session: Session, totals: Totals) -> CellSums:
    """The same for the period before; empty if there is none."""
    if totals.before is None:
        return NO_CELLS
    selection = totals.before.selection
    rows = mention_rows(session, selection)
    return _by_cell(selection, rows, Items(session, selection.everywhere(), rated=False))


def rated_items(session: Session, totals: Totals, cells: Set[Cell]) -> Mapping[Cell, ItemSums]:
    """The items of some cells with their ratings."""
    return Items(session, _only(totals.selection, cells)).parts("cell")


def cell_days(session: Session, totals: Totals) -> Mapping[Cell, Days]:
    """The first and last day with a mention of the sentiment, by cell."""
    found: dict[Cell, Days] = {}
    for native, days in days_of_cells(session, totals.selection, totals.sentiment).items():
        cell = totals.selection.journey.cells[native]
        found[cell] = days.joined(found.get(cell, days))
    return found


def _only(selection: Selection, cells: Set[Cell]) -> Selection:
    """The selection at exactly these cells of the journey."""
    natives = (native for native, cell in selection.journey.cells.items() if cell in cells)
    return replace(selection, cells=frozenset(natives))


def _by_cell(selection: Selection, rows: Sequence[MentionRow], items: Items) -> CellSums:
    cells = selection.journey.cells
    return CellSums(mentions_by(rows, lambda row: cells[row.cell]), items.parts("cell"))


def has_feedback(session: Session, selection: Selection) -> bool:
    """Whether there is any, at whatever stage. Volumes are not compared with a period without:
    probably none was collected."""
    return any_items(session, selection.everywhere())


def collected(session: Session, selection: Selection) -> Selection:
    """The selection from the day (UTC) of the first feedback on, if there is none before its
    period, at whatever stage: rates are not divided by days on which probably none was collected.
    Unchanged if there is none in it either."""
    since, everywhere = selection.since, selection.everywhere()
    if since is None or any_items(session, replace(everywhere, since=None, until=since)):
        return selection
    first = first_day(session, everywhere)
    if first is None:
        return selection
    return replace(selection, since=max(since, datetime.combine(first, time(), UTC)))


def comparable_part(session: Session, before: Before, known: bool) -> float:
    """The length of the period by which its volumes are compared with those ``before``, as a
    multiple of that one's; 0 if they are not to be. ``known`` is whether there is known to be
    feedback from before."""
    return before.elapsed if known or has_feedback(session, before.selection) else 0.0


def before_of(session: Session, selection: Selection, now: datetime) -> Before | None:
    """The period before that of the selection; None if there is none."""
    period = period_before(selection.since, selection.until, now)
    if period is None:
        return None
    start, end = period
    elapsed = min(max(now - end, timedelta()), end - start)
    before = collected(session, selection.between(start, end))
    first = before.since or start
    return Before(before, round(elapsed / (end - first), 3), first > start)
