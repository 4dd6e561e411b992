"""Longer spans of the roll-ups: how changes of days add up to them, and which cover a period. Pure.

See ``docs/decisions/0009-spans-and-views-of-rollups.md``. Each call takes the changes of one
segment.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from nlp.labels import UNASSIGNED
from service.journey.native import STORED_TOUCHPOINTS, Cell
from service.rollups.cells import EMPTY_MASK, SILENT_PREFIX, cells_in, mask_of
from service.rollups.counters import Changes, Key
from service.rollups.segments import ALL_FEEDBACK

Span = Literal["day", "week", "month", "year"]
SPANS: Final[tuple[Span, ...]] = ("year", "month", "week", "day")
"""The longest first."""
SLICES: Final[Mapping[Span, str]] = {"year": "year_slice", "month": "slice"}
"""The names of the spans of a year and a month that are kept by dimension: slices."""
SLICED: Final[tuple[Span, ...]] = (*SLICES, "day")
"""The spans that are kept by dimension; days are in the roll-ups themselves."""
NO_DIMENSIONS: Final = ("", "", "", "")
"""The kind, source, channel and language of a span that is summed over all of them."""
STAGES_VIEW: Final = ""
"""The view that keeps only the stages of an item's cells."""
ITEMS_ONLY_VIEW: Final = "*"
"""The view that keeps nothing of an item's cells, so that it only counts items."""
VIEWS: Final = (ITEMS_ONLY_VIEW, STAGES_VIEW, *STORED_TOUCHPOINTS)
ITEM_COUNTERS: Final = ("items", "value_milli", "high", "low")


def start_of(day: date, span: Span) -> date:
    """The first day of the span that ``day`` is in."""
    if span == "week":
        return day - timedelta(days=day.weekday())
    if span == "day":
        return day
    return day.replace(day=1) if span == "month" else day.replace(month=1, day=1)


def next_start(start: date, span: Span) -> date:
    """The first day of the span after the one that begins on ``start``."""
    days = {"day": 1, "week": 7, "month": 31, "year": 366}[span]
    return start_of(start + timedelta(days=days), span)


def length_of(span: str) -> Span:
    """The length of a stored span or slice."""
    return next(known for known in SPANS if span in (known, SLICES.get(known)))


SpanChanges = dict[tuple[str, str, date], dict[Key, dict[str, int]]]
"""Changes of one table by (span, segment, first day), then by key."""


def add_mentions(fine: Changes, segment: str, into: SpanChanges) -> None:
    """Add to ``into`` the changes of ``rollup_span`` that follow from ``fine``, of ``rollup``."""
    for (workspace, day, kind, source, channel, language, stage, touchpoint), sums in fine.items():
        for place in _places(segment, day, kind, source, channel, language):
            _add(into, place, (workspace, *place, stage, touchpoint), sums)


def add_items(fine: Changes, segment: str, into: SpanChanges) -> None:
    """The same for ``rollup_item_span`` and ``rollup_item``."""
    for (workspace, day, kind, source, channel, language, cells, scale), sums in fine.items():
        counted = {name: sums[name] for name in ITEM_COUNTERS}
        for place in _places(segment, day, kind, source, channel, language):
            span, _, *where = place
            for view, seen in views_of(cells):
                key = (workspace, span, segment, view, *where, seen, scale)
                _add(into, place, key, counted)


def add_pains(fine: Changes, segment: str, into: SpanChanges) -> None:
    """The same for ``rollup_pain_span`` and ``rollup_pain``."""
    for (workspace, pain_point, day, *dimensions, scale), sums in fine.items():
        for place in _places(segment, day, *dimensions):
            _add(into, place, (workspace, *place, pain_point, scale), sums)


def flattened(spans: SpanChanges) -> dict[Key, dict[str, int]]:
    """The changes of all spans, by key."""
    return {key: sums for changes in spans.values() for key, sums in changes.items()}


def _add(into: SpanChanges, place: Key, key: Key, sums: Mapping[str, int]) -> None:
    """Add to a row's counters: plain dictionaries, as this runs for every row of every span."""
    changes = into.setdefault(place[:3], {})
    known = changes.get(key)
    if known is None:
        changes[key] = dict(sums)
        return
    for name, amount in sums.items():
        known[name] = known.get(name, 0) + amount


@lru_cache(maxsize=10_000)
def _places(segment: str, day: date, *dimensions: str) -> tuple[Key, ...]:
    """The spans that a day with dimensions is in: (span, segment, start, kind, source, channel,
    language). Segments have no slices."""
    whole = tuple((span, segment, start_of(day, span), *NO_DIMENSIONS) for span in SPANS)
    if segment != ALL_FEEDBACK:
        return whole
    slices = ((name, segment, start_of(day, span), *dimensions) for span, name in SLICES.items())
    return (*slices, *whole)


class View(NamedTuple):
    """What one view keeps of a set of cells, as a mask."""

    view: str
    cells: str


@lru_cache(maxsize=50_000)
def views_of(mask: str) -> tuple[View, ...]:
    """All views of a set of cells: no cells, its stages, its cells at each touchpoint."""
    cells, silent = list(cells_in(mask)), mask.startswith(SILENT_PREFIX)
    at: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        at[cell.native.touchpoint].append(cell)
    stages = mask_of({Cell(cell.stage, UNASSIGNED) for cell in cells}, silent=silent)
    return (
        View(ITEMS_ONLY_VIEW, EMPTY_MASK),
        View(STAGES_VIEW, stages),
        *(
            View(touchpoint, mask_of(found, silent=silent))
            for touchpoint, found in sorted(at.items())
        ),
    )


class SpanRange(NamedTuple):
    """Consecutive spans: those that start on or after ``first`` and before ``end`` (None: open)."""

    span: Span
    first: date | None
    end: date | None


def cover(
    first: date | None,
    end: date | None,
    longest: Span = "year",
    spans: Sequence[Span] = SPANS,
) -> list[SpanRange]:
    """The fewest of ``spans``, none longer than ``longest``, that cover exactly [first, end)."""
    return list(_cover(first, end, spans[spans.index(longest) :]))


def cover_by(first: date | None, end: date | None, by: Span) -> list[SpanRange]:
    """The same for periods of length ``by``: no span belongs to two of them."""
    cut = first and _ceiling(first, by)
    if cut is None or end is None or start_of(end, by) != cut or cut == end:
        return cover(first, end, by)
    # No whole period fits, but two of them meet at ``cut``: one call would cover both by shorter
    # spans, and a week may be in two months.
    return [*cover(first, cut, by), *cover(cut, end, by)]


def _cover(first: date | None, end: date | None, spans: Sequence[Span]) -> Iterator[SpanRange]:
    if first is not None and end is not None and first >= end:
        return
    span, *shorter = spans
    begins, ends = first and _ceiling(first, span), end and start_of(end, span)
    if begins is not None and ends is not None and begins >= ends:
        yield from _cover(first, end, shorter)
        return
    if begins is not None:
        yield from _cover(first, begins, shorter)
    yield SpanRange(span, begins, ends)
    if ends is not None:
        yield from _cover(ends, end, shorter)


def _ceiling(day: date, span: Span) -> date:
    """The first day on or after ``day`` on which a span begins."""
    start = start_of(day, span)
    return day if start == day else next_start(start, span)
