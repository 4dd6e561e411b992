"""Pain points and wins before they are ranked: themes, and the cells of a journey."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final, Literal
from uuid import UUID

from sqlmodel import Session

from service.insights import names
from service.insights.measures import pain
from service.insights.queries.theme_sums import ThemeSums, full_sums, weights
from service.insights.queries.themes import Theme, themes_of
from service.insights.sums import ItemSums, MentionSums
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
from service.insights.trend_tests import UNJUDGED, Judged, judge
from service.journey.native import Cell

Level = Literal["auto", "theme", "cell"]

NO_SUMS: Final = ThemeSums(MentionSums(), ItemSums())


@dataclass(frozen=True, slots=True)
class Entry:
    """A theme, or (``theme`` None) a cell of the journey, with its sums.

    ``cell`` is a cell of the journey. Items without a mention count in its ratings only.
    ``judged`` is the change in what ``affected`` counts.
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
    judged: Judged = UNJUDGED

    @property
    def sums(self) -> ThemeSums:
        """Its mentions and items."""
        return ThemeSums(self.mentions, self.items)

    def affected(self, sentiment: str) -> tuple[float, float]:
        """How many items complain or praise (the ``sentiment``), now and in the period before.

        All items of a theme do. Which items of a cell do is not known, so its mentions of the
        sentiment are counted. As mentions of one item are not independent, they are divided by the
        mentions per item of both periods: the ratio is that of mentions, the n that of items.
        """
        items, before = self.items.speaking, self.items_before.speaking
        if self.theme:
            return items, before
        said = (self.mentions, self.mentions_before)
        mentions = sum(sums.mentions for sums in said)
        per_mention = (items + before) / mentions if mentions else 0.0
        now, then = (per_mention * getattr(sums, sentiment) for sums in said)
        return now, then

    @property
    def pain(self) -> float:
        """Items x mean severity."""
        return pain(self.mentions, self.items.speaking)

    @property
    def joy(self) -> float:
        """Items x share of positive mentions, to 1 digit."""
        said = self.mentions
        return (
            round(self.items.speaking * said.positive / said.mentions, 1) if said.mentions else 0.0
        )


def collect(session: Session, totals: Totals, level: Level) -> list[Entry]:
    """All entries with a mention of the sentiment of the totals, in no particular order.

    ``auto`` has the themes, and the cells without any mention of them. Entries have only what
    ranking needs; ``completed`` adds the rest.
    """
    themes = [] if level == "cell" else theme_entries(session, totals)
    cell_of = totals.selection.journey.cell_of
    themed = {cell_of(at) for entry in themes if entry.theme for at in entry.theme.cells}
    return themes if level == "theme" else [*themes, *_cell_entries(session, totals, themed)]


def theme_entries(session: Session, totals: Totals) -> list[Entry]:
    """An entry for every theme that has a mention."""
    return [entry for entry in _judged_themes(session, totals) if entry.mentions.mentions]


def theme_entry(session: Session, totals: Totals, theme: Theme) -> Entry:
    """The entry of one theme; with zeros if it has no mentions.

    Other themes are read only if there is a period before: significance is corrected for all.
    """
    only = None if totals.before else theme.id
    found = {entry.id: entry for entry in _judged_themes(session, totals, only)}
    return found.get(theme.id) or _theme_entry(totals, theme, NO_SUMS, NO_SUMS)


def cell_entry(session: Session, totals: Totals, cell: Cell) -> Entry:
    """The entry of one journey cell; with zeros if it has no mentions.

    Other cells are read only if there is a period before: significance is corrected for all.
    """
    if totals.before is None:
        return _cell_entry(totals, cell, cell_sums(session, totals, {cell}), NO_CELLS)
    return next(one for one in _judged_cells(session, totals, {cell}) if one.cell == cell)


def completed(session: Session, totals: Totals, entries: Sequence[Entry]) -> list[Entry]:
    """The same entries in the same order, with everything that responses need.

    ``collect`` leaves out what ranking does not need: ratings, the first and the last day, and for
    themes also scores and emotions.
    """
    spoken_of = [entry.theme.id for entry in entries if entry.theme and entry.mentions.mentions]
    sums = full_sums(session, totals.selection, totals.sentiment, spoken_of)
    cells = {entry.cell for entry in entries if entry.theme is None and entry.mentions.mentions}
    items = rated_items(session, totals, cells)
    days = cell_days(session, totals) if cells else {}
    return [
        _completed_cell(
            entry, items.get(entry.cell, entry.items), days.get(entry.cell, NO_SUMS.mentions)
        )
        if entry.theme is None
        else replace(entry, **sums.get(entry.id, entry.sums)._asdict())
        for entry in entries
    ]


def _completed_cell(entry: Entry, items: ItemSums, days: MentionSums) -> Entry:
    mentions = replace(entry.mentions, first=days.first, last=days.last)
    return replace(entry, mentions=mentions, items=items)


def _theme_entry(totals: Totals, theme: Theme, sums: ThemeSums, before: ThemeSums) -> Entry:
    journey = totals.selection.journey
    cell = journey.cell_of(theme.cell)
    return Entry(
        id=theme.id,
        cell=cell,
        theme=theme,
        title=theme.title,
        owner=theme.owner or names.owner(journey, cell),
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
    sums = weights(session, selection, sentiment, only)
    earlier: Mapping[UUID, ThemeSums] = {}
    if totals.before:
        earlier = weights(session, totals.before.selection, sentiment, only)
    return _judged(
        session,
        totals,
        (
            _theme_entry(totals, theme, sums.get(theme.id, NO_SUMS), earlier.get(theme.id, NO_SUMS))
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
    earlier = {cell for cell, said in before.mentions.items() if getattr(said, totals.sentiment)}
    cells = totals.native.keys() | earlier | wanted
    return _judged(session, totals, (_cell_entry(totals, cell, sums, before) for cell in cells))


def _cell_entry(totals: Totals, cell: Cell, sums: CellSums, before: CellSums) -> Entry:
    selection = totals.selection
    mentions, items = sums.of(cell)
    mentions_before, items_before = before.of(cell)
    return Entry(
        id=names.cell_id(selection.workspace_id, cell, totals.sentiment),
        cell=cell,
        theme=None,
        title=names.title(selection.journey, cell),
        owner=names.owner(selection.journey, cell),
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
    said = any(entry.items_before.speaking for entry in plain)
    part = comparable_part(session, before, said)
    counts = [entry.affected(totals.sentiment) for entry in plain]
    return [
        replace(entry, judged=judged)
        for entry, judged in zip(plain, judge(counts, part), strict=True)
    ]
