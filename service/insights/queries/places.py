"""Where the themes of a workspace are in a journey that has learned labels.

A theme is of a native cell, and mentions with a learned label are counted elsewhere. It is where
most of its mentions are counted. These are all its mentions, whatever the filters: a theme does not
move when another period is selected.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all
from sqlmodel import Session

from models.tables import MENTION
from service.insights.filters import Selection
from service.insights.queries.expressions import only_compared
from service.journey.mapping import JourneyMap
from service.journey.native import Cell, learned_of


class Place(NamedTuple):
    """The cell of a theme, as it is stored, and those that the journey shows elsewhere of its other
    mentions."""

    cell: Cell
    others: frozenset[Cell] = frozenset()


class Moved(NamedTuple):
    """The mentions of a theme that are counted elsewhere by their stored cells, and all of them."""

    elsewhere: Counter[Cell]
    mentions: int


class Places:
    """Where themes are in a journey, of which some have mentions that are counted elsewhere."""

    def __init__(self, journey: JourneyMap, moved: Mapping[UUID, Moved]) -> None:
        self._journey = journey
        self._moved = moved

    def of(self, theme: UUID | str, native: Cell) -> Place:
        """The place of a theme of this native cell; its id may be 32 hex digits.

        In a tie, that is its native cell; of two others, the first in alphabetical order.
        """
        moved = self._moved and self._moved.get(theme if isinstance(theme, UUID) else UUID(theme))
        if not moved:
            return Place(native)
        cells, stored = self._journey.cells, moved.elsewhere.copy()
        stored[native] = moved.mentions - stored.total()
        counted: Counter[Cell] = Counter()
        for cell, mentions in stored.items():
            counted[cells[cell]] += mentions
        home = cells[native]
        most = min(counted, key=lambda cell: (-counted[cell], cell != home, cell))
        own = native if most == home else min(cell for cell in stored if cells[cell] == most)
        others = (cell for cell, mentions in stored.items() if mentions and cells[cell] != most)
        return Place(own, frozenset(others))


def places_of(
    session: Session, selection: Selection, sentiment: str | None, only: UUID | None = None
) -> Places:
    """The places of all themes of a sentiment (None: of both), or of ``only`` one.

    Only mentions with learned labels are read, and none if the journey has no such labels.
    """
    moved: dict[UUID, Moved] = {}
    journey = selection.journey
    if any(journey.learned):
        statement = _counts(session, selection, sentiment, only)
        for theme, stage, touchpoint, count, mentions in session.execute(statement):
            known = moved.setdefault(theme, Moved(Counter(), mentions))
            known.elsewhere[Cell(stage, touchpoint)] = count
    return Places(journey, moved)


def _counts(
    session: Session, selection: Selection, sentiment: str | None, only: UUID | None
) -> Select[Any]:
    """Theme, stored cell, its mentions there; and all mentions of the theme.

    All themes are found by the cells of their mentions, one by its id.
    """
    table, other = MENTION.c, MENTION.alias().c
    theme: ColumnElement[Any] = table.pain_point_id
    stage: ColumnElement[str] = table.stage
    touchpoint: ColumnElement[str] = table.touchpoint
    conditions: list[ColumnElement[bool]] = [table.workspace_id == selection.workspace_id]
    if only is None:
        theme = only_compared(session, theme)
        conditions.append(theme.is_not(None))
    else:
        stage, touchpoint = (only_compared(session, label) for label in (stage, touchpoint))
        conditions.append(theme == only)
    if sentiment is not None:
        conditions.append(table.sentiment == sentiment)
    columns = (table.pain_point_id, table.stage, table.touchpoint, func.count().label("count"))
    found = [
        select(*columns).where(*conditions, elsewhere).group_by(theme, stage, touchpoint)
        for elsewhere in _elsewhere(selection.journey, stage, touchpoint)
    ]
    counted = union_all(*found).subquery().c
    mentions = select(func.count()).where(
        other.workspace_id == selection.workspace_id,
        other.pain_point_id == counted.pain_point_id,
    )
    return select(*counted, mentions.scalar_subquery())


def _elsewhere(
    journey: JourneyMap, stage: ColumnElement[str], touchpoint: ColumnElement[str]
) -> list[ColumnElement[bool]]:
    """The mentions with a learned stage of the journey, and the others with a learned touchpoint;
    not in one condition, which SQLite would not serve from an index."""
    stages, touchpoints = ({cell[side] for cell in journey.cells} for side in (0, 1))
    taught = {label for label in stages if learned_of(label) in journey.learned.stage}
    at = [label for label in touchpoints if learned_of(label) in journey.learned.touchpoint]
    return [
        stage.in_(sorted(taught)),
        and_(stage.in_(sorted(stages - taught)), touchpoint.in_(sorted(at))),
    ]
