"""Mentions as rows, the latest first."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy import Row as Found
from sqlmodel import Session

from models.tables import FEEDBACK, MENTION
from service.corrections.layers import ITEM_LABELS
from service.exports.attributes import attribute_values
from service.exports.pages import PAGE
from service.exports.params import MentionExport
from service.exports.tables import Column, Kind, Row, columns
from service.insights.filters import Selection
from service.insights.queries.mentions import DECISIVE
from service.insights.queries.search import Point, latest
from service.insights.readings import provenance_out, reading_fields
from service.insights.search import criteria_of, query_of

_OF_MENTION: Final = (
    *("start", "end", *ITEM_LABELS, "confidence", "candidates", "pain_point_id"),
    *("stage_provenance", "touchpoint_provenance", "replaced"),
)
_OF_FEEDBACK: Final = (
    *("kind", "source", "external_id", "channel", "attributes"),
    *("rating_value", "rating_min", "rating_max", "rating_scale"),
)
COLUMNS: Final[Sequence[Column]] = (
    *columns(Kind.TEXT, "feedback_id"),
    *columns(Kind.INTEGER, "ordinal"),
    *columns(Kind.TIME, "occurred_at"),
    *columns(Kind.TEXT, "kind", "source", "external_id", "channel", "language", "text"),
    *columns(Kind.INTEGER, "start", "end"),
    *columns(Kind.TEXT, "sentiment"),
    *columns(Kind.NUMBER, "score"),
    *columns(Kind.TEXT, "stage", "touchpoint", "emotion", "intent"),
    *columns(Kind.INTEGER, "severity"),
    *columns(Kind.NUMBER, *(f"{name}_confidence" for name in DECISIVE)),
    *columns(Kind.TEXT, *(f"{name}_provenance" for name in DECISIVE), "pain_point_id"),
    *columns(Kind.NUMBER, "rating_value", "rating_min", "rating_max"),
    *columns(Kind.TEXT, "rating_scale"),
    *columns(Kind.JSON, "attributes"),
)


def read_mentions(
    workspace_id: UUID,
    params: MentionExport,
    attributes: Sequence[str],
    session: Session,
    after: Point | None,
) -> tuple[Sequence[Row], Point | None]:
    """A page of mentions, filtered by ``params``; the values of ``attributes`` come last."""
    criteria, query = criteria_of(session, workspace_id, params), query_of(params)
    found = list(latest(session, criteria, query.wanted, after, PAGE, _besides()))
    as_row = partial(_row, criteria.selection, attributes)
    rows = [as_row(row) for row in found if not query.wanted or query.find(row.text) is not None]
    if len(found) < PAGE:
        return rows, None
    last = found[-1]
    return rows, Point(last.occurred_at, last.feedback_id, last.ordinal)


def _besides() -> list[ColumnElement[Any]]:
    language = func.coalesce(FEEDBACK.c.language_read, FEEDBACK.c.language)
    return [
        *(MENTION.c[name] for name in _OF_MENTION),
        *(FEEDBACK.c[name] for name in _OF_FEEDBACK),
        language.label("language"),
    ]


def _row(selection: Selection, attributes: Sequence[str], row: Found[Any]) -> Row:
    values = dict(row._mapping) | reading_fields(selection.journey, row)
    provenance = provenance_out(row)
    for name in DECISIVE:
        values[f"{name}_confidence"] = values["confidence"][name]
        values[f"{name}_provenance"] = getattr(provenance, name)
    own = [values[column.name] for column in COLUMNS]
    return own + attribute_values(row.attributes, attributes)
