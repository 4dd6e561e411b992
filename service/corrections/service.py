"""Correcting mentions: the log, the mention, its item and the roll-ups, in one transaction.

``reapply`` is what every later analysis does with the log.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from models.correction import Correction
from models.feedback import Feedback
from models.mention import Mention
from service import clock
from service.corrections import spans
from service.corrections.errors import MentionChanged, NoSuchMention
from service.corrections.labels import stored_labels
from service.corrections.layers import Values, corrected, lifted, summarized, values_of
from service.corrections.queries import (
    corrections_of,
    find_corrections,
    lock_item,
    mentions_of,
)
from service.corrections.schemas import (
    CorrectionIn,
    CorrectionOut,
    CorrectionPageOut,
    CorrectionParams,
)
from service.insights.errors import NoSuchFeedback
from service.insights.rollups import Delta, apply
from service.journey.mapping import JourneyMap
from service.web.cursors import decode_cursor, encode_cursor


class Target(NamedTuple):
    """Which mention of a workspace is meant, and whose key means it."""

    workspace_id: UUID
    key_id: UUID
    feedback_id: UUID
    ordinal: int


def correct(session: Session, target: Target, body: CorrectionIn, journey: JourneyMap) -> None:
    """Put a correction in force, in the caller's write transaction.

    Raises:
        NoSuchFeedback, NoSuchMention, MentionChanged: it isn't there, or isn't what was seen.
        UnknownStage, UnknownTouchpoint, NoSuchCell: the labels don't exist in ``journey``.
    """
    row = lock_item(session, target.workspace_id, target.feedback_id)
    if row is None:
        raise NoSuchFeedback
    mentions = mentions_of(session, row.workspace_id, row.id)
    if target.ordinal >= len(mentions):
        raise NoSuchMention
    mention = mentions[target.ordinal]
    text = row.text[mention.start : mention.end]
    if body.text not in (None, text):
        raise MentionChanged
    now = values_of(mention)
    labels = stored_labels(journey, lifted(now), now, body.labels())
    session.add(
        Correction(
            workspace_id=row.workspace_id,
            feedback_id=row.id,
            start=mention.start,
            end=mention.end,
            text=text,
            old={field: now[field] for field in labels},
            new=labels,
            key_id=target.key_id,
            created_at=clock.now(),
        )
    )
    session.flush()
    _recount(session, row, mentions)


def _recount(session: Session, row: Feedback, mentions: Sequence[Mention]) -> None:
    """Bring an analysed item in line with its corrections, and the roll-ups with the item."""
    delta = Delta()
    delta.add(row, mentions, -1)
    read = [lifted(values_of(mention)) for mention in mentions]
    log = corrections_of(session, row.workspace_id, [row.id])
    laid = reapply(row.text, read, log)
    for mention, values in zip(mentions, laid, strict=True):
        _set(mention, values)
    _set(row, summarized(row.language_read or row.language, row.kind, laid))
    session.flush()
    delta.add(row, mentions)
    apply(session, delta)


def reapply(text: str, mentions: Sequence[Values], log: Sequence[Correction]) -> list[Values]:
    """The ``mentions`` read in ``text`` with the corrections of ``log``, the earliest first.

    Whether its span was found is noted in each correction.
    """
    found = spans.find(text, mentions, log)
    for correction, applied in zip(log, found.applied, strict=True):
        correction.applied = applied
    return [
        corrected(values, found.labels[index]) if index in found.labels else values
        for index, values in enumerate(mentions)
    ]


def _set(row: Feedback | Mention, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def list_corrections(
    session: Session, workspace_id: UUID, params: CorrectionParams
) -> CorrectionPageOut:
    """A page of the log, the latest first."""
    before = decode_cursor(params.cursor, (UUID,))[0] if params.cursor else None
    rows = find_corrections(
        session, workspace_id, params.feedback_id, params.applied, before, params.limit + 1
    )
    page = rows[: params.limit]
    return CorrectionPageOut(
        items=[CorrectionOut.model_validate(row, from_attributes=True) for row in page],
        next=encode_cursor([str(page[-1].id)]) if len(rows) > len(page) else None,
    )
