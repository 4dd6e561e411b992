"""Sums kept in the transaction that changes what they sum, so that reads need not count.

All three tables share their dimensions: the UTC day of ``occurred_at``, kind, source, channel and
language. ``rollup`` adds up mentions by native cell (stage, touchpoint). ``rollup_item`` adds up
items by the *set* of cells that they touch, because an item that touches two cells of a union
must count once in it; see ``docs/decisions/0003-rollups-by-cell-set.md``. ``rollup_pain`` adds up
the mentions of one pain point or win, and their items.
"""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class Rollup(SQLModel, table=True):
    """Mention sums of one native cell. ``score_milli`` is the sum of 1000 x score, exact."""

    workspace_id: UUID = Field(primary_key=True)
    day: dt.date = Field(primary_key=True)
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


class RollupItem(SQLModel, table=True):
    """Item sums of one set of cells and one rating scale.

    ``cells`` is bit masks in hex (``service.rollups.cells``), with ``~`` in front for items without
    a mention, or "0" if their sender stated no place for them; ``scale`` is e.g. "nps:0-10", "" for
    items without a rating. ``value_milli`` sums 1000 x rating; ``high`` counts promoters (NPS) or
    satisfied (others), ``low`` detractors or dissatisfied.
    ``negative``, ``positive`` and ``mixed`` count items by their overall sentiment.
    """

    __tablename__ = "rollup_item"

    workspace_id: UUID = Field(primary_key=True)
    day: dt.date = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    cells: str = Field(primary_key=True)
    scale: str = Field(primary_key=True)
    items: int = 0
    negative: int = 0
    positive: int = 0
    mixed: int = 0
    value_milli: int = Field(default=0, sa_type=BigInteger)
    high: int = 0
    low: int = 0


class RollupPain(SQLModel, table=True):
    """Sums of one pain point by day, dimensions and the rating scale of the items.

    ``mentions``, ``score_milli``, ``severity`` and the emotions sum mentions; ``items``,
    ``value_milli``, ``high`` and ``low`` sum the distinct items that have one of them.
    ``scale`` is as in ``rollup_item``.
    """

    __tablename__ = "rollup_pain"

    workspace_id: UUID = Field(primary_key=True)
    pain_point_id: UUID = Field(primary_key=True)
    day: dt.date = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
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
