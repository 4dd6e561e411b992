"""What a piece of feedback adds to the roll-ups, and how that is written.

Everything that changes mentions calls ``apply`` in its own transaction with the difference:
the contribution after, minus the contribution before. Counters are integers, so that adding and
taking away again leaves exactly nothing; rows that have come down to nothing are deleted.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import Table
from sqlmodel import Session, SQLModel

from models.feedback import DONE, Feedback
from models.pain_point import RollupPain
from models.rollup import Rollup, RollupItem
from models.span import RollupItemSpan, RollupPainSpan, RollupSpan
from nlp.labels import EMOTIONS
from service.insights import counters
from service.insights.cells import Cell, mask_of
from service.insights.counters import Key
from service.insights.spans import (
    items_over_spans,
    mentions_over_spans,
    pains_over_spans,
    together,
)

ROLLUP: Final[Table] = SQLModel.metadata.tables[str(Rollup.__tablename__)]
ROLLUP_ITEM: Final[Table] = SQLModel.metadata.tables[str(RollupItem.__tablename__)]
ROLLUP_PAIN: Final[Table] = SQLModel.metadata.tables[str(RollupPain.__tablename__)]
ROLLUP_SPAN: Final[Table] = SQLModel.metadata.tables[str(RollupSpan.__tablename__)]
ROLLUP_ITEM_SPAN: Final[Table] = SQLModel.metadata.tables[str(RollupItemSpan.__tablename__)]
ROLLUP_PAIN_SPAN: Final[Table] = SQLModel.metadata.tables[str(RollupPainSpan.__tablename__)]
FELT: Final = tuple(emotion for emotion in EMOTIONS if emotion != "neutral")
DIMENSIONS: Final = ("workspace_id", "day", "kind", "source", "channel", "language")


class Counted(Protocol):
    """What is counted of a mention: a row of the table, or one that will be."""

    @property
    def sentiment(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def stage(self) -> str: ...
    @property
    def touchpoint(self) -> str: ...
    @property
    def emotion(self) -> str: ...
    @property
    def severity(self) -> int: ...
    @property
    def pain_point_id(self) -> UUID | None: ...


class RatingCounts(NamedTuple):
    """One rating as sums: which scale, 1000 x value, and whether it is high or low."""

    scale: str
    value_milli: int
    high: int
    low: int


@dataclass(slots=True)
class Delta:
    """Differences to add to the three tables, by primary key."""

    mentions: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    items: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    pains: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, feedback: Feedback, mentions: Sequence[Counted], sign: int = 1) -> None:
        """Count (sign 1) or take away (sign -1) what one item with its mentions contributes.

        Only analysed items count; anything else contributes nothing.
        """
        if feedback.state != DONE:
            return
        dimensions = dimensions_of(feedback)
        for mention in mentions:
            sums = self.mentions[(*dimensions, mention.stage, mention.touchpoint)]
            _accumulate(sums, _mention_sums(mention), sign)
        cells = mask_of({Cell(mention.stage, mention.touchpoint) for mention in mentions})
        rating = rating_counts(feedback)
        item = self.items[(*dimensions, cells, rating.scale)]
        _accumulate(item, _item_sums(feedback, rating), sign)
        self._add_pains(dimensions, rating, mentions, sign)

    def _add_pains(
        self, dimensions: Key, rating: RatingCounts, mentions: Sequence[Counted], sign: int
    ) -> None:
        """An item counts once in each pain point, however many of its mentions are in it."""
        workspace_id, *rest = dimensions
        touched = set()
        for mention in mentions:
            if mention.pain_point_id is not None:
                key = (workspace_id, mention.pain_point_id, *rest, rating.scale)
                _accumulate(self.pains[key], _mention_sums(mention), sign)
                touched.add(key)
        for key in touched:
            _accumulate(self.pains[key], {"items": 1, **_rating_sums(rating)}, sign)


def dimensions_of(feedback: Feedback) -> Key:
    """The values of ``DIMENSIONS`` for one item."""
    return (
        feedback.workspace_id,
        feedback.occurred_at.date(),
        feedback.kind,
        feedback.source,
        feedback.channel,
        feedback.language_read or feedback.language,
    )


def rating_counts(feedback: Feedback) -> RatingCounts:
    """The rating as it is summed.

    NPS: promoters are 9 and 10, detractors 0 to 6 (Reichheld 2003). Other scales: satisfied is
    the upper quarter of the scale (the "top two boxes" of 1 to 5), dissatisfied the lower one.
    """
    value, norm = feedback.rating_value, feedback.rating_norm
    if value is None or norm is None:
        return RatingCounts("", 0, 0, 0)
    scale = f"{feedback.rating_scale}:{feedback.rating_min:g}-{feedback.rating_max:g}"
    if feedback.rating_scale == "nps":
        high, low = value >= 9, value <= 6
    else:
        high, low = norm >= 0.75, norm <= 0.25
    return RatingCounts(scale, round(value * 1000), int(high), int(low))


def _mention_sums(mention: Counted) -> dict[str, int]:
    sums = {
        "mentions": 1,
        "negative": int(mention.sentiment == "negative"),
        "positive": int(mention.sentiment == "positive"),
        "score_milli": round(mention.score * 1000),
        "severity": mention.severity,
    }
    if mention.emotion in FELT:
        sums[mention.emotion] = 1
    return sums


def _item_sums(feedback: Feedback, rating: RatingCounts) -> dict[str, int]:
    return {
        "items": 1,
        "negative": int(feedback.sentiment == "negative"),
        "positive": int(feedback.sentiment == "positive"),
        "mixed": int(feedback.sentiment == "mixed"),
        **_rating_sums(rating),
    }


def _rating_sums(rating: RatingCounts) -> dict[str, int]:
    return {"value_milli": rating.value_milli, "high": rating.high, "low": rating.low}


def _accumulate(sums: Counter[str], addends: Mapping[str, int], sign: int) -> None:
    for name, amount in addends.items():
        sums[name] += sign * amount


def apply(session: Session, delta: Delta) -> None:
    """Add ``delta`` to the tables, inside the caller's transaction: twelve statements at most.

    Rows are touched in the order of their keys and one table after the other, so that two
    transactions never wait for each other in a circle; the longest spans, which all writers
    share, come last and are locked for the shortest time. A row that comes down to nothing is
    deleted while it is locked; another transaction that adds to it meanwhile waits, and then
    inserts it anew.
    """
    changes = (
        (ROLLUP, "mentions", delta.mentions),
        (ROLLUP_ITEM, "items", delta.items),
        (ROLLUP_PAIN, "mentions", delta.pains),
        (ROLLUP_PAIN_SPAN, "mentions", together(pains_over_spans(delta.pains))),
        (ROLLUP_SPAN, "mentions", together(mentions_over_spans(delta.mentions))),
        (ROLLUP_ITEM_SPAN, "items", together(items_over_spans(delta.items))),
    )
    for table, count, of_table in changes:
        counters.add(session, table, count, of_table)
