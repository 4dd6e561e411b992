"""Series over days, weeks or months; periods without feedback are there with zeros."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session

from nlp.labels import UNASSIGNED
from service.insights.cells import Cell
from service.insights.filters import Selection, select_feedback
from service.insights.map_schemas import PointOut, SeriesOut, TrendsOut
from service.insights.measures import measures
from service.insights.names import UNASSIGNED_NAME
from service.insights.params import TrendParams
from service.insights.periods import By, last_day, starts
from service.insights.queries.freshness import freshness
from service.insights.queries.sums import item_rows, mention_rows
from service.insights.sums import ItemRow, ItemSums, MentionSums, items_by, mentions_by

ALL = "all"


def draw_trends(session: Session, workspace_id: UUID, params: TrendParams) -> TrendsOut:
    """The series of a selection: of everything, or one for each stage or touchpoint.

    Raises:
        TooManyPoints: a series would have more than 1,000.
    """
    selection = select_feedback(session, workspace_id, params)
    fresh = freshness(session, workspace_id)
    group = params.group
    mentions = mention_rows(session, selection, params.by)
    items = item_rows(session, selection, params.by)
    periods = _periods(selection, params.by, [row.period for row in items if row.period])
    cells = selection.journey.cells

    def part(native: Cell) -> str:
        return ALL if group == "none" else str(getattr(cells[native], group))

    def parts(row: ItemRow) -> Iterable[tuple[date | None, str]]:
        if group == "none":
            return {(row.period, ALL)}
        return {(row.period, part(cell)) for cell in row.cells if selection.has(cell)}

    said = mentions_by(mentions, lambda row: (row.period, part(row.cell)))
    touching = items_by(items, parts)
    return TrendsOut(
        **fresh._asdict(),
        journey=selection.journey.key,
        by=params.by,
        group=group,
        series=[
            SeriesOut(key=key, name=name, points=_points(periods, key, said, touching))
            for key, name in _groups(selection, group)
        ],
    )


def _points(
    periods: Sequence[date],
    key: str,
    mentions: Mapping[Any, MentionSums],
    items: Mapping[Any, ItemSums],
) -> list[PointOut]:
    return [
        PointOut(
            start=start,
            **dict(
                measures(
                    mentions.get((start, key), MentionSums()), items.get((start, key), ItemSums())
                )
            ),
        )
        for start in periods
    ]


def _periods(selection: Selection, by: By, seen: Sequence[date]) -> list[date]:
    """From ``since`` to ``until``; an open end is where the feedback begins or ends."""
    ends = [
        *([selection.since.date()] if selection.since else seen),
        *([last_day(selection.until)] if selection.until else seen),
    ]
    return starts(min(ends), max(ends), by) if ends else []


def _groups(selection: Selection, group: str) -> list[tuple[str, str]]:
    """Keys and names of the series, those that the selection can have."""
    journey = selection.journey
    if group == "none":
        return [(ALL, "All")]
    entries = journey.stages if group == "stage" else journey.touchpoints
    wanted = {
        str(getattr(journey.cells[cell], group)) for cell in journey.cells if selection.has(cell)
    }
    named = [*((entry.key, entry.name) for entry in entries), (UNASSIGNED, UNASSIGNED_NAME)]
    return [(key, name) for key, name in named if key in wanted]
