"""What ``verify`` expects in the roll-ups of longer spans, gathered day by day in their order."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Table

from service.rollups import spans
from service.rollups.apply import SPAN_TABLES, Sums, spread
from service.rollups.counters import Changes


class Stored(NamedTuple):
    """The rows of one of ``SPAN_TABLES`` of one span, or slice, and one segment that begins on
    ``start``."""

    table: Table
    span: str
    segment: str
    start: date

    @property
    def ended(self) -> date:
        """The first day after it."""
        return spans.next_start(self.start, spans.length_of(self.span))


class Longer:
    """Sums of spans that have not ended: of each table and segment one year, month, week and day
    at most."""

    def __init__(self) -> None:
        self._sums: dict[Table, spans.Spans] = {table: {} for table in SPAN_TABLES}

    def add(self, day: Mapping[str, Sums]) -> None:
        """Add what one day comes to, by segment."""
        spread(day, self._sums)

    def ended(self, before: date | None = None) -> Iterator[tuple[Stored, Changes]]:
        """What ended ``before`` a day or on it, or else all there is; it is forgotten here."""
        for table, sums in self._sums.items():
            for key in sorted(sums):
                place = Stored(table, *key)
                if before is None or place.ended <= before:
                    yield place, sums.pop(key)
