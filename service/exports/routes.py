"""/v1/exports: complete lists as streamed files, with the same filters."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from service.exports import files
from service.exports.files import PICTURES
from service.exports.params import (
    CorrectionExport,
    FeedbackExport,
    JourneyExport,
    MentionExport,
    PainPointExport,
    WinExport,
)
from service.exports.writers import MEDIA_TYPES
from service.insights.routes import ATTRIBUTE_PARAMETER
from service.keys.auth import ReadCaller
from service.web.dependencies import Db

router = APIRouter(prefix="/v1/exports", tags=["exports"])


def _described(*more: str) -> dict[int | str, dict[str, Any]]:
    kinds = [*MEDIA_TYPES.values(), *more]
    content = {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in kinds}
    return {200: {"description": "The file, as an attachment.", "content": content}}


FILE: Final[dict[str, Any]] = {
    "response_class": Response,
    "responses": _described(),
    "openapi_extra": ATTRIBUTE_PARAMETER,
}


@router.get("/pain-points", **FILE)
def export_pain_points(
    caller: ReadCaller, database: Db, params: Annotated[PainPointExport, Query()]
) -> Response:
    """Pain points, the most painful first unless you set `sort`."""
    return files.pain_points_file(caller.workspace_id, database, params)


@router.get("/wins", **FILE)
def export_wins(
    caller: ReadCaller, database: Db, params: Annotated[WinExport, Query()]
) -> Response:
    """Wins, the most frequent first unless you set `sort`."""
    return files.wins_file(caller.workspace_id, database, params)


@router.get("/mentions", **FILE)
def export_mentions(
    caller: ReadCaller, database: Db, params: Annotated[MentionExport, Query()]
) -> Response:
    """Mentions with their labels and their feedback, the latest first."""
    return files.mentions_file(caller.workspace_id, database, params)


@router.get("/feedback", **FILE)
def export_feedback(
    caller: ReadCaller, database: Db, params: Annotated[FeedbackExport, Query()]
) -> Response:
    """Stored feedback with its analysis as a whole, the latest first."""
    return files.feedback_file(caller.workspace_id, database, params)


@router.get("/corrections", **FILE)
def export_corrections(
    caller: ReadCaller, database: Db, params: Annotated[CorrectionExport, Query()]
) -> Response:
    """People's corrections, in the format of `voc train --data`."""
    return files.corrections_file(caller.workspace_id, database, params)


@router.get("/journey", **FILE | {"responses": _described(*PICTURES.values())})
def export_journey(
    caller: ReadCaller, database: Db, params: Annotated[JourneyExport, Query()]
) -> Response:
    """The journey map: stages, touchpoints and cells as rows, or the whole map as a picture."""
    return files.journey_file(caller.workspace_id, database, params)
