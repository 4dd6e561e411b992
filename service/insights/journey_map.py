"""The journey map: stages x touchpoints, each with what the definition and the feedback say."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session

from nlp.labels import UNASSIGNED
from service.insights.cells import Cell
from service.insights.filters import Selection, select_feedback
from service.insights.map_schemas import (
    AxisOut,
    CellOut,
    CoverageOut,
    JourneyMapOut,
    KpiTargetOut,
    StageOut,
    TouchpointOut,
)
from service.insights.measures import emotions, measured_kpi, measures, ratio
from service.insights.names import UNASSIGNED_NAME
from service.insights.params import FilterParams
from service.insights.queries.freshness import freshness, unread
from service.insights.queries.sums import item_rows, mention_rows
from service.insights.sums import (
    ItemRow,
    ItemSums,
    MentionRow,
    MentionSums,
    items_by,
    items_in,
    mentions_by,
    total,
)
from service.journey.definition import Entry

Axis = TypeVar("Axis", bound=AxisOut)
Part = Callable[[Cell], Any]


def draw_map(session: Session, workspace_id: UUID, params: FilterParams) -> JourneyMapOut:
    """The map of a selection. Coverage is told of all stages, whichever were asked for."""
    selection = select_feedback(session, workspace_id, params)
    journey = selection.journey
    fresh = freshness(session, workspace_id)
    all_mentions = mention_rows(session, selection.everywhere())
    all_items = item_rows(session, selection.everywhere())
    mentions = [row for row in all_mentions if selection.has(row.cell)]
    items = [row for row in all_items if selection.touched_by(row.cells)]
    by_stage = _by(selection, mentions, items, lambda cell: cell.stage)
    by_touchpoint = _by(selection, mentions, items, lambda cell: cell.touchpoint)
    return JourneyMapOut(
        **fresh._asdict(),
        journey=journey.key,
        version=journey.version,
        overall=measures(total(row.sums for row in mentions), items_in(items)),
        coverage=_coverage(session, selection, all_mentions, all_items),
        stages=_axis(StageOut, journey.stages, by_stage),
        touchpoints=_axis(TouchpointOut, journey.touchpoints, by_touchpoint),
        cells=_cells(_by(selection, mentions, items, lambda cell: cell)),
    )


Sums = Mapping[Any, tuple[MentionSums, ItemSums]]


def _by(
    selection: Selection, mentions: Sequence[MentionRow], items: Sequence[ItemRow], part: Part
) -> Sums:
    """Mentions and distinct items by a part of the journey's cells."""
    cells = selection.journey.cells
    said = mentions_by(mentions, lambda row: part(cells[row.cell]))
    touching = items_by(
        items, lambda row: (part(cells[cell]) for cell in row.cells if selection.has(cell))
    )
    return {key: (sums, touching.get(key, ItemSums())) for key, sums in said.items()}


def _axis(shape: type[Axis], entries: Sequence[Entry], sums: Sums) -> list[Axis]:
    """The entries in their order, with or without feedback, and ``unassigned``."""
    return [
        *(_entry(shape, entry.model_dump(), sums) for entry in entries),
        _entry(shape, {"key": UNASSIGNED, "name": UNASSIGNED_NAME}, sums),
    ]


def _entry(shape: type[Axis], said: Mapping[str, Any], sums: Sums) -> Axis:
    mentions, items = sums.get(said["key"], (MentionSums(), ItemSums()))
    measured = measures(mentions, items)
    kpi = said.get("kpi")
    target = kpi and KpiTargetOut(**kpi, value=measured_kpi(kpi["name"], measured))
    return shape(**{**said, "kpi": target}, **dict(measured), emotions=emotions(mentions))


def _cells(sums: Sums) -> list[CellOut]:
    return [
        CellOut(**cell._asdict(), **dict(measures(mentions, items)), emotions=emotions(mentions))
        for cell, (mentions, items) in sorted(sums.items(), key=lambda pair: pair[0])
    ]


def _coverage(
    session: Session,
    selection: Selection,
    mentions: Sequence[MentionRow],
    items: Sequence[ItemRow],
) -> CoverageOut:
    stage_of = selection.journey.stage_of
    unassigned = total(row.sums for row in mentions if stage_of(row.cell) == UNASSIGNED)
    waiting = unread(session, selection)
    return CoverageOut(
        analysed=items_in(items).items,
        pending=waiting.pending,
        failed=waiting.failed,
        unassigned_share=ratio(unassigned.mentions, total(row.sums for row in mentions).mentions),
    )
