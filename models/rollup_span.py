"""The roll-ups added up over longer spans, so that a query over months or years reads few rows.

In all three tables, ``span`` is a ``day``, an ISO ``week``, a ``month`` or a ``year`` that begins
on ``start``, over all kinds, sources, channels and languages, which are "" in these rows; or a
month or a year by these dimensions, called ``slice`` and ``year_slice``. ``segment`` is "" for all
feedback, or for example ``persona=smb`` for the feedback with this value of a declared attribute;
segments have no slices. Rows of all feedback are sums of those of ``rollup``, ``rollup_item`` and
``rollup_pain`` and nothing else; see ``docs/decisions/0009-spans-and-views-of-rollups.md`` and
``0011-declared-attributes.md``.

Rows are changed far more often than added. PostgreSQL leaves room in each page, so that the new
version of a row fits next to the old one; SQLite stores rows in the order of their key.
"""

import datetime as dt
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

STORED: Final[dict[str, Any]] = {
    "sqlite_with_rowid": False,
    "postgresql_with": {"fillfactor": 70},
}


class RollupSpan(SQLModel, table=True):
    """Mention sums of one native cell over a span; counters as in ``rollup``."""

    __tablename__ = "rollup_span"
    __table_args__ = STORED

    workspace_id: UUID = Field(primary_key=True)
    span: str = Field(primary_key=True)
    segment: str = Field(primary_key=True)
    start: dt.date = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    touchpoint: str = Field(primary_key=True)
    mentions: int = 0
    negative: int = 0
    positive: int = 0
    score_milli: int = Field(default=0, sa_type=BigInteger)
    severity: int = 0
    anger: int = 0
    frustration: int = 0
    disappointment: int = 0
    confusion: int = 0
    worry: int = 0
    satisfaction: int = 0
    delight: int = 0
    gratitude: int = 0


class RollupItemSpan(SQLModel, table=True):
    """Item sums of one view of their sets of cells, and one rating scale, over a span.

    The ``view`` "*" ignores cells (``cells`` is "0"). The view "" has stages only: ``cells`` has a
    cell (stage, ``unassigned``) for each stage that an item touches. In each of these two, an item
    is in exactly one row. Any other ``view`` is a native touchpoint: ``cells`` has the cells of the
    touchpoint that an item touches, and items that touch none are in no row. Masks of items
    without a mention begin with ``~`` here, too. Counters as in ``rollup_item``. In the key, the
    view precedes the day, because "*" has the fewest rows and is read most.
    """

    __tablename__ = "rollup_item_span"
    __table_args__ = STORED

    workspace_id: UUID = Field(primary_key=True)
    span: str = Field(primary_key=True)
    segment: str = Field(primary_key=True)
    view: str = Field(primary_key=True)
    start: dt.date = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    cells: str = Field(primary_key=True)
    scale: str = Field(primary_key=True)
    items: int = 0
    value_milli: int = Field(default=0, sa_type=BigInteger)
    high: int = 0
    low: int = 0


class RollupPainSpan(SQLModel, table=True):
    """Sums of one pain point over a span; counters as in ``rollup_pain``."""

    __tablename__ = "rollup_pain_span"
    __table_args__ = (
        Index(
            "ix_rollup_pain_span_one", "workspace_id", "pain_point_id", "span", "segment", "start"
        ),
        STORED,
    )

    workspace_id: UUID = Field(primary_key=True)
    span: str = Field(primary_key=True)
    segment: str = Field(primary_key=True)
    start: dt.date = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    pain_point_id: UUID = Field(primary_key=True)
    scale: str = Field(primary_key=True)
    mentions: int = 0
    score_milli: int = Field(default=0, sa_type=BigInteger)
    severity: int = 0
    anger: int = 0
    frustration: int = 0
    disappointment: int = 0
    confusion: int = 0
    worry: int = 0
    satisfaction: int = 0
    delight: int = 0
    gratitude: int = 0
    items: int = 0
    value_milli: int = Field(default=0, sa_type=BigInteger)
    high: int = 0
    low: int = 0
