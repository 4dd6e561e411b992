"""Where the themes of a workspace are in a journey that has learned labels.

A theme is of a native cell, and mentions with a learned label are counted elsewhere. It is where
most of its mentions are counted. These are all its mentions, whatever the filters: a theme does not
move when another period is selected.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session

from models.tables import MENTION
from service.insights.filters import Selection
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
        statement = _counts(selection, sentiment, only)
        for theme, stage, touchpoint, count, mentions in session.execute(statement):
            known = moved.setdefault(theme, Moved(Counter(), mentions))
            known.elsewhere[Cell(stage, touchpoint)] = count
    return Places(journey, moved)


def _counts(selection: Selection, sentiment: str | None, only: UUID | None) -> Select[Any]:
    """Theme, stored cell, its mentions there; and all mentions of the theme."""
    table, other = MENTION.c, MENTION.alias().c
    conditions = [
        table.workspace_id == selection.workspace_id,
        table.pain_point_id.is_not(None) if only is None else table.pain_point_id == only,
        _is_elsewhere(selection.journey),
    ]
    if sentiment is not None:
        conditions.append(table.sentiment == sentiment)
    place = (table.pain_point_id, table.stage, table.touchpoint)
    found = select(*place, func.count().label("count")).where(*conditions).group_by(*place)
    counted = found.subquery().c
    mentions = select(func.count()).where(
        other.workspace_id == selection.workspace_id,
        other.pain_point_id == counted.pain_point_id,
    )
    return select(*counted, mentions.scalar_subquery())


def _is_elsewhere(journey: JourneyMap) -> ColumnElement[bool]:
    """Whether a mention has a learned label of the journey, written so that an index can serve
    it."""
    table, learned = MENTION.c, journey.learned
    stages, touchpoints = ({cell[side] for cell in journey.cells} for side in (0, 1))
    own_stages = [label for label in stages if learned_of(label) in learned.stage]
    own_touchpoints = [label for label in touchpoints if learned_of(label) in learned.touchpoint]
    at_touchpoint = and_(table.stage.in_(stages), table.touchpoint.in_(own_touchpoints))
    return or_(table.stage.in_(own_stages), at_touchpoint)
