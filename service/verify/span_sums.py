"""The expected roll-ups of longer spans, summed up day by day in chronological order."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Table

from service.rollups import spans
from service.rollups.apply import SPAN_TABLES, Sums, collect_span_changes
from service.rollups.counters import Changes


class SpanRows(NamedTuple):
    """The rows in one of ``SPAN_TABLES`` for one segment and one span (or slice) that begins on
    ``start``."""

    table: Table
    span: str
    segment: str
    start: date

    @property
    def ended(self) -> date:
        """The first day after it."""
        return spans.next_start(self.start, spans.length_of(self.span))


class SpanSums:
    """Sums of the spans that have not ended yet: for each table and segment at most one year,
    month, week and day, and their slices."""

    def __init__(self) -> None:
        self._sums: dict[Table, spans.SpanChanges] = {table: {} for table in SPAN_TABLES}

    def add(self, day: Mapping[str, Sums]) -> None:
        """Add the sums of one day, by segment."""
        collect_span_changes(day, self._sums)

    def ended(self, before: date | None = None) -> Iterator[tuple[SpanRows, Changes]]:
        """Remove and yield the sums of spans that ended on or ``before`` a day (None: of all)."""
        for table, sums in self._sums.items():
            for key in sorted(sums):
                span = SpanRows(table, *key)
                if before is None or span.ended <= before:
                    yield span, sums.pop(key)
