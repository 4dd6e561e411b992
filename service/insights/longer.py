"""What ``verify`` expects in the roll-ups of longer spans, gathered day by day in their order."""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Table

from service.insights import spans
from service.insights.counters import Changes
from service.insights.rollups import ROLLUP_ITEM_SPAN, ROLLUP_PAIN_SPAN, ROLLUP_SPAN, Delta

TABLES: Final = (ROLLUP_SPAN, ROLLUP_ITEM_SPAN, ROLLUP_PAIN_SPAN)


class Stored(NamedTuple):
    """The rows of one of ``TABLES`` of one span, or slice, that begins on ``start``."""

    table: Table
    span: str
    start: date

    @property
    def ended(self) -> date:
        """The first day after it."""
        return spans.next_start(self.start, spans.length_of(self.span))


class Longer:
    """Sums of spans that have not ended: of each table one year, month, week and day at most."""

    def __init__(self) -> None:
        self._sums: dict[Table, spans.Spans] = {table: {} for table in TABLES}

    def add(self, day: Delta) -> None:
        """Add what one day comes to."""
        spans.mentions_over_spans(day.mentions, self._sums[ROLLUP_SPAN])
        spans.items_over_spans(day.items, self._sums[ROLLUP_ITEM_SPAN])
        spans.pains_over_spans(day.pains, self._sums[ROLLUP_PAIN_SPAN])

    def ended(self, before: date | None = None) -> Iterator[tuple[Stored, Changes]]:
        """What ended ``before`` a day or on it, or else all there is; it is forgotten here."""
        for table, sums in self._sums.items():
            for span, start in sorted(sums):
                place = Stored(table, span, start)
                if before is None or place.ended <= before:
                    yield place, sums.pop((span, start))
