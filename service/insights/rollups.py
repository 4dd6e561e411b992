"""What a piece of feedback adds to the roll-ups, and how that is written.

Everything that changes mentions calls ``apply`` in its own transaction with the difference:
the contribution after, minus the contribution before. Counters are integers, so that adding and
taking away again leaves exactly nothing; rows that have come down to nothing are deleted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Table, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from models.feedback import DONE, Feedback
from models.mention import Mention
from models.rollup import Rollup, RollupItem
from nlp.labels import EMOTIONS
from service.insights.cells import Cell, mask_of

ROLLUP: Final[Table] = SQLModel.metadata.tables[str(Rollup.__tablename__)]
ROLLUP_ITEM: Final[Table] = SQLModel.metadata.tables[str(RollupItem.__tablename__)]
FELT: Final = tuple(emotion for emotion in EMOTIONS if emotion != "neutral")
DIMENSIONS: Final = ("workspace_id", "day", "kind", "source", "channel", "language")
ROWS_A_STATEMENT: Final = 200
"""Keeps one statement below SQLite's limit of bound parameters."""

Key = tuple[Any, ...]
K = TypeVar("K", bound=Key)


class RatingCounts(NamedTuple):
    """One rating as sums: which scale, 1000 x value, and whether it is high or low."""

    scale: str
    value_milli: int
    high: int
    low: int


@dataclass(slots=True)
class Delta:
    """Differences to add to the two tables, by primary key."""

    mentions: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    items: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, feedback: Feedback, mentions: Sequence[Mention], sign: int = 1) -> None:
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


def _mention_sums(mention: Mention) -> dict[str, int]:
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
        "value_milli": rating.value_milli,
        "high": rating.high,
        "low": rating.low,
    }


def _accumulate(sums: Counter[str], addends: Mapping[str, int], sign: int) -> None:
    for name, amount in addends.items():
        sums[name] += sign * amount


def apply(session: Session, delta: Delta) -> None:
    """Add ``delta`` to the tables, inside the caller's transaction.

    Rows are touched in the order of their keys, so that two transactions never wait for each
    other in a circle.
    """
    _apply_table(session, ROLLUP, "mentions", delta.mentions)
    _apply_table(session, ROLLUP_ITEM, "items", delta.items)


def _apply_table(
    session: Session, table: Table, count: str, changes: Mapping[Key, Counter[str]]
) -> None:
    keys = [column.name for column in table.primary_key]
    counters = [column.name for column in table.columns if column.name not in keys]
    changed = sorted(key for key, sums in changes.items() if any(sums.values()))
    rows = [
        dict(zip(keys, key, strict=True)) | {name: changes[key][name] for name in counters}
        for key in changed
    ]
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        _add_rows(session, table, keys, counters, rows[start : start + ROWS_A_STATEMENT])
    shrunk = [key for key in changed if changes[key][count] < 0]
    _delete_empty(session, table, count, shrunk)


def _add_rows(
    session: Session,
    table: Table,
    keys: Sequence[str],
    counters: Sequence[str],
    rows: list[dict[str, Any]],
) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(keys),
            set_={name: table.c[name] + statement.excluded[name] for name in counters},
        )
    )


def _delete_empty(session: Session, table: Table, count: str, keys: Iterable[Key]) -> None:
    columns = list(table.primary_key)
    for key in keys:
        matches = [column == value for column, value in zip(columns, key, strict=True)]
        session.execute(delete(table).where(*matches, table.c[count] == 0))
