"""Themes as they are stored: the rows of ``pain_point``, without their vectors."""

import json
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session

from models.tables import THEME
from service.insights.filters import Selection
from service.insights.queries.expressions import as_stored
from service.insights.queries.places import Places, places_of
from service.journey.native import Cell


class Theme(NamedTuple):
    """A pain point or a win (its ``sentiment`` says which) of one native cell.

    ``stored_keywords`` are what the driver returns, a list or its JSON: few of hundreds are read.
    Once it is ``placed``, its stage and touchpoint may have learned labels, and ``others`` are the
    cells where the journey counts the rest of its mentions.
    """

    id: UUID
    stage: str
    touchpoint: str
    sentiment: str
    title: str
    stored_keywords: list[str] | str
    status: str
    owner: str | None
    others: frozenset[Cell] = frozenset()

    @property
    def cell(self) -> Cell:
        """Its cell, as it is stored."""
        return Cell(self.stage, self.touchpoint)

    @property
    def cells(self) -> frozenset[Cell]:
        """All cells, as they are stored, where the journey counts mentions of it."""
        return self.others | {self.cell}

    def placed(self, places: Places) -> "Theme":
        """The theme at its place in a journey."""
        (stage, touchpoint), others = places.of(self.id, self.cell)
        return self._replace(stage=stage, touchpoint=touchpoint, others=others)

    @property
    def keywords(self) -> list[str]:
        """Words that distinguish it from the other themes of its cell."""
        stored = self.stored_keywords
        found: list[str] = json.loads(stored) if isinstance(stored, str) else stored
        return found


def themes_of(session: Session, selection: Selection, sentiment: str) -> list[Theme]:
    """The themes of one sentiment in the selection's cells, even without mentions in it."""
    places = places_of(session, selection, sentiment)
    rows = session.execute(_themes().where(*theme_conditions(selection, sentiment)))
    themes = (Theme(*row).placed(places) for row in rows)
    return [theme for theme in themes if selection.has(theme.cell)]


def find_theme(session: Session, workspace_id: UUID, wanted: UUID) -> Theme | None:
    """The theme with this id; for a merged one, the one it was merged into. None if unknown."""
    passed: set[UUID] = set()
    following: UUID | None = wanted
    while following and following not in passed:
        passed.add(following)
        row = session.execute(
            _themes()
            .add_columns(THEME.c.merged_into)
            .where(THEME.c.workspace_id == workspace_id, THEME.c.id == following)
        ).one_or_none()
        if row is None:
            return None
        *columns, following = row
        if following is None:
            return Theme(*columns)
    return None


def theme_conditions(selection: Selection, sentiment: str | None) -> list[ColumnElement[bool]]:
    """The conditions for themes of a sentiment (None: of both) that were not merged into others.

    Those on stages and touchpoints are for speed only: ``Selection.has`` decides, as the selection
    need not have every pair of them.
    """
    table = THEME.c
    conditions = [
        table.workspace_id == selection.workspace_id,
        table.merged_into.is_(None),
    ]
    if sentiment is not None:
        conditions.append(table.sentiment == sentiment)
    if selection.cells is not None:
        natives = {cell.native for cell in selection.cells}
        stages, touchpoints = ({cell[side] for cell in natives} for side in (0, 1))
        conditions += [table.stage.in_(stages), table.touchpoint.in_(touchpoints)]
    return conditions


def _themes() -> Select[Any]:
    table = THEME.c
    place = (table.stage, table.touchpoint, table.sentiment)
    keywords = as_stored(table.keywords)
    return select(table.id, *place, table.title, keywords, table.status, table.owner)
