"""The layout of the journey map: columns are stages, rows are touchpoints. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from nlp.labels import UNASSIGNED
from service.insights.map_schemas import (
    CellOut,
    JourneyMapOut,
    StageOut,
    ThemeOut,
    TouchpointOut,
)

CellKey = tuple[str, str]
"""The keys of a stage and a touchpoint of the map."""
MIN_RADIUS, MAX_RADIUS = 3.0, 13.0
COLUMN_WIDTH: Final = 160
CURVE_HEIGHT: Final = 96
CURVE_MARGIN: Final = 22
WORST: Final = 3


@dataclass(frozen=True, slots=True)
class Square:
    """A stage and a touchpoint; ``cell`` is None without feedback.

    ``missing`` is how many more answers are needed to judge it; 0 if there are enough.
    """

    stage: StageOut
    touchpoint: TouchpointOut
    cell: CellOut | None
    radius: float
    missing: int


@dataclass(frozen=True, slots=True)
class Row:
    """A touchpoint with its squares, one for each column."""

    touchpoint: TouchpointOut
    squares: Sequence[Square]


@dataclass(frozen=True, slots=True)
class Dot:
    """A stage on the curve: the middle of its column, and the height of its net sentiment."""

    stage: StageOut
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Board:
    """The map; ``quiet`` are the touchpoints left out because they have no feedback."""

    stages: Sequence[StageOut]
    rows: Sequence[Row]
    quiet: Sequence[TouchpointOut]
    curve: Sequence[Dot]

    @property
    def width(self) -> int:
        """The width of all columns in the units of ``curve``."""
        return COLUMN_WIDTH * len(self.stages)

    @property
    def curve_height(self) -> int:
        """The height of the area that ``curve`` is drawn in."""
        return CURVE_HEIGHT

    @property
    def curve_middle(self) -> int:
        """The y of a net sentiment of 0."""
        return CURVE_HEIGHT // 2

    @property
    def squares(self) -> list[Square]:
        """The squares with feedback."""
        return [square for row in self.rows for square in row.squares if square.cell]

    def squares_of(self, stage: StageOut) -> list[Square]:
        """The squares of one stage, most mentions first."""
        own = [square for square in self.squares if square.stage is stage]
        return sorted(own, key=lambda square: -_cell(square).mentions)

    def worst_of(self, stage: StageOut) -> list[Square]:
        """The most painful squares of one stage, shown until there are themes."""
        own = [square for square in self.squares if square.stage is stage]
        return _most_painful(own)[:WORST]

    @property
    def worst_theme(self) -> ThemeOut | None:
        """The most painful theme of all stages."""
        themes = [theme for stage in self.stages for theme in stage.pains]
        return max(themes, key=lambda theme: theme.pain, default=None)

    @property
    def worst_square(self) -> Square | None:
        """The most painful square with a stage and a touchpoint."""
        return next((s for s in _most_painful(self.squares) if UNASSIGNED not in _key(s)), None)


def lay_out(map_: JourneyMapOut) -> Board:
    """The board of a map; ``unassigned`` is included only if it has mentions."""
    cells = {(cell.stage, cell.touchpoint): cell for cell in map_.cells if cell.mentions}
    missing = {(spot.stage, spot.touchpoint): spot.missing for spot in map_.blind_spots}
    most = max((cell.items for cell in cells.values() if _is_assigned(cell)), default=0)
    stages = [stage for stage in map_.stages if stage.key != UNASSIGNED or stage.mentions]
    told = [entry for entry in map_.touchpoints if entry.mentions]
    return Board(
        stages=stages,
        rows=[Row(entry, _squares(stages, entry, cells, missing, most)) for entry in told],
        quiet=[e for e in map_.touchpoints if not e.mentions and e.key != UNASSIGNED],
        curve=_curve(stages),
    )


def _squares(
    stages: Iterable[StageOut],
    entry: TouchpointOut,
    cells: Mapping[CellKey, CellOut],
    missing: Mapping[CellKey, int],
    most: int,
) -> list[Square]:
    found = []
    for stage in stages:
        key = (stage.key, entry.key)
        cell = cells.get(key)
        radius = _radius(cell.items if cell else 0, most)
        found.append(Square(stage, entry, cell, radius, missing.get(key, 0)))
    return found


def _radius(items: int, most: int) -> float:
    """The radius of a circle whose area grows with ``items``, up to ``MAX_RADIUS``."""
    if not most:
        return MIN_RADIUS
    return round(max(MIN_RADIUS, MAX_RADIUS * sqrt(min(1.0, items / most))), 1)


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


def _most_painful(squares: Iterable[Square]) -> list[Square]:
    hurting = [square for square in squares if _cell(square).negative]
    return sorted(hurting, key=lambda s: -_cell(s).items * (_cell(s).mean_severity or 0))


def _cell(square: Square) -> CellOut:
    assert square.cell is not None  # noqa: S101 - called only for squares with feedback
    return square.cell


def _key(square: Square) -> CellKey:
    return square.stage.key, square.touchpoint.key


def _is_assigned(cell: CellOut) -> bool:
    return UNASSIGNED not in (cell.stage, cell.touchpoint)
