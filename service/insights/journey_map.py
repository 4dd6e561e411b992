"""The journey map: stages x touchpoints, each with what the definition and the feedback say."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session

from nlp.labels import UNASSIGNED
from service import clock
from service.insights import journey_cells, leave_one_out
from service.insights.baseline import Baseline, baseline_of, elapsed_days, filters_of
from service.insights.comparison import compare, correct_p_values
from service.insights.filters import Selection, select_feedback
from service.insights.journey_cells import UNASSIGNED_NAME
from service.insights.map_parts import MAP_AXES, Axis, SideSums, make_axis, side_sums
from service.insights.map_schemas import (
    BlindSpotOut,
    ComparedOut,
    CoverageOut,
    JourneyMapOut,
)
from service.insights.map_themes import rank_themes
from service.insights.measures import Fields, measured, measured_kpi, ratio, scale_name
from service.insights.params import MapParams
from service.insights.queries.freshness import freshness, unread
from service.insights.queries.items import Items
from service.insights.queries.sums import mention_rows
from service.insights.samples import MIN_ANSWERS
from service.insights.sums import ItemSums, MentionRow, Part, total
from service.insights.totals import collected, has_feedback
from service.journey.definition import Entry, Kpi
from service.journey.mapping import JourneyMap
from service.journey.native import Cell

LOWER_IS_BETTER: Final = ("negative_share", "mean_severity")


def build_map(session: Session, workspace_id: UUID, params: MapParams) -> JourneyMapOut:
    """The map of a selection. Coverage is that of all stages, even if ``params`` name some of them.

    Raises:
        OverlappingSides, InvalidRequest: the comparison that ``params`` ask for is impossible.
    """
    at = clock.now()
    selection = select_feedback(session, workspace_id, params)
    baseline = baseline_of(session, selection, params, at)
    fresh = freshness(session, workspace_id)
    all_mentions = mention_rows(session, selection.everywhere())
    all_items = Items(session, selection.everywhere())
    mentions = [row for row in all_mentions if selection.has(row.cell)]
    items = all_items if selection.cells is None else Items(session, selection)
    now = side_sums(selection, mentions, items, _days(session, selection, baseline, at))
    before = baseline and _baseline_sums(session, baseline, at)
    whole = Part(total(row.sums for row in all_mentions), all_items.whole)
    kpi = leave_one_out.truth_scale(whole.items)
    themes = rank_themes(session, selection, baseline and baseline.before)
    axes = {name: make_axis(name, now, before, themes, whole, kpi) for name in MAP_AXES}
    journey = selection.journey
    overall = _overall(now, before)
    stages = _entries(journey.stages, axes["stage"])
    touchpoints = _entries(journey.touchpoints, axes["touchpoint"])
    cells = _cells(journey, axes["cell"])
    parts = [overall, *stages, *touchpoints, *cells]
    correct_p_values(change for part in parts for change in part["changes"].values())
    return JourneyMapOut.model_validate(
        {
            **fresh._asdict(),
            "journey": journey.key,
            "version": journey.version,
            "overall": overall,
            "coverage": _coverage(session, selection, all_mentions, all_items.whole),
            "compared_with": _compared(baseline, before, params),
            "truth_by": scale_name(kpi),
            "stages": stages,
            "touchpoints": touchpoints,
            "cells": cells,
            "blind_spots": list(_blind_spots(selection, axes["cell"])),
        }
    )


def _days(
    session: Session, selection: Selection, baseline: Baseline | None, at: datetime
) -> float | None:
    """The length of this side; None for two segments, whose volumes can't be compared, as their
    sizes are unknown."""
    if baseline and baseline.by == "segment":
        return None
    if baseline and baseline.by == "period":  # which may be the later one
        selection = collected(session, selection)
    return elapsed_days(selection, at)


def _baseline_sums(session: Session, baseline: Baseline, at: datetime) -> SideSums:
    selection = baseline.selection
    mentions, items = mention_rows(session, selection), Items(session, selection)
    known = items.whole.items or has_feedback(session, selection)
    days = elapsed_days(selection, at) if known and baseline.by != "segment" else None
    return side_sums(selection, mentions, items, days)


def _overall(now: SideSums, before: SideSums | None) -> Fields:
    (fields,) = measured([now.whole], [now.side.mentions])
    fields["changes"] = {}
    if before:
        (changes,) = compare([now.whole], [before.whole], now.side, before.side)
        fields["changes"] = {name: of for name, of in changes.items() if name != "share"}
    return fields


def _compared(
    baseline: Baseline | None, before: SideSums | None, params: MapParams
) -> ComparedOut | None:
    if baseline is None or before is None:
        return None
    return ComparedOut(
        by=baseline.by,
        since=baseline.selection.since,
        until=baseline.selection.until,
        filters=filters_of(baseline.selection, params),
        mentions=before.side.mentions,
        items=before.whole.items.items,
    )


def _entries(entries: Sequence[Entry], axis: Axis) -> list[Fields]:
    """The entries in their order, with or without feedback, and ``unassigned``."""
    known = [*(entry.key for entry in entries), UNASSIGNED]
    defined = [entry.model_dump() for entry in entries]
    targets = [entry.kpi for entry in entries]
    found = axis.fields(known)
    for fields, words, kpi in zip(
        found,
        [*defined, {"key": UNASSIGNED, "name": UNASSIGNED_NAME}],
        [*targets, None],
        strict=True,
    ):
        fields |= words | {"kpi": kpi and _target(kpi, fields)}
    return found


def _target(kpi: Kpi, fields: Fields) -> Fields:
    """The fields of ``KpiTargetOut``."""
    value, reached = measured_kpi(kpi.name, fields), None
    if value is not None:
        reached = value <= kpi.target if kpi.name in LOWER_IS_BETTER else value >= kpi.target
    return {"name": kpi.name, "target": kpi.target, "value": value, "reached": reached}


def _cells(journey: JourneyMap, axis: Axis) -> list[Fields]:
    cells = sorted(key for key in axis.keys if isinstance(key, Cell))
    found = axis.fields(cells)
    for fields, cell in zip(found, cells, strict=True):
        kpis = {
            entry.kpi.name: entry.kpi
            for entry in journey_cells.definitions_of(journey, cell)
            if entry.kpi
        }
        fields |= cell._asdict() | {
            "department": journey_cells.department(journey, cell),
            "owner": journey_cells.owner(journey, cell),
            "kpis_to_reach": [_target(kpi, fields) for kpi in kpis.values()],
        }
    return found


def _blind_spots(selection: Selection, axis: Axis) -> Iterable[BlindSpotOut]:
    """The selection's cells with too few items, in the definition's order."""
    journey = selection.journey
    wanted = {cell for native, cell in journey.cells.items() if selection.has(native)}
    for stage in journey.stages:
        for touchpoint in journey.touchpoints:
            cell = Cell(stage.key, touchpoint.key)
            mentions, items = axis.part(cell)
            missing = MIN_ANSWERS - items.with_mentions
            if cell in wanted and missing > 0:
                yield BlindSpotOut(
                    **cell._asdict(),
                    mentions=mentions.mentions,
                    items=items.with_mentions,
                    missing=missing,
                )


def _coverage(
    session: Session,
    selection: Selection,
    mentions: Sequence[MentionRow],
    items: ItemSums,
) -> CoverageOut:
    stage_of = selection.journey.stage_of
    unassigned = total(row.sums for row in mentions if stage_of(row.cell) == UNASSIGNED)
    waiting = unread(session, selection)
    return CoverageOut(
        analysed=items.items,
        pending=waiting.pending,
        failed=waiting.failed,
        unassigned_share=ratio(unassigned.mentions, total(row.sums for row in mentions).mentions),
    )
