"""Correcting mentions: the log, the mention, its item and the roll-ups, in one transaction."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlmodel import Session

from models.correction import Correction
from nlp.themes.space import Space
from service import clock
from service.corrections.errors import MentionChanged, NoSuchMention
from service.corrections.layers import values_of, without_layers
from service.corrections.queries import find_corrections
from service.corrections.relabel import relabel
from service.corrections.resolving import resolve_labels
from service.corrections.schemas import (
    CorrectionIn,
    CorrectionOut,
    CorrectionPageOut,
    CorrectionParams,
)
from service.insights.errors import NoSuchFeedback
from service.items import lock_feedback, mentions_of
from service.journey.mapping import JourneyMap
from service.journey.queries import lock_workspace
from service.web.cursors import decode_cursor, encode_cursor

LIST: Final = "corrections"
"""The list's name in its cursors."""


class Target(NamedTuple):
    """The mention to correct, its workspace, and the key of the corrector."""

    workspace_id: UUID
    key_id: UUID
    feedback_id: UUID
    ordinal: int


def correct(
    session: Session, target: Target, body: CorrectionIn, journey: JourneyMap, space: Space
) -> None:
    """Put a correction in force, in the caller's write transaction.

    A mention that moves to another place looks for its theme in ``space``.

    Raises:
        NoSuchFeedback, NoSuchMention, MentionChanged: it doesn't exist, or has changed.
        UnknownStage, UnknownTouchpoint, NoSuchCell: the labels don't exist in ``journey``.
    """
    lock_workspace(session, target.workspace_id, share=True)
    rows = lock_feedback(session, target.workspace_id, [target.feedback_id])
    if target.feedback_id not in rows:
        raise NoSuchFeedback
    row = rows[target.feedback_id]
    mentions = mentions_of(session, row.workspace_id, [row.id])[row.id]
    if target.ordinal >= len(mentions):
        raise NoSuchMention
    mention = mentions[target.ordinal]
    text = row.text[mention.start : mention.end]
    if body.text not in (None, text):
        raise MentionChanged
    now = values_of(mention)
    labels, among = resolve_labels(journey, without_layers(now), now, body.labels())
    session.add(
        Correction(
            workspace_id=row.workspace_id,
            feedback_id=row.id,
            start=mention.start,
            end=mention.end,
            text=text,
            old={field: now[field] for field in labels},
            new=labels,
            among=among or None,
            key_id=target.key_id,
            created_at=clock.now(),
        )
    )
    session.flush()
    relabel(session, row.workspace_id, [row], space)


def list_corrections(
    session: Session, workspace_id: UUID, params: CorrectionParams
) -> CorrectionPageOut:
    """A page of the log, the latest first."""
    before = decode_cursor(LIST, params.cursor, (UUID,))[0] if params.cursor else None
    rows = find_corrections(
        session, workspace_id, params.feedback_id, params.applied, before, params.limit + 1
    )
    page = rows[: params.limit]
    return CorrectionPageOut(
        items=[CorrectionOut.model_validate(row, from_attributes=True) for row in page],
        next=encode_cursor(LIST, [str(page[-1].id)]) if len(rows) > len(page) else None,
    )
