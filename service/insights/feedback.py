"""Feedback with its analysis: one piece, or a page of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session

from models.feedback import DONE, Feedback
from models.mention import Mention
from service.current_analysis import public_version
from service.insights.errors import NoSuchFeedback
from service.insights.filters import journey_for, select_feedback
from service.insights.params import FeedbackFilters, FeedbackParams, JourneyParams
from service.insights.queries.feedback import Search, feedback_by_id, find_feedback
from service.insights.queries.freshness import freshness
from service.insights.readings import AnalysisOut, analysis_out
from service.insights.schemas import FeedbackOut, FeedbackPageOut, RatingOut
from service.items import mentions_of
from service.journey.mapping import JourneyMap
from service.references import pseudonym, salt_in
from service.web.cursors import cursor_time, decode_cursor, encode_cursor

LIST: Final = "feedback"
"""The list's name in its cursors."""


def list_feedback(session: Session, workspace_id: UUID, params: FeedbackParams) -> FeedbackPageOut:
    """A page of feedback, the latest first."""
    selection = select_feedback(session, workspace_id, params)
    fresh = freshness(session, workspace_id)
    search = search_of(session, workspace_id, params, _after(params.cursor))
    rows = find_feedback(session, selection, search, params.limit + 1)
    page = rows[: params.limit]
    mentions = mentions_of(session, workspace_id, [row.id for row in page])
    return FeedbackPageOut(
        **fresh._asdict(),
        journey=selection.journey.key,
        items=[feedback_out(selection.journey, row, mentions[row.id]) for row in page],
        next=_cursor(page[-1]) if len(rows) > len(page) else None,
    )


def search_of(
    session: Session,
    workspace_id: UUID,
    params: FeedbackFilters,
    after: tuple[datetime, UUID] | None,
) -> Search:
    """The filters of ``params`` apart from their selection, for the page after ``after``.

    External ids match as sent and as pseudonyms, as intake can store either.
    """
    ids = [*params.external_id]
    if ids:
        salt = salt_in(session, workspace_id)
        ids += [pseudonym(salt, id_) for id_ in ids]
    return Search(
        states=params.state,
        words=params.q,
        external_ids=ids,
        browser_key_id=params.browser_key,
        rating_conflict=params.rating_conflict,
        after=after,
    )


def one_feedback(
    session: Session, workspace_id: UUID, wanted: UUID, params: JourneyParams
) -> FeedbackOut:
    """One piece of feedback, in the keys of the journey that ``params`` name.

    Raises:
        NoSuchFeedback: not in this workspace.
    """
    journey = journey_for(session, workspace_id, params)
    return feedback_in(session, workspace_id, wanted, journey)


def feedback_in(
    session: Session, workspace_id: UUID, wanted: UUID, journey: JourneyMap
) -> FeedbackOut:
    """One piece of feedback as it is now, in the keys of ``journey``.

    Raises:
        NoSuchFeedback: not in this workspace.
    """
    row = feedback_by_id(session, workspace_id, wanted)
    if row is None:
        raise NoSuchFeedback
    return feedback_out(journey, row, mentions_of(session, workspace_id, [wanted])[wanted])


def feedback_out(journey: JourneyMap, row: Feedback, mentions: Sequence[Mention]) -> FeedbackOut:
    """The response for a row and its ``mentions``, in the order of their ordinals."""
    return FeedbackOut(
        **{name: getattr(row, name) for name in _AS_STORED},
        rating=_rating(row),
        browser_key=row.browser_key_id,
        language=row.language_read or row.language,
        priority=row.ticket_priority,
        status=row.ticket_status,
        model=public_version(row.analysis_version),
        journey=journey.key,
        analysis=_analysis(journey, row, mentions),
    )


_AS_STORED = (
    "id",
    "kind",
    "source",
    "external_id",
    "text",
    "subject",
    "question",
    "channel",
    "occurred_at",
    "received_at",
    "attributes",
    "stage_sent",
    "touchpoint_sent",
    "state",
    "error",
    "analysed_at",
)


def _analysis(
    journey: JourneyMap, row: Feedback, mentions: Sequence[Mention]
) -> AnalysisOut | None:
    if row.state != DONE:
        return None
    return analysis_out(journey, row, row.language_read or row.language, mentions, row.text)


def _rating(row: Feedback) -> RatingOut | None:
    value, least, greatest, scale = (
        row.rating_value,
        row.rating_min,
        row.rating_max,
        row.rating_scale,
    )
    if value is None or least is None or greatest is None or scale is None:
        return None
    return RatingOut(value=value, min=least, max=greatest, scale=scale)


def _after(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    at, id_ = decode_cursor(LIST, cursor, (cursor_time, UUID))
    return at, id_


def _cursor(row: Feedback) -> str:
    return encode_cursor(LIST, (row.occurred_at.isoformat(), str(row.id)))
