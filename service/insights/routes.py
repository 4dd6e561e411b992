"""/v1/pain-points, /v1/wins, /v1/journey, /v1/trends, /v1/feedback: what feedback says, by stage.

Undeclared parameters are rejected, except ``attr.<name>=<value>``: a filter on an attribute that
was sent in ``attributes``, e.g. ``attr.persona=smb,enterprise``.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from service.insights.driver_schemas import DriversOut
from service.insights.drivers import list_drivers
from service.insights.evidence import list_evidence
from service.insights.feedback import list_feedback, one_feedback
from service.insights.journey_map import build_map
from service.insights.map_schemas import JourneyMapOut
from service.insights.pain_points import list_pain_points, list_wins, one_pain_point
from service.insights.pain_schemas import EvidencePageOut, OnePainPointOut, PainPointsOut
from service.insights.params import (
    DriverParams,
    EvidenceParams,
    FeedbackParams,
    FilterParams,
    JourneyParams,
    MapParams,
    PainPointParams,
    TrendParams,
    WinParams,
)
from service.insights.schemas import FeedbackOut, FeedbackPageOut
from service.insights.trend_schemas import TrendsOut
from service.insights.trends import build_trends
from service.keys.auth import ReadCaller
from service.web.conditional import conditional
from service.web.dependencies import Db

router = APIRouter(prefix="/v1", tags=["insights"])

ATTRIBUTE_PARAMETER: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "attr.persona",
            "in": "query",
            "description": (
                "An attribute by name: any `attr.<name>`. Repeat it or separate values by commas."
            ),
            "schema": {"type": "string"},
            "example": "smb,enterprise",
        }
    ]
}


@router.get("/pain-points", response_model=PainPointsOut, openapi_extra=ATTRIBUTE_PARAMETER)
def read_pain_points(
    request: Request, caller: ReadCaller, database: Db, params: Annotated[PainPointParams, Query()]
) -> Response:
    """What customers complain about: themes, and stages and touchpoints that have none yet."""
    with database.read() as session:
        return conditional(request, list_pain_points(session, caller.workspace_id, params))


@router.get("/wins", response_model=PainPointsOut, openapi_extra=ATTRIBUTE_PARAMETER)
def read_wins(
    request: Request, caller: ReadCaller, database: Db, params: Annotated[WinParams, Query()]
) -> Response:
    """What customers praise: themes, and stages and touchpoints that have none yet."""
    with database.read() as session:
        return conditional(request, list_wins(session, caller.workspace_id, params))


@router.get(
    "/pain-points/{pain_point_id}",
    response_model=OnePainPointOut,
    openapi_extra=ATTRIBUTE_PARAMETER,
)
def read_pain_point(
    request: Request,
    caller: ReadCaller,
    database: Db,
    pain_point_id: UUID,
    params: Annotated[FilterParams, Query()],
) -> Response:
    """One pain point or win, within the filters. The id of a merged one returns the one it was
    merged into.
    """
    with database.read() as session:
        out = one_pain_point(session, caller.workspace_id, pain_point_id, params)
    return conditional(request, out)


@router.get(
    "/pain-points/{pain_point_id}/mentions",
    response_model=EvidencePageOut,
    openapi_extra=ATTRIBUTE_PARAMETER,
)
def read_evidence(
    request: Request,
    caller: ReadCaller,
    database: Db,
    pain_point_id: UUID,
    params: Annotated[EvidenceParams, Query()],
) -> Response:
    """The mentions of a pain point or a win, the most severe first."""
    with database.read() as session:
        out = list_evidence(session, caller.workspace_id, pain_point_id, params)
    return conditional(request, out)


@router.get(
    "/journey",
    summary="Read Journey Map",
    response_model=JourneyMapOut,
    openapi_extra=ATTRIBUTE_PARAMETER,
)
def read_map(
    request: Request, caller: ReadCaller, database: Db, params: Annotated[MapParams, Query()]
) -> Response:
    """The journey map: stages x touchpoints, with volume, sentiment, severity and KPIs."""
    with database.read() as session:
        return conditional(request, build_map(session, caller.workspace_id, params))


@router.get("/drivers", response_model=DriversOut, openapi_extra=ATTRIBUTE_PARAMETER)
def read_drivers(
    request: Request, caller: ReadCaller, database: Db, params: Annotated[DriverParams, Query()]
) -> Response:
    """What moves a KPI: its value without each part of the journey, or without each pain point."""
    with database.read() as session:
        return conditional(request, list_drivers(session, caller.workspace_id, params))


@router.get("/trends", response_model=TrendsOut, openapi_extra=ATTRIBUTE_PARAMETER)
def read_trends(
    request: Request, caller: ReadCaller, database: Db, params: Annotated[TrendParams, Query()]
) -> Response:
    """Measures by day, week or month."""
    with database.read() as session:
        return conditional(request, build_trends(session, caller.workspace_id, params))


@router.get("/feedback", response_model=FeedbackPageOut, openapi_extra=ATTRIBUTE_PARAMETER)
def read_feedback_list(
    request: Request, caller: ReadCaller, database: Db, params: Annotated[FeedbackParams, Query()]
) -> Response:
    """Feedback with its analysis, the latest first."""
    with database.read() as session:
        return conditional(request, list_feedback(session, caller.workspace_id, params))


@router.get("/feedback/{feedback_id}", response_model=FeedbackOut)
def read_feedback(
    request: Request,
    caller: ReadCaller,
    database: Db,
    feedback_id: UUID,
    params: Annotated[JourneyParams, Query()],
) -> Response:
    """One piece of feedback with its analysis, its mentions, and the provenance of each label."""
    with database.read() as session:
        out = one_feedback(session, caller.workspace_id, feedback_id, params)
    return conditional(request, out)
