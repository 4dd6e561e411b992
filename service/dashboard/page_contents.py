"""The contents of each page: results of the API's own functions, and values for templates."""

from collections.abc import Callable
from typing import Final, TypeVar
from uuid import UUID

from sqlmodel import Session

from models.pain_point import PAIN, WIN
from service.dashboard import charts
from service.dashboard.changes import change_markers
from service.dashboard.charts import Span
from service.dashboard.figures import comparison_table
from service.dashboard.quotes import parts_of, quotes
from service.dashboard.request_view import Values, View
from service.errors import InvalidRequest
from service.insights.drivers import list_drivers
from service.insights.errors import OverlappingSides
from service.insights.evidence import list_evidence
from service.insights.feedback import one_feedback
from service.insights.journey_map import build_map
from service.insights.map_schemas import JourneyMapOut
from service.insights.pain_points import (
    days_at_any_time,
    list_pain_points,
    list_wins,
    one_pain_point,
)
from service.insights.pain_schemas import OnePainPointOut, PainPointOut, PainPointsOut
from service.insights.params import (
    DriverParams,
    EvidenceParams,
    JourneyParams,
    MapParams,
    PainPointParams,
    TrendParams,
    WinParams,
)
from service.insights.periods import By
from service.insights.trends import build_trends
from service.items import mentions_of
from service.pictures.board import lay_out
from service.pictures.map_svg import LEGEND

POINTS_A_PAGE: Final = 20
THEMES_SHOWN: Final = 12
DRIVERS_SHOWN: Final = 50
QUOTES_A_PAGE: Final = 10
OVERLAP: Final = (
    "Some feedback would be on both sides. Choose dates that don’t overlap, or different filter "
    "values."
)
OPEN_ENDED: Final = "To compare all time with another period, enter both its dates."
USUAL_KPIS: Final = ("nps", "csat", "ces", "stars", "sentiment")
Ranked = TypeVar("Ranked", PainPointParams, WinParams)


def journey_map(view: View) -> Values:
    """The first page."""
    map_, refused = _compared_map(view)
    return view.frame(map_) | {
        "refused": refused,
        "map": map_,
        "board": lay_out(map_),
        "legend": LEGEND,
        "id_of": view.cell_id,
        "previous_from": None if view.address.is_compared else view.previous_from,
        "sides": None if refused or not view.address.is_compared else comparison_table(map_),
    }


def _compared_map(view: View) -> tuple[JourneyMapOut, str | None]:
    """The map; if the comparison is impossible, the default map and the reason."""
    try:
        return build_map(view.session, view.workspace_id, view.params(MapParams)), None
    except InvalidRequest as problem:
        refused = _uncomparable(problem)
        if refused is None:
            raise
    usual = MapParams.model_validate(view.filters.model_dump(exclude_unset=True))
    return build_map(view.session, view.workspace_id, usual), refused


def _uncomparable(problem: InvalidRequest) -> str | None:
    """The reason if the comparison is at fault, else None."""
    if isinstance(problem, OverlappingSides):
        return OVERLAP
    at_fault = {param.name for param in problem.invalid_params}
    return OPEN_ENDED if at_fault == {"compare_since", "compare_until"} else None


def pain_points(view: View) -> Values:
    """Complaints, ranked."""
    params = view.params(PainPointParams, sort=view.address.sort_of_pains, **_listing(view))
    page, worst = _page_and_greatest(view, list_pain_points, params)
    most = worst.pain if worst else 0
    return _ranking(view, page) | {"of": PAIN, "most": most, "sort": params.sort}


def wins(view: View) -> Values:
    """Praise, ranked."""
    params = view.params(WinParams, sort=view.address.sort_of_wins, **_listing(view))
    page, best = _page_and_greatest(view, list_wins, params)
    most = best.joy if best else 0
    return _ranking(view, page) | {"of": WIN, "most": most, "sort": params.sort}


def drivers(view: View) -> Values:
    """The drivers of a KPI; those that too few answers mention come last."""
    asked = view.address.params
    params = view.params(DriverParams, by=asked.by, kpi=asked.kpi)
    answer = list_drivers(view.session, view.workspace_id, params)
    shown = sorted(answer.items, key=lambda driver: driver.small)[:DRIVERS_SHOWN]
    return view.frame(answer) | {
        "drivers": answer,
        "judged": [driver for driver in shown if not driver.small],
        "few": [driver for driver in shown if driver.small],
        "most": max((abs(driver.impact) for driver in answer.items), default=0),
        "id_of": view.cell_id,
        "kpis": dict.fromkeys([*USUAL_KPIS, answer.kpi]),
    }


def pain_point(view: View, wanted: UUID) -> Values:
    """One pain point or win, with its chart and its evidence."""
    session, workspace = view.session, view.workspace_id
    point = one_pain_point(session, workspace, wanted, view.filters)
    shown = view.address.params.sentiment or point.sentiment
    evidence = view.params(EvidenceParams, sentiment=[shown], **view.page(QUOTES_A_PAGE))
    page = list_evidence(session, workspace, point.id, evidence)
    by, spans = _trend(view, point)
    return view.frame(point) | {
        "point": point,
        "days": days_at_any_time(session, workspace, wanted, view.filters),
        "previous_from": view.previous_from,
        "themes": _themes_in(view, point),
        "sentiment": shown,
        "quotes": quotes(page.items),
        "next": page.next,
        "by": by,
        "spans": spans,
        **charts.draw_both(spans, change_markers(view, point)),
    }


def feedback(view: View, wanted: UUID) -> Values:
    """One piece of feedback with its mentions."""
    params = JourneyParams(journey=view.address.params.journey)
    item = one_feedback(view.session, view.workspace_id, wanted, params)
    stored = mentions_of(view.session, view.workspace_id, [wanted])[wanted]
    return {
        "address": view.address,
        "item": item,
        "themes": {(mention.start, mention.end): mention.pain_point_id for mention in stored},
        "id_of": view.cell_id,
        "parts": parts_of(item.text, item.analysis.mentions if item.analysis else ()),
        "names": view.names(),
    }


def _ranking(view: View, page: PainPointsOut) -> Values:
    """What both rankings have in common."""
    return view.frame(page) | {
        "page": page,
        "only": view.address.params.status,
        "previous_from": view.previous_from,
    }


def _listing(view: View) -> Values:
    """The requested page and status of a ranking."""
    return view.page(POINTS_A_PAGE) | view.address.status


def _page_and_greatest(
    view: View, listed: Callable[[Session, UUID, Ranked], PainPointsOut], params: Ranked
) -> tuple[PainPointsOut, PainPointOut | None]:
    """A page of a ranking, and the greatest entry of all pages, to which bars are scaled."""
    page = listed(view.session, view.workspace_id, params)
    weight = type(params).model_fields["sort"].default
    if params.cursor is None and params.sort == weight:
        greatest = page.items
    else:
        first = params.model_copy(update={"sort": weight, "cursor": None, "limit": 1})
        greatest = listed(view.session, view.workspace_id, first).items
    return page, next(iter(greatest), None)


def _themes_in(view: View, point: OnePainPointOut) -> list[PainPointOut]:
    """The themes of a cell."""
    if point.kind == "theme":
        return []
    own = {
        "stage": [point.stage],
        "touchpoint": [point.touchpoint],
        "level": "theme",
        "limit": THEMES_SHOWN,
    }
    if point.sentiment == WIN:
        params = view.params(WinParams, **own)
        return list_wins(view.session, view.workspace_id, params).items
    return list_pain_points(
        view.session, view.workspace_id, view.params(PainPointParams, **own)
    ).items


def _trend(view: View, point: OnePainPointOut) -> tuple[By, list[Span]]:
    """The mentions of a pain point over time, and the length of a period."""
    by = charts.period_length(view.days)
    params = view.params(TrendParams, pain_point=point.id, by=by)
    series = build_trends(view.session, view.workspace_id, params).series
    points = series[0].points if series else []
    return by, charts.spans(points, by, view.filters.since, view.known_until)
