"""Pain points and wins: what customers complain about, and what they praise."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from uuid import UUID

from sqlmodel import Session

from models.pain_point import PAIN, WIN
from service.insights.entries import (
    Entry,
    cell_entry,
    collect,
    theme_entry,
    with_details,
)
from service.insights.filters import Selection, select_feedback
from service.insights.pain_point_response import pain_point_out
from service.insights.pain_schemas import OnePainPointOut, PainPointOut, PainPointsOut
from service.insights.params import FilterParams, PainPointParams, WinParams
from service.insights.queries.freshness import freshness
from service.insights.queries.sums import days_of_cells
from service.insights.queries.theme_sums import sums_by_theme
from service.insights.ranking import NEED_DETAILS, ListFilter, Order
from service.insights.subject import WholeCell, subject_of
from service.insights.sums import Days
from service.insights.totals import Totals, totals_of
from service.insights.verbatims import verbatims


def list_pain_points(
    session: Session, workspace_id: UUID, params: PainPointParams
) -> PainPointsOut:
    """A page of pain points."""
    return _listed(session, workspace_id, params, PAIN)


def list_wins(session: Session, workspace_id: UUID, params: WinParams) -> PainPointsOut:
    """A page of wins."""
    return _listed(session, workspace_id, params, WIN)


def one_pain_point(
    session: Session, workspace_id: UUID, wanted: UUID, params: FilterParams
) -> OnePainPointOut:
    """One pain point or win; with zeros if it has no mentions within the filters.

    Raises:
        NoSuchPainPoint: no theme, and no cell of the journey, has that id.
    """
    selection = select_feedback(session, workspace_id, params)
    totals, entry = _found(session, selection, wanted)
    fresh = freshness(session, workspace_id)
    (out,) = _responses(session, totals, with_details(session, totals, [entry]))
    return OnePainPointOut(**fresh._asdict(), journey=selection.journey.key, **dict(out))


def days_at_any_time(
    session: Session, workspace_id: UUID, wanted: UUID, params: FilterParams
) -> Days | None:
    """The first and the last day of one pain point or win, within all filters but the dates; None
    if it has no mention.

    Raises:
        NoSuchPainPoint: no theme, and no cell of the journey, has that id.
    """
    selection = select_feedback(session, workspace_id, params)
    selection = replace(selection, since=None, until=None)
    subject = subject_of(session, selection, wanted)
    if isinstance(subject, WholeCell):
        own = subject.within(selection)
        found = days_of_cells(session, own, subject.sentiment).values()
        return reduce(Days.joined, found) if found else None
    if not selection.has(subject.cell):
        return None
    sums = sums_by_theme(session, selection, subject.sentiment, [subject.id])
    return sums[subject.id].days if subject.id in sums else None


def _responses(session: Session, totals: Totals, entries: Sequence[Entry]) -> list[PainPointOut]:
    """The responses for ``entries`` with their details, in their order."""
    quotes = verbatims(session, totals, entries)
    return [pain_point_out(totals, entry, quotes) for entry in entries]


def _listed(
    session: Session, workspace_id: UUID, params: PainPointParams | WinParams, sentiment: str
) -> PainPointsOut:
    selection = select_feedback(session, workspace_id, params)
    fresh = freshness(session, workspace_id)
    totals = totals_of(session, selection, sentiment)
    order, filters = Order(totals, params.sort), ListFilter.of(params)
    entries = list(filter(filters.matches, collect(session, totals, params.level)))
    if params.sort in NEED_DETAILS:
        entries = with_details(session, totals, entries)
    ranked = sorted(entries, key=order.sort_key)
    if params.cursor:
        last = order.after(params.cursor)
        ranked = [entry for entry in ranked if order.sort_key(entry) > last]
    page = ranked[: params.limit]
    shown = page if params.sort in NEED_DETAILS else with_details(session, totals, page)
    return PainPointsOut(
        **fresh._asdict(),
        journey=selection.journey.key,
        items=_responses(session, totals, shown),
        next=order.cursor(page[-1]) if len(ranked) > len(page) else None,
    )


def _found(session: Session, selection: Selection, wanted: UUID) -> tuple[Totals, Entry]:
    subject = subject_of(session, selection, wanted)
    totals = totals_of(session, selection, subject.sentiment)
    if isinstance(subject, WholeCell):
        return totals, cell_entry(session, totals, subject.cell)
    return totals, theme_entry(session, totals, subject)
