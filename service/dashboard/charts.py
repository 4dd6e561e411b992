"""The geometry of a column chart: mentions by period, drawn as SVG by a template. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Final

from service.insights.map_schemas import PointOut
from service.insights.periods import By

WIDTH: Final = 720
HEIGHT: Final = 220
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 14, 30
MOST_LABELS: Final = 7
GAP: Final = 0.22
MOST_POINTS: Final = 60


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a column."""

    part: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One period: its boxes from the ground up, the middle of its foot, whether it is labelled."""

    point: PointOut
    boxes: Sequence[Box]
    x: float
    labelled: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns over an axis from nought to ``top``; ``ticks`` are (value, y)."""

    columns: Sequence[Column]
    ticks: Sequence[tuple[int, float]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    ground: int = HEIGHT - BOTTOM


def period_length(days: int) -> By:
    """The length of a column that makes a readable number of them."""
    if days <= MOST_POINTS // 2:
        return "day"
    return "week" if days <= 7 * MOST_POINTS else "month"


def draw(points: Sequence[PointOut]) -> Chart | None:
    """The chart of a series; None if there is nothing to draw."""
    most = max((point.mentions for point in points), default=0)
    if not most:
        return None
    ticks = _ticks(most)
    span, slot = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT - RIGHT) / len(points)
    scale = span / ticks[-1]
    step = max(1, ceil(len(points) / MOST_LABELS))
    columns = []
    for index, point in enumerate(points):
        x = LEFT + slot * index
        boxes = _boxes(point, x + slot * GAP / 2, min(slot * (1 - GAP), 48), scale)
        columns.append(Column(point, boxes, round(x + slot / 2, 1), index % step == 0))
    return Chart(columns, [(tick, round(HEIGHT - BOTTOM - tick * scale, 1)) for tick in ticks])


def _boxes(point: PointOut, x: float, width: float, scale: float) -> list[Box]:
    neutral = point.mentions - point.negative - point.positive
    parts = (("negative", point.negative), ("neutral", neutral), ("positive", point.positive))
    boxes, ground = [], float(HEIGHT - BOTTOM)
    for part, number in parts:
        if number:
            ground -= number * scale
            boxes.append(Box(part, *(round(v, 1) for v in (x, ground, width, number * scale))))
    return boxes


def _ticks(most: int) -> list[int]:
    """Three to five round values from nought to at least ``most``."""
    rough = most / 4
    power = 10 ** max(0, int(log10(rough))) if rough >= 1 else 1
    step = next(int(power * f) for f in (1, 2, 5, 10) if power * f >= rough)
    return list(range(0, step * (ceil(most / step) + 1), step))
