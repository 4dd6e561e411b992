"""Applies changes of feedback to the roll-ups.

Code that changes mentions calls ``apply`` in the same transaction with the difference: the
contribution after, minus the contribution before. Counters are integers, so that adding and then
subtracting a contribution leaves exactly 0; rows that reach 0 are deleted.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import Table
from sqlmodel import Session

from models.feedback import DONE, Feedback
from models.tables import (
    ROLLUP,
    ROLLUP_ITEM,
    ROLLUP_ITEM_SPAN,
    ROLLUP_PAIN,
    ROLLUP_PAIN_SPAN,
    ROLLUP_SPAN,
)
from service.rollups import counters
from service.rollups.contributions import (
    Contribution,
    Counted,
    contribution_of,
    rating_sums,
)
from service.rollups.counters import Key
from service.rollups.declared import lock_declared
from service.rollups.segments import ALL_FEEDBACK, Declared, segments_of
from service.rollups.spans import (
    NO_DIMENSIONS,
    SpanChanges,
    add_items,
    add_mentions,
    add_pains,
    flattened,
)

SPAN_TABLES: Final = (ROLLUP_PAIN_SPAN, ROLLUP_SPAN, ROLLUP_ITEM_SPAN)
"""In the order in which they are written."""


@dataclass(slots=True)
class Sums:
    """Differences to add to the three tables, by primary key."""

    mentions: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    items: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    pains: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def count(self, dimensions: Key, of: Contribution) -> None:
        """Add the contribution of an item under these dimensions."""
        for point in of.points:
            key = (*dimensions, point.stage, point.touchpoint)
            _accumulate(self.mentions[key], point.sums, of.sign)
        _accumulate(self.items[(*dimensions, of.cells, of.rating.scale)], of.sums, of.sign)
        self._count_pains(dimensions, of)

    def _count_pains(self, dimensions: Key, of: Contribution) -> None:
        """An item counts once in each pain point, however many of its mentions belong to it."""
        workspace_id, *rest = dimensions
        touched = set()
        for point in of.points:
            if point.pain_point_id is not None:
                key = (workspace_id, point.pain_point_id, *rest, of.rating.scale)
                _accumulate(self.pains[key], point.sums, of.sign)
                touched.add(key)
        for key in touched:
            _accumulate(self.pains[key], {"items": 1, **rating_sums(of.rating)}, of.sign)


@dataclass(slots=True)
class Delta(Sums):
    """Differences, and the contributions behind them, some of which count in segments as well."""

    contributions: list[Contribution] = field(default_factory=list)

    def add(self, feedback: Feedback, mentions: Sequence[Counted], sign: int = 1) -> None:
        """Add (``sign`` 1) or subtract (-1) the contribution of one item with its mentions.

        Only analysed items count; any other contributes nothing.
        """
        if feedback.state == DONE:
            contribution = contribution_of(feedback, mentions, sign)
            self.count(contribution.dimensions, contribution)
            self.contributions.append(contribution)

    @property
    def workspaces(self) -> set[UUID]:
        """The workspaces of the contributions."""
        return {of.dimensions[0] for of in self.contributions}

    def by_segment(self, declared: Mapping[UUID, Sequence[Declared]]) -> dict[str, Sums]:
        """The differences by segment: of all feedback, and of each value of a declared attribute.

        ``declared`` has the attributes of each workspace. Segments are kept by day, but not by
        kind, source, channel and language.
        """
        found: dict[str, Sums] = defaultdict(Sums, {ALL_FEEDBACK: self})
        for of in self.contributions if declared else ():
            workspace_id, day, *_ = of.dimensions
            own = declared.get(workspace_id, ())
            names = [each.name for each in own if each.counts(of.feedback_id)]
            for segment in segments_of(of.attributes, names):
                found[segment].count((workspace_id, day, *NO_DIMENSIONS), of)
        return found


def _accumulate(sums: Counter[str], addends: Mapping[str, int], sign: int) -> None:
    for name, amount in addends.items():
        sums[name] += sign * amount


def apply(session: Session, delta: Delta) -> None:
    """Add ``delta`` to the tables, in the caller's transaction, with at most fourteen statements.

    The declared attributes are locked first, before any row of the tables (``lock_declared``). Rows
    are written table by table and in key order, so that transactions can't deadlock; the longest
    spans, which all writers share, come last and are locked for the shortest time. A row that
    reaches 0 is deleted while it is locked; a transaction that adds to it meanwhile waits, and then
    inserts it again.
    """
    declared = lock_declared(session, delta.workspaces) if delta.contributions else {}
    changes = (
        (ROLLUP, "mentions", delta.mentions),
        (ROLLUP_ITEM, "items", delta.items),
        (ROLLUP_PAIN, "mentions", delta.pains),
    )
    for table, count, of_table in changes:
        counters.add(session, table, count, of_table)
    apply_to_spans(session, delta.by_segment(declared))


def apply_to_spans(session: Session, by_segment: Mapping[str, Sums]) -> None:
    """Add differences by segment to ``SPAN_TABLES`` only."""
    longer: dict[Table, SpanChanges] = {table: {} for table in SPAN_TABLES}
    collect_span_changes(by_segment, longer)
    for table, changes in longer.items():
        count = "items" if table is ROLLUP_ITEM_SPAN else "mentions"
        counters.add(session, table, count, flattened(changes))


def collect_span_changes(by_segment: Mapping[str, Sums], onto: Mapping[Table, SpanChanges]) -> None:
    """Add differences by segment to ``onto``, the changes of each of ``SPAN_TABLES``, in place."""
    for segment, sums in by_segment.items():
        add_pains(sums.pains, segment, onto[ROLLUP_PAIN_SPAN])
        add_mentions(sums.mentions, segment, onto[ROLLUP_SPAN])
        add_items(sums.items, segment, onto[ROLLUP_ITEM_SPAN])
