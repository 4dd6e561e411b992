"""What ``verify`` expects in the roll-ups of longer spans, gathered day by day in their order."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Table

from service.insights import spans
from service.insights.counters import Key
from service.insights.rollups import ROLLUP_ITEM_SPAN, ROLLUP_PAIN_SPAN, ROLLUP_SPAN, Delta

TABLES: Final = (ROLLUP_SPAN, ROLLUP_ITEM_SPAN, ROLLUP_PAIN_SPAN)

Sums = dict[Key, Counter[str]]


class Stored(NamedTuple):
    """The rows of one of ``TABLES`` of one span, or slice, that begins on ``start``."""

    table: Table
    span: str
    start: date

    @property
    def ended(self) -> date:
        """The first day after it."""
        length: spans.Span = next((s for s in spans.SPANS if s == self.span), "month")
        return spans.next_start(self.start, length)


@dataclass(slots=True)
class Longer:
    """Sums of spans that have not ended: of each table one year, month, week and day at most."""

    sums: dict[Stored, Sums] = field(default_factory=lambda: defaultdict(dict))

    def add(self, day: Delta) -> None:
        """Add what one day comes to."""
        self._add(ROLLUP_SPAN, spans.mentions_over_spans(day.mentions))
        self._add(ROLLUP_ITEM_SPAN, spans.items_over_spans(day.items))
        self._add(ROLLUP_PAIN_SPAN, spans.pains_over_spans(day.pains))

    def ended(
        self, before: date | None = None
    ) -> Iterator[tuple[Stored, Mapping[Key, Counter[str]]]]:
        """What ended ``before`` a day or on it, or else all there is; it is forgotten here."""
        for place in sorted(self.sums, key=lambda place: (place.table.name, *place[1:])):
            if before is None or place.ended <= before:
                yield place, self.sums.pop(place)

    def _add(self, table: Table, changes: Mapping[Key, Counter[str]]) -> None:
        for key, change in changes.items():
            sums = self.sums[Stored(table, *key[1:3])]
            sums.setdefault(key, Counter()).update(change)
