"""The geometry of a column chart of mentions by period; a template draws it as SVG. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from math import ceil, log10
from string import ascii_uppercase
from typing import Final, Protocol

from service.insights.periods import By
from service.insights.trend_schemas import PointOut
from service.rollups.spans import next_start


@dataclass(frozen=True, slots=True)
class Frame:
    """A chart's size, its margins, and the maximum number of labelled columns."""

    width: int = 720
    height: int = 220
    left: int = 44
    right: int = 12
    top: int = 18
    bottom: int = 30
    labels: int = 7

    @property
    def ground(self) -> int:
        """The y of the columns' base line."""
        return self.height - self.bottom

    def slot(self, columns: int) -> float:
        """The width of a column with the gap around it."""
        return (self.width - self.left - self.right) / columns


LARGE: Final = Frame()
SMALL: Final = Frame(300, 124, left=32, right=6, top=8, bottom=26, labels=3)
NARROW: Final = Frame(300, 190, left=36, right=6, top=18, bottom=26, labels=3)
"""Replaces ``LARGE`` on a phone."""
GAP: Final = 0.22
MAX_COLUMN_WIDTH: Final = 48
MAX_COLUMNS: Final = 60
MAX_DAYS: Final = 31
"""A month, or the usual 30 days and today."""
LETTER: Final = 17
"""The width of a letter in the narrower frames."""


@dataclass(frozen=True, slots=True)
class Span:
    """The mentions of one period, from ``start`` to ``end`` (exclusive).

    A spike is more than expected. A period is partial if it is not over, or if only some of its
    days are requested: don't compare its column with the others.
    """

    start: date
    end: date
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    is_spike: bool = False
    is_partial: bool = False

    @property
    def mentions(self) -> int:
        """All of them."""
        return self.negative + self.neutral + self.positive


class Event(Protocol):
    """Something that a chart can mark."""

    @property
    def day(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Box:
    """A segment of a column."""

    part: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One period: its boxes from the base up, its middle and top, and whether it has a label."""

    span: Span
    boxes: Sequence[Box]
    x: float
    top: float
    labelled: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """An event at ``x``, and its letter at ``letter_x``."""

    letter: str
    event: Event
    x: float
    letter_x: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns on an axis that starts at 0; ``ticks`` are (value, y)."""

    frame: Frame
    columns: Sequence[Column]
    ticks: Sequence[tuple[int, float]]
    marks: Sequence[Mark]


def period_length(days: int) -> By:
    """The period per column that gives a readable number of columns."""
    if days <= MAX_DAYS:
        return "day"
    return "week" if days <= 7 * MAX_COLUMNS else "month"


def spans(
    points: Sequence[PointOut], by: By, since: datetime | None, until: datetime
) -> list[Span]:
    """The spans of a series of ``/v1/trends`` from ``since``, with data up to ``until``."""
    return [_span(point, next_start(point.start, by), since, until) for point in points]


def _span(point: PointOut, end: date, since: datetime | None, until: datetime) -> Span:
    begins, ends = (datetime.combine(day, time(), UTC) for day in (point.start, end))
    return Span(
        point.start,
        end,
        point.negative,
        point.mentions - point.negative - point.positive,
        point.positive,
        is_spike=bool(point.spikes),
        is_partial=ends > until or (since is not None and begins < since),
    )


def draw_both(spans: Sequence[Span], events: Sequence[Event] = ()) -> Mapping[str, Chart | None]:
    """The chart of a series for wide and for narrow screens; CSS shows one of them."""
    return {"chart": draw(spans, events), "narrow_chart": draw(spans, events, NARROW)}


def draw(spans: Sequence[Span], events: Sequence[Event] = (), frame: Frame = LARGE) -> Chart | None:
    """The chart of a series; None if there is nothing to draw."""
    most = max((span.mentions for span in spans), default=0)
    if not most:
        return None
    ticks = _ticks(most)
    scale = (frame.ground - frame.top) / ticks[-1]
    slot = frame.slot(len(spans))
    width = min(slot * (1 - GAP), MAX_COLUMN_WIDTH)
    step = ceil(len(spans) / frame.labels)
    columns = []
    for index, span in enumerate(spans):
        middle = frame.left + slot * (index + 0.5)
        boxes = _boxes(span, middle - width / 2, width, scale, frame.ground)
        top = boxes[-1].y if boxes else float(frame.ground)
        columns.append(Column(span, boxes, round(middle, 1), top, index % step == 0))
    return Chart(
        frame,
        columns,
        [(tick, round(frame.ground - tick * scale, 1)) for tick in ticks],
        _marks(spans, events, frame),
    )


def _boxes(span: Span, x: float, width: float, scale: float, ground: float) -> list[Box]:
    boxes = []
    for part in ("negative", "neutral", "positive"):
        number = getattr(span, part)
        if number:
            ground -= number * scale
            boxes.append(Box(part, *(round(v, 1) for v in (x, ground, width, number * scale))))
    return boxes


def _marks(spans: Sequence[Span], events: Sequence[Event], frame: Frame) -> list[Mark]:
    """The latest events within the columns' period, in chronological order."""
    starts = [span.start for span in spans]
    marked = sorted((e for e in events if starts[0] <= e.day < spans[-1].end), key=lambda e: e.day)
    marks: list[Mark] = []
    for letter, event in zip(ascii_uppercase, marked[-len(ascii_uppercase) :], strict=False):
        index = bisect_right(starts, event.day) - 1
        span = spans[index]
        passed = (event.day - span.start) / (span.end - span.start)
        x = frame.left + frame.slot(len(spans)) * (index + passed)
        beside = marks[-1].letter_x + LETTER if marks else x
        marks.append(Mark(letter, event, round(x, 1), round(max(x, beside), 1)))
    return marks


def _ticks(most: int) -> list[int]:
    """Two to six round values from 0 to at least ``most``."""
    rough = max(1.0, most / 4)
    power = 10 ** int(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return list(range(0, step * (ceil(most / step) + 1), step))
