"""/v1/exports: complete lists as streamed files, with the same filters."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from service import clock
from service.db import Database
from service.exports import corrections, feedback, journey, mentions, pain_points
from service.exports.attributes import attribute_columns, declared_names
from service.exports.drawing import png_of
from service.exports.pages import Read, pages
from service.exports.params import (
    CorrectionExport,
    FeedbackExport,
    Form,
    JourneyExport,
    MentionExport,
    PainPointExport,
    WinExport,
)
from service.exports.tables import Column
from service.exports.writers import MEDIA_TYPES, write
from service.insights.routes import DIMENSION
from service.keys.auth import ReadCaller
from service.web.dependencies import Db

router = APIRouter(prefix="/v1/exports", tags=["exports"])

PICTURES: Final = {"svg": "image/svg+xml", "png": "image/png"}
K = TypeVar("K")


def _described(*more: str) -> dict[int | str, dict[str, Any]]:
    kinds = [*MEDIA_TYPES.values(), *more]
    content = {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in kinds}
    return {200: {"description": "The file, as an attachment.", "content": content}}


FILE: Final[dict[str, Any]] = {
    "response_class": Response,
    "responses": _described(),
    "openapi_extra": DIMENSION,
}


@router.get("/pain-points", **FILE)
def export_pain_points(
    caller: ReadCaller, database: Db, params: Annotated[PainPointExport, Query()]
) -> Response:
    """Pain points, the most painful first unless you set `sort`."""
    read = partial(pain_points.read_pain_points, caller.workspace_id, params)
    return _file("pain-points", database, pain_points.COLUMNS, read, params.format, params.bom)


@router.get("/wins", **FILE)
def export_wins(
    caller: ReadCaller, database: Db, params: Annotated[WinExport, Query()]
) -> Response:
    """Wins, the most frequent first unless you set `sort`."""
    read = partial(pain_points.read_wins, caller.workspace_id, params)
    return _file("wins", database, pain_points.COLUMNS, read, params.format, params.bom)


@router.get("/mentions", **FILE)
def export_mentions(
    caller: ReadCaller, database: Db, params: Annotated[MentionExport, Query()]
) -> Response:
    """Mentions with their labels and their feedback, the latest first."""
    names = declared_names(database, caller.workspace_id)
    read = partial(mentions.read_mentions, caller.workspace_id, params, names)
    table = [*mentions.COLUMNS, *attribute_columns(names)]
    return _file("mentions", database, table, read, params.format, params.bom)


@router.get("/feedback", **FILE)
def export_feedback(
    caller: ReadCaller, database: Db, params: Annotated[FeedbackExport, Query()]
) -> Response:
    """Stored feedback with its analysis as a whole, the latest first."""
    names = declared_names(database, caller.workspace_id)
    read = partial(feedback.read_feedback, caller.workspace_id, params, names)
    table = [*feedback.COLUMNS, *attribute_columns(names)]
    return _file("feedback", database, table, read, params.format, params.bom)


@router.get("/corrections", **FILE)
def export_corrections(
    caller: ReadCaller, database: Db, params: Annotated[CorrectionExport, Query()]
) -> Response:
    """People's corrections, in the format of `voc train --data`."""
    read = partial(corrections.read_corrections, caller.workspace_id, params)
    return _file("corrections", database, corrections.COLUMNS, read, params.format, params.bom)


@router.get("/journey", **FILE | {"responses": _described(*PICTURES.values())})
def export_journey(
    caller: ReadCaller, database: Db, params: Annotated[JourneyExport, Query()]
) -> Response:
    """The journey map: stages, touchpoints and cells as rows, or the whole map as a picture."""
    if params.format == "svg" or params.format == "png":
        with database.read() as session:
            svg = journey.svg_of(session, caller.workspace_id, params)
        content = svg.encode() if params.format == "svg" else png_of(svg)
        return Response(
            content, headers=_named("journey", params.format), media_type=PICTURES[params.format]
        )
    read = partial(journey.read_map, caller.workspace_id, params)
    return _file("journey", database, journey.COLUMNS, read, params.format, params.bom)


def _file(
    name: str, database: Database, table: Sequence[Column], read: Read[K], form: Form, bom: bool
) -> Response:
    return StreamingResponse(
        write(form, table, pages(database, read), bom),
        headers=_named(name, form),
        media_type=MEDIA_TYPES[form],
    )


def _named(name: str, form: str) -> dict[str, str]:
    file = f"verbatim-{name}-{clock.now().date().isoformat()}.{form}"
    return {
        "Content-Disposition": f'attachment; filename="{file}"',
        "Cache-Control": "private, no-store",
    }
