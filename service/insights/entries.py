"""Pain points and wins before they are ranked: themes, and the cells of a journey."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from sqlmodel import Session

from service.insights import journey_cells
from service.insights.measures import pain
from service.insights.queries.theme_sums import counts_by_theme, sums_by_theme
from service.insights.queries.themes import Theme, themes_of
from service.insights.sums import EMPTY_PART, Days, ItemSums, MentionSums, Part
from service.insights.totals import (
    NO_CELLS,
    CellSums,
    Totals,
    cell_days,
    cell_sums,
    cell_sums_before,
    comparable_part,
    rated_items,
)
from service.insights.volume_changes import UNJUDGED, JudgedChange, judge_changes
from service.journey.native import Cell

Level = Literal["auto", "theme", "cell"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A theme, or (``theme`` None) a cell of the journey, with its sums.

    ``cell`` is a cell of the journey. Items without a mention count in its ratings only.
    ``judged`` is the change in what ``affected`` counts; ``days`` are those of mentions of the
    sentiment of the totals.
    """

    id: UUID
    cell: Cell
    theme: Theme | None
    title: str
    owner: str | None
    mentions: MentionSums
    items: ItemSums
    mentions_before: MentionSums
    items_before: ItemSums
    judged: JudgedChange = UNJUDGED
    days: Days | None = None

    def affected(self, sentiment: str) -> tuple[float, float]:
        """How many items complain or praise (the ``sentiment``), now and in the period before.

        All items of a theme do. Which items of a cell do is not known, so its mentions of the
        sentiment are counted. As mentions of one item are not independent, they are divided by the
        mentions per item of both periods: the ratio is that of mentions, the n that of items.
        """
        items, before = self.items.with_mentions, self.items_before.with_mentions
        if self.theme:
            return items, before
        periods = (self.mentions, self.mentions_before)
        mentions = sum(sums.mentions for sums in periods)
        per_mention = (items + before) / mentions if mentions else 0.0
        now, then = (per_mention * getattr(sums, sentiment) for sums in periods)
        return now, then

    @property
    def pain(self) -> float:
        """Items x mean severity."""
        return pain(self.mentions, self.items.with_mentions)

    @property
    def joy(self) -> float:
        """Items x share of positive mentions, to 1 digit."""
        sums = self.mentions
        if not sums.mentions:
            return 0.0
        return round(self.items.with_mentions * sums.positive / sums.mentions, 1)


def collect(session: Session, totals: Totals, level: Level) -> list[Entry]:
    """All entries with a mention of the sentiment of the totals, in no particular order.

    ``auto`` has the themes, and the cells without any mention of them. Entries have only what
    ranking needs; ``with_details`` adds the rest.
    """
    themes = [] if level == "cell" else _judged_themes(session, totals)
    themes = [entry for entry in themes if entry.mentions.mentions]
    cell_of = totals.selection.journey.cell_of
    themed = {cell_of(at) for entry in themes if entry.theme for at in entry.theme.cells}
    return themes if level == "theme" else [*themes, *_cell_entries(session, totals, themed)]


def theme_entry(session: Session, totals: Totals, theme: Theme) -> Entry:
    """The entry of one theme; with zeros if it has no mentions.

    Other themes are read only if there is a period before: significance is corrected for all.
    """
    only = None if totals.before else theme.id
    found = {entry.id: entry for entry in _judged_themes(session, totals, only)}
    return found.get(theme.id) or _theme_entry(totals, theme, EMPTY_PART, EMPTY_PART)


def cell_entry(session: Session, totals: Totals, cell: Cell) -> Entry:
    """The entry of one journey cell; with zeros if it has no mentions.

    Other cells are read only if there is a period before: significance is corrected for all.
    """
    if totals.before is None:
        return _cell_entry(totals, cell, cell_sums(session, totals, {cell}), NO_CELLS)
    return next(one for one in _judged_cells(session, totals, {cell}) if one.cell == cell)


def with_details(session: Session, totals: Totals, entries: Sequence[Entry]) -> list[Entry]:
    """The same entries in the same order, with everything that responses need.

    ``collect`` leaves out what ranking does not need: ratings, the first and the last day, and for
    themes also scores and emotions.
    """
    spoken_of = [entry.theme.id for entry in entries if entry.theme and entry.mentions.mentions]
    sums = sums_by_theme(session, totals.selection, totals.sentiment, spoken_of)
    cells = {entry.cell for entry in entries if entry.theme is None and entry.mentions.mentions}
    items = rated_items(session, totals, cells)
    days = cell_days(session, totals) if cells else {}

    def detailed(entry: Entry) -> Entry:
        if entry.theme is None:
            own = items.get(entry.cell, entry.items)
            return replace(entry, items=own, days=days.get(entry.cell))
        found = sums.get(entry.id)
        return replace(entry, **found.part._asdict(), days=found.days) if found else entry

    return [detailed(entry) for entry in entries]


def _theme_entry(totals: Totals, theme: Theme, sums: Part, before: Part) -> Entry:
    journey = totals.selection.journey
    cell = journey.cell_of(theme.cell)
    return Entry(
        id=theme.id,
        cell=cell,
        theme=theme,
        title=theme.title,
        owner=theme.owner or journey_cells.owner(journey, cell),
        mentions=sums.mentions,
        items=sums.items,
        mentions_before=before.mentions,
        items_before=before.items,
    )


def _judged_themes(session: Session, totals: Totals, only: UUID | None = None) -> list[Entry]:
    """Entries of all themes with a mention in either period, or of ``only`` one.

    Themes without mentions now have changed, too, so they count in the correction.
    """
    selection, sentiment = totals.selection, totals.sentiment
    sums = counts_by_theme(session, selection, sentiment, only)
    earlier: Mapping[UUID, Part] = {}
    if totals.before:
        earlier = counts_by_theme(session, totals.before.selection, sentiment, only)
    return _judged(
        session,
        totals,
        (
            _theme_entry(
                totals, theme, sums.get(theme.id, EMPTY_PART), earlier.get(theme.id, EMPTY_PART)
            )
            for theme in themes_of(session, selection, sentiment)
            if theme.id in sums or theme.id in earlier
        ),
    )


def _cell_entries(session: Session, totals: Totals, but: Set[Cell]) -> list[Entry]:
    """Entries of all cells ``but`` some, which still count in the correction of significance."""
    cells = totals.native.keys() - but
    if totals.before is None:
        sums = cell_sums(session, totals, cells)
        return [_cell_entry(totals, cell, sums, NO_CELLS) for cell in cells]
    return [entry for entry in _judged_cells(session, totals) if entry.cell in cells]


def _judged_cells(session: Session, totals: Totals, wanted: Set[Cell] = frozenset()) -> list[Entry]:
    """Entries of all cells with a mention of the sentiment in either period, and of ``wanted``."""
    sums, before = cell_sums(session, totals), cell_sums_before(session, totals)
    earlier = {cell for cell, sums in before.mentions.items() if getattr(sums, totals.sentiment)}
    cells = totals.native.keys() | earlier | wanted
    return _judged(session, totals, (_cell_entry(totals, cell, sums, before) for cell in cells))


def _cell_entry(totals: Totals, cell: Cell, sums: CellSums, before: CellSums) -> Entry:
    selection = totals.selection
    mentions, items = sums.of(cell)
    mentions_before, items_before = before.of(cell)
    return Entry(
        id=journey_cells.cell_id(selection.workspace_id, cell, totals.sentiment),
        cell=cell,
        theme=None,
        title=journey_cells.title(selection.journey, cell),
        owner=journey_cells.owner(selection.journey, cell),
        mentions=mentions,
        items=items,
        mentions_before=mentions_before,
        items_before=items_before,
    )


def _judged(session: Session, totals: Totals, entries: Iterable[Entry]) -> list[Entry]:
    """Entries of one kind with their changes, and which of these are significant."""
    plain, before = list(entries), totals.before
    if before is None:
        return plain
    known = any(entry.items_before.with_mentions for entry in plain)
    part = comparable_part(session, before, known)
    counts = [entry.affected(totals.sentiment) for entry in plain]
    return [
        replace(entry, judged=judged)
        for entry, judged in zip(plain, judge_changes(counts, part), strict=True)
    ]
