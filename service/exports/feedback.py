"""Feedback as rows, the latest first, each with its analysis as a whole."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from models.feedback import DONE, Feedback
from service.corrections.layers import ITEM_LABELS
from service.current_analysis import public_version
from service.exports.attributes import attribute_values
from service.exports.pages import PAGE
from service.exports.params import FeedbackExport
from service.exports.tables import Column, Kind, Row, columns
from service.insights.feedback import search_of
from service.insights.filters import Selection, select_feedback
from service.insights.queries.feedback import find_feedback
from service.insights.readings import reading_fields

COLUMNS: Final[Sequence[Column]] = (
    *columns(Kind.TEXT, "id", "kind", "source", "external_id"),
    *columns(Kind.TIME, "occurred_at", "received_at"),
    *columns(Kind.TEXT, "text", "subject", "question"),
    *columns(Kind.NUMBER, "rating_value", "rating_min", "rating_max"),
    *columns(Kind.TEXT, "rating_scale", "channel", "language"),
    *columns(Kind.TEXT, "priority:ticket_priority", "status:ticket_status"),
    *columns(Kind.TEXT, "stage_sent", "touchpoint_sent", "state", "error"),
    *columns(Kind.TIME, "analysed_at"),
    *columns(Kind.TEXT, "model:analysis_version", "sentiment"),
    *columns(Kind.NUMBER, "score"),
    *columns(Kind.TEXT, "stage", "touchpoint", "emotion", "intent"),
    *columns(Kind.INTEGER, "severity"),
    *columns(Kind.JSON, "attributes"),
)

After = tuple[datetime, UUID]


def read_feedback(
    workspace_id: UUID,
    params: FeedbackExport,
    attributes: Sequence[str],
    session: Session,
    after: After | None,
) -> tuple[Sequence[Row], After | None]:
    """A page of feedback, filtered by ``params``; the values of ``attributes`` come last."""
    selection = select_feedback(session, workspace_id, params)
    search = search_of(session, workspace_id, params, after)
    found = find_feedback(session, selection, search, PAGE)
    rows = [_row(selection, attributes, row) for row in found]
    last = found[-1] if len(found) == PAGE else None
    return rows, (last.occurred_at, last.id) if last else None


def _row(selection: Selection, attributes: Sequence[str], row: Feedback) -> Row:
    read = reading_fields(selection.journey, row) if row.state == DONE else {}
    values: dict[str, Any] = row.model_dump() | dict.fromkeys(ITEM_LABELS) | read
    values["analysis_version"] = public_version(row.analysis_version)
    values["language"] = row.language_read or row.language
    own = [values[column.path or column.name] for column in COLUMNS]
    return own + attribute_values(row.attributes, attributes)
