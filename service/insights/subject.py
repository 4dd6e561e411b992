"""Which part of the journey a pain point's id means: a theme, or a whole cell."""

from uuid import UUID

from sqlmodel import Session

from service.insights import names
from service.insights.filters import Selection
from service.insights.queries.themes import Theme, find_theme


def narrowed_to(
    session: Session, selection: Selection, pain_point: UUID | None
) -> tuple[Selection, Theme | None]:
    """The selection and the theme in it; or, of a cell's pain point or win, what is in the cell.

    Raises:
        NoSuchPainPoint: there is neither.
    """
    if pain_point is None:
        return selection, None
    if theme := find_theme(session, selection.workspace_id, pain_point):
        return selection, theme
    cell, _ = names.cell_with_id(selection.journey, selection.workspace_id, pain_point)
    return selection.narrowed({cell.stage}, {cell.touchpoint}), None
