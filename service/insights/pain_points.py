"""Pain points and wins: what customers complain about, and what they praise."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from models.pain_point import PAIN, WIN
from service.insights.entries import (
    Entry,
    cell_entry,
    collect,
    completed,
    theme_entry,
)
from service.insights.filters import Selection, select_feedback
from service.insights.pain_schemas import OnePainPointOut, PainPointOut, PainPointsOut
from service.insights.params import FilterParams, PainPointParams, WinParams
from service.insights.portraits import portrait
from service.insights.queries.freshness import freshness
from service.insights.queries.sums import days_seen
from service.insights.queries.theme_sums import full_sums
from service.insights.ranking import COMPLETE, Order, Sieve
from service.insights.subject import WholeCell, subject_of
from service.insights.sums import total
from service.insights.totals import Totals, take
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
    (out,) = _portraits(session, totals, [entry])
    return OnePainPointOut(**fresh._asdict(), journey=selection.journey.key, **dict(out))


class DaysSeen(NamedTuple):
    """The first and the last day (UTC) with a mention of a pain point; None without any."""

    first: date | None
    last: date | None


def seen_at_any_time(
    session: Session, workspace_id: UUID, wanted: UUID, params: FilterParams
) -> DaysSeen:
    """The first and last day of one pain point or win, within all filters but the dates.

    Raises:
        NoSuchPainPoint: no theme, and no cell of the journey, has that id.
    """
    selection = select_feedback(session, workspace_id, params)
    selection = replace(selection, since=None, until=None)
    subject = subject_of(session, selection, wanted)
    if isinstance(subject, WholeCell):
        rows = days_seen(session, subject.within(selection), subject.sentiment)
        found = total(row.sums for row in rows)
    elif selection.has(subject.cell):
        sums = full_sums(session, selection, subject.sentiment, [subject.id])
        found = total(own.mentions for own in sums.values())
    else:
        found = total(())
    return DaysSeen(found.first, found.last)


def _portraits(session: Session, totals: Totals, entries: Sequence[Entry]) -> list[PainPointOut]:
    """The responses for ``entries``, in their order."""
    whole = completed(session, totals, entries)
    said = verbatims(session, totals, whole)
    return [portrait(totals, entry, said) for entry in whole]


def _listed(
    session: Session, workspace_id: UUID, params: PainPointParams | WinParams, sentiment: str
) -> PainPointsOut:
    selection = select_feedback(session, workspace_id, params)
    fresh = freshness(session, workspace_id)
    totals = take(session, selection, sentiment)
    order, sieve = Order(totals, params.sort), Sieve.of(params)
    entries = list(filter(sieve.lets_through, collect(session, totals, params.level)))
    if params.sort in COMPLETE:
        entries = completed(session, totals, entries)
    ranked = sorted(entries, key=order.place)
    if params.cursor:
        last = order.after(params.cursor)
        ranked = [entry for entry in ranked if order.place(entry) > last]
    page = ranked[: params.limit]
    return PainPointsOut(
        **fresh._asdict(),
        journey=selection.journey.key,
        items=_portraits(session, totals, page),
        next=order.cursor(page[-1]) if len(ranked) > len(page) else None,
    )


def _found(session: Session, selection: Selection, wanted: UUID) -> tuple[Totals, Entry]:
    subject = subject_of(session, selection, wanted)
    totals = take(session, selection, subject.sentiment)
    if isinstance(subject, WholeCell):
        return totals, cell_entry(session, totals, subject.cell)
    return totals, theme_entry(session, totals, subject)
