"""Changes: whether they helped, and their marks in charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID

from models.change import Change
from models.pain_point import WIN
from service import clock
from service.changes.impact import measure_impact
from service.changes.queries import find_changes
from service.changes.schemas import (
    ChangeImpactOut,
    ChangeListParams,
    ChangeOut,
    ImpactParams,
    Scope,
)
from service.changes.scopes import journey_part, scope_in_current_journey
from service.changes.service import change_out, get_change, list_page
from service.dashboard import charts
from service.dashboard.figures import Measure, measures
from service.dashboard.request_view import Values, View
from service.errors import Problem
from service.insights.pain_schemas import OnePainPointOut
from service.insights.params import ATTRIBUTE, TrendParams, plain
from service.insights.queries.themes import find_theme
from service.insights.trends import build_trends
from service.pictures.formatting import dimension, words

CHANGES_A_PAGE: Final = 10
MARKED: Final = 50
"""How many of the latest changes charts look at; they mark those in their period."""
LENGTHS: Final = (14, 28, 56, 91)
"""The choices for the days before and after."""


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """A change with its scope and its impact, or the reason why that can't be measured.

    ``now`` is the scope in terms of the current journey; None if that has no such part.
    """

    change: ChangeOut
    is_to_come: bool
    scope: Sequence[tuple[str, str]]
    now: Scope | None
    link: str | None
    impact: ChangeImpactOut | None
    measures: Sequence[Measure]
    refused: str | None


@dataclass(frozen=True, slots=True)
class ChangeMarker:
    """A change as a mark in a chart."""

    id: UUID
    title: str
    day: date


def list_changes(view: View) -> Values:
    """The changes, the latest first, each with its verdict."""
    params = ChangeListParams(limit=CHANGES_A_PAGE, cursor=view.address.params.cursor)
    changes, next_ = list_page(view.session, view.workspace_id, params)
    return {
        "address": view.address,
        "days": view.address.params.days,
        "is_empty": view.is_empty,
        "changes": [_summary(view, change) for change in changes],
        "next": next_,
    }


def one_change(view: View, wanted: UUID) -> Values:
    """One change with all its measures and a chart of the time around it."""
    summary = _summary(view, get_change(view.session, view.workspace_id, wanted))
    return _trend_chart(view, summary) | {
        "address": view.address,
        "summary": summary,
        "lengths": LENGTHS,
        "days": view.address.params.days,
    }


def change_markers(view: View, point: OnePainPointOut | None = None) -> list[ChangeMarker]:
    """The latest changes; with ``point``, only those whose scope includes it."""
    found = find_changes(view.session, view.workspace_id, None, MARKED)
    return [
        ChangeMarker(change.id, change.title, change.happened_at.date())
        for change in found
        if point is None or _concerns(view, change, point)
    ]


def _concerns(view: View, change: Change, point: OnePainPointOut) -> bool:
    if not change.scope.keys() & {"stage", "touchpoint", "pain_point"}:
        return True
    try:
        cells, theme = journey_part(view.session, change)
    except Problem:
        return False
    if theme:
        return theme.id in (point.id, point.parent)
    return cells is None or not cells.isdisjoint(
        view.journey.cells_within({point.stage}, {point.touchpoint})
    )


def _summary(view: View, change: Change) -> ChangeSummary:
    impact, now, refused = None, None, None
    try:
        params = ImpactParams(days=view.address.params.days)
        impact = measure_impact(view.session, change, params)
        now = scope_in_current_journey(view.session, change)
    except Problem as problem:
        refused = problem.invalid_params[0].reason if problem.invalid_params else problem.detail
    return ChangeSummary(
        change_out(change),
        change.happened_at > clock.now(),
        _scope_in_words(view, now or Scope.model_validate(change.scope)),
        now,
        _where(view, now, impact) if now else None,
        impact,
        measures(impact) if impact else [],
        refused,
    )


def _filters_of(scope: Scope) -> dict[str, list[str]]:
    """A scope as query parameters."""
    values = scope.model_dump(exclude={"pain_point", "attributes"}, exclude_none=True)
    return values | {ATTRIBUTE + n: found for n, found in (scope.attributes or {}).items()}


def _scope_in_words(view: View, scope: Scope) -> list[tuple[str, str]]:
    """The scope of a change: names of dimensions and their values."""
    names = view.names()
    found = [
        (dimension(name), ", ".join(_named(names.get(name, {}), each) for each in values))
        for name, values in _filters_of(scope).items()
    ]
    if scope.pain_point:
        theme = find_theme(view.session, view.workspace_id, scope.pain_point)
        kind = "win" if theme and theme.sentiment == WIN else "pain point"
        found.append((kind, theme.title if theme else "a whole touchpoint"))
    return found


def _named(names: Mapping[str, str], value: str) -> str:
    return names.get(value) or words(plain(value))


def _where(view: View, scope: Scope, impact: ChangeImpactOut | None) -> str:
    """The address of the feedback in a change's scope, from the change on."""
    days = {"from": impact.after.since.isoformat()} if impact and impact.days_over else {}
    if scope.pain_point:
        return view.address.link_to(f"/pain-points/{scope.pain_point}", **days)
    filters = {name: ",".join(values) for name, values in _filters_of(scope).items()}
    return view.address.link_to("/search", **filters, **days)


def _trend_chart(view: View, summary: ChangeSummary) -> Values:
    """The mentions in the scope, before and after; ``chart`` is None if there are none to draw."""
    impact, scope = summary.impact, summary.now
    if impact is None or scope is None or not impact.days_over:
        return {"chart": None}
    by = charts.period_length(2 * impact.days_over)
    params = TrendParams.model_validate(
        _filters_of(scope)
        | {
            "pain_point": scope.pain_point,
            "since": impact.before.since.isoformat(),
            "until": impact.after.until.isoformat(),
            "by": by,
        }
    )
    points = build_trends(view.session, view.workspace_id, params).series[0].points
    since, until = (
        datetime.combine(day, time(), UTC) for day in (impact.before.since, impact.after.until)
    )
    spans = charts.spans(points, by, since, min(until, clock.now()))
    change = summary.change
    mark = ChangeMarker(change.id, change.title, change.happened_at.date())
    return {"by": by, "spans": spans, **charts.draw_both(spans, [mark])}
