"""The evidence of a pain point or a win: its mentions, the most severe first."""

from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from service.insights.excerpts import excerpt
from service.insights.filters import Selection, select_feedback
from service.insights.pain_schemas import EvidenceOut, EvidencePageOut
from service.insights.params import EvidenceParams
from service.insights.queries import mentions
from service.insights.queries.freshness import freshness
from service.insights.queries.mentions import MARGIN, MentionRank
from service.insights.readings import provenance_out, reading_fields
from service.insights.subject import WholeCell, subject_of
from service.web.cursors import cursor_float, cursor_int, decode_cursor, encode_cursor


class Source(NamedTuple):
    """The mentions that are evidence: those of ``theme`` within ``selection``, or, without a theme,
    all of ``selection``, which then is a cell."""

    id: UUID
    sentiment: str
    selection: Selection
    theme: UUID | None

    @property
    def listed(self) -> str:
        """The list's name in its cursors."""
        return f"evidence of {self.id}"


def list_evidence(
    session: Session, workspace_id: UUID, wanted: UUID, params: EvidenceParams
) -> EvidencePageOut:
    """A page of the mentions of a pain point or a win, within the filters.

    Raises:
        NoSuchPainPoint: no theme, and no cell of the journey, has that id.
    """
    selection = select_feedback(session, workspace_id, params)
    source = _source(session, selection, wanted)
    fresh = freshness(session, workspace_id)
    after = None
    if params.cursor:
        rank = decode_cursor(
            source.listed, params.cursor, (cursor_int, cursor_float, UUID, cursor_int)
        )
        after = MentionRank(*rank)
    rows = mentions.page(
        session,
        source.selection,
        params.sentiment or [source.sentiment],
        after,
        params.limit + 1,
        source.theme,
    )
    page = rows[: params.limit]
    return EvidencePageOut(
        **fresh._asdict(),
        journey=selection.journey.key,
        id=source.id,
        items=[EvidenceOut(**evidence_fields(selection, row)) for row in page],
        next=_cursor(source, page[-1]) if len(rows) > len(page) else None,
    )


def evidence_fields(selection: Selection, row: Row[Any]) -> dict[str, Any]:
    """The fields of ``EvidenceOut`` from a row of ``mentions.page`` or ``mentions_at``."""
    first = max(row.start - MARGIN, 0)
    return {
        **{name: row._mapping[name] for name in EvidenceOut.model_fields if name in row._mapping},
        **reading_fields(selection.journey, row),
        "provenance": provenance_out(row),
        "excerpt": excerpt(row.around, first, row.start, row.end, row.chars),
    }


def _source(session: Session, selection: Selection, wanted: UUID) -> Source:
    subject = subject_of(session, selection, wanted)
    if isinstance(subject, WholeCell):
        return Source(wanted, subject.sentiment, subject.within(selection), None)
    own = selection.everywhere()
    if not selection.has(subject.cell):
        own = replace(selection, cells=frozenset())
    return Source(subject.id, subject.sentiment, own, subject.id)


def _cursor(source: Source, row: Row[Any]) -> str:
    return encode_cursor(source.listed, (row.severity, row.sure, str(row.feedback_id), row.ordinal))
