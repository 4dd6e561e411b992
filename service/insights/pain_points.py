"""Pain points: the cells of the journey with negative mentions, the most painful first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from service import clock
from service.insights import names
from service.insights.cells import Cell
from service.insights.filters import Selection, select_feedback
from service.insights.measures import emotions, impacts, mean_score, pain, ratio
from service.insights.pain_schemas import (
    OnePainPointOut,
    PainPointOut,
    PainPointsOut,
    TrendOut,
    VerbatimOut,
)
from service.insights.params import FilterParams, PainPointParams
from service.insights.periods import period_before
from service.insights.queries import evidence
from service.insights.queries.freshness import freshness
from service.insights.queries.sums import item_rows, mention_rows
from service.insights.sums import (
    ItemSums,
    MentionSums,
    items_by,
    items_in,
    mentions_by,
)
from service.web.cursors import decode_cursor, encode_cursor

VERBATIMS: Final = 3


@dataclass(slots=True)
class Survey:
    """All sums that the pain points of one selection are made of, by journey cell.

    ``native`` has, of each journey cell, its native cells with their number of negative
    mentions; ``previous`` is None when there is no period before to compare with.
    """

    selection: Selection
    mentions: Mapping[Cell, MentionSums]
    all_mentions: int
    native: Mapping[Cell, Mapping[Cell, int]]
    items: Mapping[Cell, ItemSums]
    whole: ItemSums
    previous: Mapping[Cell, MentionSums] | None
    verbatims: dict[Cell, list[VerbatimOut]] = field(default_factory=dict)


def list_pain_points(
    session: Session, workspace_id: UUID, params: PainPointParams
) -> PainPointsOut:
    """A page of pain points."""
    selection = select_feedback(session, workspace_id, params)
    fresh = freshness(session, workspace_id)
    survey = take(session, selection)
    ranked = sorted(
        (-_pain(survey, cell), *cell) for cell, sums in survey.mentions.items() if sums.negative
    )
    if params.cursor:
        last = tuple(decode_cursor(params.cursor, (float, str, str)))
        ranked = [place for place in ranked if place > last]
    page = ranked[: params.limit]
    cells = [Cell(stage, touchpoint) for _, stage, touchpoint in page]
    survey.verbatims = _verbatims(session, survey, cells)
    return PainPointsOut(
        **fresh._asdict(),
        journey=selection.journey.key,
        items=[_out(survey, cell) for cell in cells],
        next=encode_cursor(page[-1]) if len(ranked) > len(page) else None,
    )


def one_pain_point(
    session: Session, workspace_id: UUID, wanted: UUID, params: FilterParams
) -> OnePainPointOut:
    """One pain point; with zeros if nothing in the filter touches it.

    Raises:
        NoSuchPainPoint: no cell of the journey has that id.
    """
    selection = select_feedback(session, workspace_id, params)
    cell = names.cell_with_id(selection.journey, workspace_id, wanted)
    fresh = freshness(session, workspace_id)
    survey = take(session, selection)
    survey.verbatims = _verbatims(session, survey, [cell])
    out = _out(survey, cell)
    return OnePainPointOut(**fresh._asdict(), journey=selection.journey.key, **dict(out))


def take(session: Session, selection: Selection) -> Survey:
    """Add up everything: two statements, three with a period to compare with."""
    cells = selection.journey.cells
    rows = mention_rows(session, selection)
    native: dict[Cell, dict[Cell, int]] = {}
    for row in rows:
        if row.sums.negative:
            native.setdefault(cells[row.cell], {})[row.cell] = row.sums.negative
    items = item_rows(session, selection.everywhere())
    return Survey(
        selection=selection,
        mentions=mentions_by(rows, lambda row: cells[row.cell]),
        all_mentions=sum(row.sums.mentions for row in rows),
        native=native,
        items=items_by(items, lambda row: (cells[cell] for cell in row.cells)),
        whole=items_in(items),
        previous=_previous(session, selection),
    )


def _previous(session: Session, selection: Selection) -> Mapping[Cell, MentionSums] | None:
    period = period_before(selection.since, selection.until, clock.now())
    if period is None:
        return None
    rows = mention_rows(session, selection.between(*period))
    return mentions_by(rows, lambda row: selection.journey.cells[row.cell])


def _pain(survey: Survey, cell: Cell) -> float:
    return pain(survey.mentions[cell], survey.items[cell].items)


def _out(survey: Survey, cell: Cell) -> PainPointOut:
    selection = survey.selection
    sums = survey.mentions.get(cell, MentionSums())
    items = survey.items.get(cell, ItemSums()) if sums.mentions else ItemSums()
    return PainPointOut(
        id=names.pain_point_id(selection.workspace_id, cell),
        stage=cell.stage,
        touchpoint=cell.touchpoint,
        title=names.title(selection.journey, cell),
        owner=names.owner(selection.journey, cell),
        mentions=sums.mentions,
        items=items.items,
        share=ratio(sums.mentions, survey.all_mentions),
        negative_share=ratio(sums.negative, sums.mentions),
        score=mean_score(sums),
        mean_severity=ratio(sums.severity, sums.mentions),
        pain=pain(sums, items.items),
        trend=_trend(survey, cell, sums),
        impact=impacts(survey.whole, items),
        emotions=emotions(sums),
        verbatims=survey.verbatims.get(cell, []),
        first_seen=sums.first,
        last_seen=sums.last,
    )


def _trend(survey: Survey, cell: Cell, sums: MentionSums) -> TrendOut | None:
    if survey.previous is None:
        return None
    before = survey.previous.get(cell, MentionSums())
    return TrendOut(
        previous_mentions=before.mentions,
        previous_negative_share=ratio(before.negative, before.mentions),
        change=ratio(sums.mentions - before.mentions, before.mentions),
    )


def _verbatims(
    session: Session, survey: Survey, cells: Iterable[Cell]
) -> dict[Cell, list[VerbatimOut]]:
    """The most typical negative mentions of each journey cell; two statements for all of them."""
    native = {cell: survey.native.get(cell, {}) for cell in cells}
    wanted = {part: count for parts in native.values() for part, count in parts.items()}
    places = evidence.typical_places(session, survey.selection, wanted)
    best = {
        cell: sorted((place for part in parts for place in places.get(part, ())), reverse=True)
        for cell, parts in native.items()
    }
    chosen = {cell: found[:VERBATIMS] for cell, found in best.items()}
    rows = evidence.with_text(
        session,
        survey.selection.workspace_id,
        [place for found in chosen.values() for place in found],
    )
    texts = {(row.feedback_id, row.ordinal): _verbatim(row) for row in rows}
    return {
        cell: [texts[key] for place in found if (key := place[2:]) in texts]
        for cell, found in chosen.items()
    }


def _verbatim(row: Row[Any]) -> VerbatimOut:
    return VerbatimOut.model_validate(row, from_attributes=True)
