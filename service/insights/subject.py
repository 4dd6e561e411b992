"""Resolves the id of a pain point or a win to a theme, or to a whole cell of the journey."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from service.insights import journey_cells
from service.insights.filters import Selection
from service.insights.queries.places import places_of
from service.insights.queries.themes import Theme, find_theme
from service.journey.native import Cell


class WholeCell(NamedTuple):
    """A cell of the journey as one pain point, or (``sentiment`` positive) as one win."""

    cell: Cell
    sentiment: str

    def id_in(self, selection: Selection) -> UUID:
        """The id of the pain point or win in the selection's workspace."""
        return journey_cells.cell_id(selection.workspace_id, self.cell, self.sentiment)

    def within(self, selection: Selection) -> Selection:
        """The part of the selection in the cell."""
        return selection.narrowed({self.cell.stage}, {self.cell.touchpoint})


def subject_of(session: Session, selection: Selection, wanted: UUID) -> Theme | WholeCell:
    """The theme or cell with this id in the selection's workspace and journey; for a merged theme,
    the theme that it was merged into.

    Raises:
        NoSuchPainPoint: nothing has this id.
    """
    if theme := find_theme(session, selection.workspace_id, wanted):
        return theme.placed(places_of(session, selection, theme.sentiment, theme.id))
    return WholeCell(*journey_cells.cell_with_id(selection.journey, selection.workspace_id, wanted))
