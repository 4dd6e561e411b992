"""The evidence of a pain point: its mentions, the most typical first."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from service.insights import names
from service.insights.filters import Selection, select_feedback
from service.insights.pain_schemas import EvidenceOut, EvidencePageOut
from service.insights.params import EvidenceParams
from service.insights.queries import evidence
from service.insights.queries.evidence import Place
from service.insights.queries.freshness import freshness
from service.insights.shapes import provenance_out, reading_fields
from service.web.cursors import decode_cursor, encode_cursor


def list_evidence(
    session: Session, workspace_id: UUID, wanted: UUID, params: EvidenceParams
) -> EvidencePageOut:
    """A page of the mentions of a pain point, within the filters.

    Raises:
        NoSuchPainPoint: no cell of the journey has that id.
    """
    selection = select_feedback(session, workspace_id, params)
    cell = names.cell_with_id(selection.journey, workspace_id, wanted)
    fresh = freshness(session, workspace_id)
    after = None
    if params.cursor:
        after = Place(*decode_cursor(params.cursor, (int, float, UUID, int)))
    own = selection.narrowed({cell.stage}, {cell.touchpoint})
    rows = evidence.page(session, own, params.sentiment, after, params.limit + 1)
    page = rows[: params.limit]
    return EvidencePageOut(
        **fresh._asdict(),
        journey=selection.journey.key,
        id=wanted,
        items=[_out(selection, row) for row in page],
        next=_cursor(page[-1]) if len(rows) > len(page) else None,
    )


def _cursor(row: Row[Any]) -> str:
    return encode_cursor((row.severity, row.sure, str(row.feedback_id), row.ordinal))


def _out(selection: Selection, row: Row[Any]) -> EvidenceOut:
    reading = reading_fields(selection.journey, row)
    return EvidenceOut.model_validate(
        {**row._mapping, **reading, "provenance": provenance_out(row)}
    )
