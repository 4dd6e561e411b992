"""Statements over corrections."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from models.correction import Correction
from models.mention import Mention
from models.mention_vector import MentionVector
from service.ids import chunked
from service.items import MAX_IDS


def corrections_of(
    session: Session, workspace_id: UUID, feedback_ids: Collection[UUID]
) -> Sequence[Correction]:
    """The corrections of these items, the earliest first."""
    return session.exec(
        select(Correction)
        .where(
            Correction.workspace_id == workspace_id,
            col(Correction.feedback_id).in_(feedback_ids),
        )
        .order_by(col(Correction.id))
    ).all()


def find_corrections(
    session: Session,
    workspace_id: UUID,
    feedback_id: UUID | None,
    applied: bool | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Correction]:
    """The latest corrections: of one item, or (not) in force; all by default."""
    statement = select(Correction).where(Correction.workspace_id == workspace_id)
    if feedback_id is not None:
        statement = statement.where(Correction.feedback_id == feedback_id)
    if applied is not None:
        statement = statement.where(col(Correction.applied).is_(applied))
    if before is not None:
        statement = statement.where(col(Correction.id) < before)
    return session.exec(statement.order_by(col(Correction.id).desc()).limit(limit)).all()


def corrected_among(
    session: Session, workspace_id: UUID, feedback_ids: Collection[UUID]
) -> set[UUID]:
    """Those of these items that have corrections."""
    found: set[UUID] = set()
    for part in chunked(list(feedback_ids), MAX_IDS):
        found |= set(
            session.exec(
                select(Correction.feedback_id).where(
                    Correction.workspace_id == workspace_id, col(Correction.feedback_id).in_(part)
                )
            )
        )
    return found


def judged_mentions(
    session: Session, workspace_id: UUID, model_version: str, limit: int
) -> list[tuple[Mention, bytes]]:
    """The mentions of corrected items, the latest items first, with their vectors."""
    corrected = (
        select(Correction.feedback_id)
        .where(Correction.workspace_id == workspace_id)
        .distinct()
        .order_by(col(Correction.feedback_id).desc())
        .limit(limit)
    )
    of_these = _with_vectors(workspace_id, model_version).where(
        col(Mention.feedback_id).in_(corrected)
    )
    return [(mention, vector) for mention, vector in session.execute(of_these)]


def latest_mentions(
    session: Session, workspace_id: UUID, model_version: str, limit: int
) -> list[tuple[Mention, bytes]]:
    """The latest mentions, with their vectors."""
    latest = _with_vectors(workspace_id, model_version).limit(limit)
    return [(mention, vector) for mention, vector in session.execute(latest)]


def _with_vectors(workspace_id: UUID, model_version: str) -> Select[Any, Any]:
    return (
        select(Mention, MentionVector.vector)
        .join(
            MentionVector,
            (col(MentionVector.workspace_id) == col(Mention.workspace_id))
            & (col(MentionVector.feedback_id) == col(Mention.feedback_id))
            & (col(MentionVector.ordinal) == col(Mention.ordinal)),
        )
        .where(Mention.workspace_id == workspace_id, MentionVector.model_version == model_version)
        .order_by(col(Mention.feedback_id).desc(), col(Mention.ordinal))
    )


def vectors_of(
    session: Session, workspace_id: UUID, feedback_ids: Collection[UUID]
) -> dict[UUID, dict[int, bytes]]:
    """The stored vectors of the mentions of these items, where there are any, by their ordinals."""
    found: dict[UUID, dict[int, bytes]] = defaultdict(dict)
    for feedback_id, ordinal, vector in session.exec(
        select(MentionVector.feedback_id, MentionVector.ordinal, MentionVector.vector).where(
            MentionVector.workspace_id == workspace_id,
            col(MentionVector.feedback_id).in_(feedback_ids),
        )
    ):
        found[feedback_id][ordinal] = vector
    return found
