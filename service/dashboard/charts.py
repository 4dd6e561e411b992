"""The geometry of a column chart: mentions by period, drawn as SVG by a template. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, log10
from typing import Final

from service.insights.map_schemas import PointOut
from service.insights.periods import By

WIDTH: Final = 720
HEIGHT: Final = 220
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 14, 30
MOST_LABELS: Final = 7
GAP: Final = 0.22
WIDEST: Final = 48
MOST_COLUMNS: Final = 60


@dataclass(frozen=True, slots=True)
class Span:
    """The mentions of one period that begins at ``start``; a spike is more than was to expect."""

    start: date
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    is_spike: bool = False

    @property
    def mentions(self) -> int:
        """All of them."""
        return self.negative + self.neutral + self.positive


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
    """One period: its boxes from the ground up, its middle and top, whether it is labelled."""

    span: Span
    boxes: Sequence[Box]
    x: float
    top: float
    labelled: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns over an axis from nought up; ``ticks`` are (value, y)."""

    columns: Sequence[Column]
    ticks: Sequence[tuple[int, float]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def period_length(days: int) -> By:
    """The length of a column that makes a readable number of them."""
    if days <= MOST_COLUMNS // 2:
        return "day"
    return "week" if days <= 7 * MOST_COLUMNS else "month"


def spans(points: Sequence[PointOut]) -> list[Span]:
    """A series of ``/v1/trends``."""
    return [
        Span(
            at.start,
            at.negative,
            at.mentions - at.negative - at.positive,
            at.positive,
            bool(at.spikes),
        )
        for at in points
    ]


def draw(spans: Sequence[Span]) -> Chart | None:
    """The chart of a series; None if there is nothing to draw."""
    most = max((span.mentions for span in spans), default=0)
    if not most:
        return None
    ticks = _ticks(most)
    scale = (HEIGHT - TOP - BOTTOM) / ticks[-1]
    slot = (WIDTH - LEFT - RIGHT) / len(spans)
    width = min(slot * (1 - GAP), WIDEST)
    step = ceil(len(spans) / MOST_LABELS)
    columns = []
    for index, span in enumerate(spans):
        middle = LEFT + slot * (index + 0.5)
        boxes = _boxes(span, middle - width / 2, width, scale)
        top = boxes[-1].y if boxes else float(HEIGHT - BOTTOM)
        columns.append(Column(span, boxes, round(middle, 1), top, index % step == 0))
    return Chart(columns, [(tick, round(HEIGHT - BOTTOM - tick * scale, 1)) for tick in ticks])


def _boxes(span: Span, x: float, width: float, scale: float) -> list[Box]:
    boxes, ground = [], float(HEIGHT - BOTTOM)
    for part in ("negative", "neutral", "positive"):
        number = getattr(span, part)
        if number:
            ground -= number * scale
            boxes.append(Box(part, *(round(v, 1) for v in (x, ground, width, number * scale))))
    return boxes


def _ticks(most: int) -> list[int]:
    """Two to six round values from nought to at least ``most``."""
    rough = max(1.0, most / 4)
    power = 10 ** int(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return list(range(0, step * (ceil(most / step) + 1), step))
