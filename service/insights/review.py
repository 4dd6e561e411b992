"""GET /v1/review: the least certain readings, where they matter most.

A mention's doubt is 1 minus the lowest confidence of its sentiment, stage and touchpoint; labels
that the sender stated are certain. Its priority is doubt x log2(1 + mentions in the same cell of
the journey): a doubt in a large cell comes before a slightly greater one in a small cell. A mention
leaves the queue as soon as a person has corrected or confirmed one of the three labels.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import nlargest
from math import log2
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from models.mention import EXPLICIT, HUMAN
from service.insights.evidence import evidence_fields
from service.insights.filters import Selection, select_feedback
from service.insights.queries.freshness import freshness
from service.insights.queries.mentions import DECISIVE, mentions_at
from service.insights.queries.review import latest_readings
from service.insights.queries.sums import mention_rows
from service.insights.search_params import ReviewParams
from service.insights.search_schemas import ConfirmOut, ReviewItemOut, ReviewQueueOut
from service.journey.native import Cell

CONSIDERED: Final = 10_000
"""How many of the latest mentions within the filters are examined."""
SURE: Final = 0.8
"""From this confidence on, a label needs no review."""


class Doubt(NamedTuple):
    """A doubtful mention; the greatest ``priority`` is reviewed first."""

    priority: float
    key: tuple[UUID, int]
    field: str
    doubt: float
    cell_mentions: int


def list_review(session: Session, workspace_id: UUID, params: ReviewParams) -> ReviewQueueOut:
    """The mentions that are most worth a review."""
    selection = select_feedback(session, workspace_id, params)
    fresh = freshness(session, workspace_id)
    cells = _cell_sizes(session, Selection(workspace_id, selection.journey, selection.cells))
    readings = latest_readings(session, selection, CONSIDERED)
    doubts = list(_doubts(selection, readings, cells))
    first = nlargest(params.limit, doubts)
    rows = mentions_at(session, workspace_id, [doubt.key for doubt in first])
    return ReviewQueueOut(
        **fresh._asdict(),
        journey=selection.journey.key,
        items=[_item(selection, rows[doubt.key], doubt) for doubt in first if doubt.key in rows],
        waiting=len(doubts),
        considered=len(readings),
    )


def _cell_sizes(session: Session, selection: Selection) -> Counter[Cell]:
    sizes: Counter[Cell] = Counter()
    for row in mention_rows(session, selection):
        sizes[selection.journey.cell_of(row.cell)] += row.sums.mentions
    return sizes


def _doubts(
    selection: Selection, readings: Iterable[Row[Any]], sizes: Mapping[Cell, int]
) -> Iterable[Doubt]:
    for row in readings:
        sure = _confidence(row)
        if not sure:
            continue
        field = min(sure, key=lambda name: sure[name])
        doubt = 1 - sure[field]
        if sure[field] < SURE:
            size = sizes[selection.journey.cell_of((row.stage, row.touchpoint))]
            priority = doubt * log2(1 + size)
            yield Doubt(priority, (row.feedback_id, row.ordinal), field, doubt, size)


def _confidence(row: Row[Any]) -> dict[str, float]:
    """The confidence of the labels that can be doubted; empty once a person has set one of them."""
    replaced = row.replaced or {}
    by = {
        "sentiment": replaced.get("sentiment", {}).get("by"),
        "stage": row.stage_provenance,
        "touchpoint": row.touchpoint_provenance,
    }
    if HUMAN in by.values():
        return {}
    return {name: row.confidence[name] for name in DECISIVE if by[name] != EXPLICIT}


def _item(selection: Selection, row: Row[Any], doubt: Doubt) -> ReviewItemOut:
    fields = evidence_fields(selection, row)
    return ReviewItemOut(
        **fields,
        least_sure=doubt.field,
        doubt=round(doubt.doubt, 3),
        cell_mentions=doubt.cell_mentions,
        priority=round(doubt.priority, 3),
        confirm=ConfirmOut(text=row.text, **{name: fields[name] for name in DECISIVE}),
    )
