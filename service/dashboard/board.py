"""The journey map as it is drawn: columns are stages, rows are touchpoints. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from nlp.labels import UNASSIGNED
from service.insights.map_schemas import CellOut, JourneyMapOut, StageOut, TouchpointOut

Place = tuple[str, str]
LEAST_RADIUS, MOST_RADIUS = 3.0, 13.0
COLUMN_WIDTH: Final = 160
CURVE_HEIGHT: Final = 96
CURVE_MARGIN: Final = 22


@dataclass(frozen=True, slots=True)
class Square:
    """Where a stage and a touchpoint meet; ``cell`` is None where nobody has said anything."""

    stage: StageOut
    touchpoint: TouchpointOut
    cell: CellOut | None
    radius: float

    @property
    def place(self) -> Place:
        """The keys of stage and touchpoint."""
        return self.stage.key, self.touchpoint.key


@dataclass(frozen=True, slots=True)
class Row:
    """A touchpoint with its squares, one for each column."""

    touchpoint: TouchpointOut
    squares: Sequence[Square]


@dataclass(frozen=True, slots=True)
class Dot:
    """A stage on the curve: the middle of its column, and its net sentiment's height."""

    stage: StageOut
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Board:
    """The map, without what has no feedback: ``quiet`` are the touchpoints left out."""

    stages: Sequence[StageOut]
    rows: Sequence[Row]
    quiet: Sequence[TouchpointOut]
    curve: Sequence[Dot]

    @property
    def width(self) -> int:
        """The width of all columns in the units of ``curve``."""
        return COLUMN_WIDTH * len(self.stages)

    def squares_of(self, stage: StageOut) -> list[Square]:
        """The squares of one column that have feedback, the most mentions first."""
        found = [sq for row in self.rows for sq in row.squares if sq.stage is stage and sq.cell]
        return sorted(found, key=lambda sq: -sq.cell.mentions if sq.cell else 0)


def lay_out(map_: JourneyMapOut) -> Board:
    """The board of a map. ``unassigned`` is there only if something is."""
    cells = {(cell.stage, cell.touchpoint): cell for cell in map_.cells}
    most = max((cell.items for cell in map_.cells if UNASSIGNED not in _place(cell)), default=0)
    stages = [stage for stage in map_.stages if stage.key != UNASSIGNED or stage.mentions]
    told = [entry for entry in map_.touchpoints if entry.mentions]
    return Board(
        stages=stages,
        rows=[Row(entry, _squares(stages, entry, cells, most)) for entry in told],
        quiet=[e for e in map_.touchpoints if not e.mentions and e.key != UNASSIGNED],
        curve=_curve(stages),
    )


def _place(cell: CellOut) -> Place:
    return cell.stage, cell.touchpoint


def _squares(
    stages: Iterable[StageOut], entry: TouchpointOut, cells: Mapping[Place, CellOut], most: int
) -> list[Square]:
    found = []
    for stage in stages:
        cell = cells.get((stage.key, entry.key))
        found.append(Square(stage, entry, cell, _radius(cell.items if cell else 0, most)))
    return found


def _radius(items: int, most: int) -> float:
    """A circle whose area grows with ``items``; the greatest has ``MOST_RADIUS``."""
    if not most:
        return LEAST_RADIUS
    return round(max(LEAST_RADIUS, MOST_RADIUS * sqrt(min(1.0, items / most))), 1)


def _curve(stages: Sequence[StageOut]) -> list[Dot]:
    """How customers feel from stage to stage; stages without a mention have no dot."""
    height = CURVE_HEIGHT - 2 * CURVE_MARGIN
    return [
        Dot(
            stage,
            (index + 0.5) * COLUMN_WIDTH,
            round(CURVE_MARGIN + height * (1 - stage.net_sentiment) / 2, 1),
        )
        for index, stage in enumerate(stages)
        if stage.net_sentiment is not None and stage.key != UNASSIGNED
    ]
