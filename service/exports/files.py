"""Exports as responses: streamed files, attached under a name with today's date."""

from collections.abc import Sequence
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from starlette.responses import Response, StreamingResponse

from service import clock
from service.db import Database
from service.exports import corrections, feedback, journey, mentions, pain_points
from service.exports.attributes import attribute_columns, declared_names
from service.exports.pages import PageReader, pages
from service.exports.params import (
    CorrectionExport,
    FeedbackExport,
    FileFormat,
    JourneyExport,
    MentionExport,
    PainPointExport,
    WinExport,
)
from service.exports.png import png_of
from service.exports.tables import Column
from service.exports.writers import MEDIA_TYPES, file_parts

PICTURES: Final = {"svg": "image/svg+xml", "png": "image/png"}
K = TypeVar("K")


def pain_points_file(workspace_id: UUID, database: Database, params: PainPointExport) -> Response:
    """Pain points in the order of ``params``."""
    read = partial(pain_points.read_pain_points, workspace_id, params)
    return _file("pain-points", database, pain_points.COLUMNS, read, params.format, params.bom)


def wins_file(workspace_id: UUID, database: Database, params: WinExport) -> Response:
    """Wins in the order of ``params``."""
    read = partial(pain_points.read_wins, workspace_id, params)
    return _file("wins", database, pain_points.COLUMNS, read, params.format, params.bom)


def mentions_file(workspace_id: UUID, database: Database, params: MentionExport) -> Response:
    """Mentions with their labels and their feedback, the latest first."""
    names = declared_names(database, workspace_id)
    read = partial(mentions.read_mentions, workspace_id, params, names)
    table = [*mentions.COLUMNS, *attribute_columns(names)]
    return _file("mentions", database, table, read, params.format, params.bom)


def feedback_file(workspace_id: UUID, database: Database, params: FeedbackExport) -> Response:
    """Feedback with its analysis as a whole, the latest first."""
    names = declared_names(database, workspace_id)
    read = partial(feedback.read_feedback, workspace_id, params, names)
    table = [*feedback.COLUMNS, *attribute_columns(names)]
    return _file("feedback", database, table, read, params.format, params.bom)


def corrections_file(workspace_id: UUID, database: Database, params: CorrectionExport) -> Response:
    """Corrections in the format of ``voc train --data``."""
    read = partial(corrections.read_corrections, workspace_id, params)
    return _file("corrections", database, corrections.COLUMNS, read, params.format, params.bom)


def journey_file(workspace_id: UUID, database: Database, params: JourneyExport) -> Response:
    """The journey map: its stages, touchpoints and cells as rows, or a picture.

    Raises:
        NoFont, DrawingBusy: a PNG can't be drawn (now).
    """
    if params.format == "svg" or params.format == "png":
        with database.read() as session:
            svg = journey.svg_of(session, workspace_id, params)
        content = svg.encode() if params.format == "svg" else png_of(svg)
        headers = _headers("journey", params.format)
        return Response(content, headers=headers, media_type=PICTURES[params.format])
    read = partial(journey.read_map, workspace_id, params)
    return _file("journey", database, journey.COLUMNS, read, params.format, params.bom)


def _file(
    name: str,
    database: Database,
    table: Sequence[Column],
    read: PageReader[K],
    format_: FileFormat,
    bom: bool,
) -> Response:
    parts = file_parts(format_, table, pages(database, read), bom)
    return StreamingResponse(
        parts, headers=_headers(name, format_), media_type=MEDIA_TYPES[format_]
    )


def _headers(name: str, format_: str) -> dict[str, str]:
    file = f"verbatim-{name}-{clock.now().date().isoformat()}.{format_}"
    return {
        "Content-Disposition": f'attachment; filename="{file}"',
        "Cache-Control": "private, no-store",
    }
