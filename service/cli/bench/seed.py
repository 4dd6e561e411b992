"""``voc bench seed``: fill a workspace with generated feedback, as if it had been analysed.

Feedback, mentions, themes, vectors and all roll-ups are written as the service would write them:
``voc verify`` finds no difference. One attribute is declared, the other is not. The feedback spans
two years and is the same every time, except for the ids.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from operator import itemgetter
from typing import Any, Final, cast
from uuid import UUID
from zlib import crc32

import numpy as np
from sqlalchemy import Table, select, text

import migrations
from models.attribute import READY, DeclaredAttribute
from models.feedback import DONE, Feedback
from models.pain_point import OPEN
from models.tables import FEEDBACK, MENTION, MENTION_VECTOR, ROLLUP, ROLLUP_ITEM, ROLLUP_PAIN, THEME
from nlp.vectors import packed
from service.cli.bench.bulk_copy import BulkCopy, Row
from service.cli.bench.phrases import PHRASES
from service.cli.bench.population import MENTIONS, items_by_day
from service.cli.bench.sampling import FeedbackSampler, SampledItem, SampledMention
from service.db import Database
from service.keys.queries import ensure_workspace
from service.rollups.apply import Delta
from service.rollups.counters import Changes
from service.rollups.segments import Declared
from service.verify.span_sums import SpanSums

DAYS: Final = 730
DECLARED: Final = "persona"
VERSION: Final = "bench:1"
WIDTH: Final = 384
SEED: Final = 20_261_126
MENTIONS_AN_ITEM: Final = sum(size * share for size, share in MENTIONS.items())
PORTION: Final = 10_000
"""How many mentions are collected before they are written, in one transaction."""

ORDER: Final = (THEME, FEEDBACK, MENTION, MENTION_VECTOR)
"""Referenced tables come before those that refer to them."""

CONFIDENCES: Final = json.dumps(
    {
        "sentiment": 0.91,
        "stage": 0.83,
        "touchpoint": 0.87,
        "emotion": 0.62,
        "intent": 0.71,
        "severity": 0.66,
    }
)
CANDIDATES: Final = json.dumps(
    {"stage": [{"key": "usage", "p": 0.09}], "touchpoint": [{"key": "product", "p": 0.07}]}
)


class HasFeedback(ValueError):
    """The workspace already has feedback."""


@dataclass(slots=True)
class Seeded:
    """How much was written; ``rows`` are rows of roll-ups."""

    items: int = 0
    mentions: int = 0
    rows: int = 0


def seed(url: str, workspace: str, mentions: int, vectors: float, until: date) -> Seeded:
    """Fill a new workspace with about this many mentions in the two years before ``until``.

    ``vectors`` is the share of items whose mentions have vectors, 0 to 1.

    Raises:
        HasFeedback: the workspace already has feedback.
    """
    migrations.upgrade(url)
    database = Database(url)
    try:
        with database.write() as session:
            workspace_id = ensure_workspace(session, workspace).id
            owned = select(FEEDBACK.c.id).where(FEEDBACK.c.workspace_id == workspace_id).limit(1)
            if session.execute(owned).first():
                raise HasFeedback(f"the workspace {workspace!r} already has feedback; use another")
            session.merge(DeclaredAttribute(workspace_id=workspace_id, name=DECLARED, state=READY))
        seeding = _Seeding(workspace_id, BulkCopy(database), vectors)
        done = seeding.run(mentions, until)
        if not database.is_sqlite:  # as its autovacuum would, but only later
            alone = database.engine.execution_options(isolation_level="AUTOCOMMIT")
            with alone.connect() as connection:
                connection.execute(text("VACUUM (ANALYZE)"))
        return done
    finally:
        database.dispose()


class _Seeding:
    """Generates rows and keeps them, by table, until they are written."""

    def __init__(self, workspace_id: UUID, bulk: BulkCopy, vectors: float) -> None:
        rng = np.random.default_rng(SEED)
        self.sampler = FeedbackSampler(workspace_id, rng)
        self.bulk = bulk
        self.rng = rng
        self.vectors = vectors
        self.themes = {
            theme.id: number
            for number, theme in enumerate(chain.from_iterable(self.sampler.themes.values()))
        }
        self.packed = [packed(vector) for vector in rng.normal(size=(256, WIDTH))]
        self.declared = {workspace_id: [Declared(DECLARED, None, ready=True)]}
        self.spans = SpanSums()
        self.done = Seeded()
        self.rows: dict[Table, list[Row]] = defaultdict(list)

    def run(self, mentions: int, until: date) -> Seeded:
        first = until - timedelta(days=DAYS)
        self._add_themes(datetime.combine(first, time(), UTC))
        counts = items_by_day(first, DAYS, round(mentions / MENTIONS_AN_ITEM))
        for number, count in enumerate(counts):
            self._add_day(first + timedelta(days=number), count)
            if len(self.rows[MENTION]) >= PORTION:
                self._write()
        self._add_ended(None)
        self._write()
        self.bulk.finish()
        return self.done

    def _add_day(self, day: date, count: int) -> None:
        sums = Delta()
        with_vectors = self.rng.random(count) < self.vectors
        for (item, mentions), has_vectors in zip(
            self.sampler.day(day, count), with_vectors, strict=True
        ):
            sums.add(cast(Feedback, item), mentions)
            self.rows[FEEDBACK].append(feedback_row(item, mentions))
            self._add_mentions(item, mentions, bool(has_vectors))
            self.done.mentions += len(mentions)
        self.done.items += count
        for table, changes in (
            (ROLLUP, sums.mentions),
            (ROLLUP_ITEM, sums.items),
            (ROLLUP_PAIN, sums.pains),
        ):
            self._add_sums(table, changes)
        self.spans.add(sums.by_segment(self.declared))
        self._add_ended(day)

    def _add_mentions(
        self, item: SampledItem, mentions: Sequence[SampledMention], has_vectors: bool
    ) -> None:
        for ordinal, said in enumerate(mentions):
            self.rows[MENTION].append(mention_row(item, ordinal, said))
            if has_vectors:
                vector = self._vector(said)
                self.rows[MENTION_VECTOR].append(
                    (item.workspace_id, item.id, ordinal, VERSION, vector)
                )

    def _vector(self, said: SampledMention) -> bytes:
        """The vector of all mentions of the same theme, or of the same stage if they have none."""
        if said.pain_point_id is None:
            return self.packed[crc32(said.stage.encode()) % len(self.packed)]
        return self.packed[self.themes[said.pain_point_id] % len(self.packed)]

    def _add_themes(self, at: datetime) -> None:
        for themes in self.sampler.themes.values():
            for theme in themes:
                cell = self.sampler.population.cells[theme.cell]
                pool = PHRASES[theme.sentiment]["en"]
                title = f"{cell.touchpoint} {theme.rank + 1}: {pool[theme.rank % len(pool)]}"
                centroid = self.rng.normal(size=WIDTH).astype(np.float32)
                values = {
                    "workspace_id": self.sampler.workspace_id,
                    "id": theme.id,
                    "stage": cell.stage,
                    "touchpoint": cell.touchpoint,
                    "sentiment": theme.sentiment,
                    "title": title,
                    "keywords": json.dumps([cell.touchpoint.replace("_", " ")]),
                    "status": OPEN,
                    "shaped": False,
                    "centroid": (centroid / np.linalg.norm(centroid)).tobytes(),
                    "model_version": VERSION,
                    "created_at": at,
                    "updated_at": at,
                }
                self.rows[THEME].append(_row(THEME, values))

    def _add_ended(self, before: date | None) -> None:
        for place, sums in self.spans.ended(before):
            self._add_sums(place.table, sums)

    def _add_sums(self, table: Table, changes: Changes) -> None:
        counters = [column.name for column in table.columns if not column.primary_key]
        self.rows[table] += [
            (*key, *[sums.get(name, 0) for name in counters]) for key, sums in changes.items()
        ]
        self.done.rows += len(changes)

    def _write(self) -> None:
        tables: Iterable[Table] = dict.fromkeys((*ORDER, *self.rows))
        self.bulk.add([(table, self.rows[table]) for table in tables if self.rows[table]])
        self.rows = defaultdict(list)


def feedback_row(item: SampledItem, mentions: Sequence[SampledMention]) -> Row:
    """The row of an analysed item; its primary labels are those of its first mention."""
    first = mentions[0]
    return _row(
        FEEDBACK,
        {
            **{name: getattr(item, name) for name in SampledItem.__slots__ if name in FEEDBACK.c},
            "attributes": json.dumps(item.attributes),
            "received_at": item.occurred_at,
            "due_at": item.occurred_at,
            "analysed_at": item.occurred_at,
            "revision": 1,
            "state": DONE,
            "attempts": 0,
            "analysis_version": VERSION,
            "stage": first.stage,
            "touchpoint": first.touchpoint,
            "emotion": first.emotion,
            "intent": "statement",
            "severity": max(mention.severity for mention in mentions),
            "confidence": CONFIDENCES,
            "candidates": CANDIDATES,
        },
    )


def mention_row(item: SampledItem, ordinal: int, said: SampledMention) -> Row:
    """The row of a mention."""
    return _row(
        MENTION,
        {
            **said._asdict(),
            "workspace_id": item.workspace_id,
            "feedback_id": item.id,
            "ordinal": ordinal,
            "intent": "complaint" if said.severity else "statement",
            "confidence": CONFIDENCES,
            "candidates": CANDIDATES,
            "stage_provenance": "model",
            "touchpoint_provenance": "model",
            "model_version": VERSION,
        },
    )


_NOTHING: Final = {
    table: dict.fromkeys(column.name for column in table.columns)
    for table in (FEEDBACK, MENTION, THEME)
}
_IN_ORDER: Final = {
    table: itemgetter(*(column.name for column in table.columns)) for table in _NOTHING
}


def _row(table: Table, values: Mapping[str, Any]) -> Row:
    row: Row = _IN_ORDER[table]({**_NOTHING[table], **values})
    return row
