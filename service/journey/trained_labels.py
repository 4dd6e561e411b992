"""What a workspace has taught, as stored: probes, and when labels have to be made anew.

Writers of labels lock the workspace before its feedback, so that no mention is labelled by probes
that have just been replaced.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import numpy as np
from sqlmodel import Session, col, delete, select

from models.learning import LearnedProbe, Learning
from models.mention_vector import MentionVector
from nlp.arrays import Float32
from nlp.probe import Estimate, Probe
from nlp.rates import Rate
from nlp.vectors import unpacked
from service.journey.probes import Field, TrainedLabel
from service.journey.queries import lock_workspace

FROM_CORRECTIONS: Final = -1
"""Stands in place of a definition's version for probes learned from corrections."""
OVERREAD_FACTOR: Final = 10
"""Mentions looked at per mention wanted: most may be from another model."""


def latest_vectors(session: Session, workspace_id: UUID, model_version: str, limit: int) -> Float32:
    """The vectors (n, width) of the latest mentions, as one model made them."""
    latest = (
        select(MentionVector.vector, MentionVector.model_version)
        .where(MentionVector.workspace_id == workspace_id)
        .order_by(col(MentionVector.feedback_id).desc(), col(MentionVector.ordinal))
        .limit(OVERREAD_FACTOR * limit)
        .subquery()
    )
    stored = session.scalars(
        select(latest.c.vector).where(latest.c.model_version == model_version).limit(limit)
    ).all()
    return unpacked(stored)


def load_trained(
    session: Session, workspace_id: UUID, journey_version: int, model_version: str
) -> list[TrainedLabel]:
    """The probes of a version of the definition (or those ``FROM_CORRECTIONS``) for one model."""
    rows = session.exec(
        select(LearnedProbe)
        .where(
            LearnedProbe.workspace_id == workspace_id,
            LearnedProbe.journey_version == journey_version,
            LearnedProbe.model_version == model_version,
        )
        .order_by(col(LearnedProbe.axis), col(LearnedProbe.label))
    ).all()
    return [_trained(row) for row in rows]


def save_trained(
    session: Session,
    workspace_id: UUID,
    journey_version: int,
    model_version: str,
    trained: Sequence[TrainedLabel],
    at: datetime,
) -> None:
    """Store probes that don't exist yet."""
    for each in trained:
        session.add(
            LearnedProbe(
                workspace_id=workspace_id,
                journey_version=journey_version,
                model_version=model_version,
                axis=each.axis,
                label=each.key,
                weights=each.probe.weights.astype("<f4").tobytes(),
                estimate=_estimate_json(each.estimate),
                created_at=at,
            )
        )
    session.flush()


def delete_trained(
    session: Session, workspace_id: UUID, journey_version: int, model_version: str | None = None
) -> bool:
    """Delete the probes of a version of the definition (or those ``FROM_CORRECTIONS``).

    They are those for one model, or by default those for all; returns whether there were any.
    """
    statement = delete(LearnedProbe).where(
        col(LearnedProbe.workspace_id) == workspace_id,
        col(LearnedProbe.journey_version) == journey_version,
    )
    if model_version is not None:
        statement = statement.where(col(LearnedProbe.model_version) == model_version)
    return session.exec(statement).rowcount > 0


def request_relabelling(session: Session, workspace_id: UUID) -> None:
    """Have all stored feedback of the workspace labelled again, in the background."""
    row = lock_learning(session, workspace_id)
    if row is None:
        session.add(Learning(workspace_id=workspace_id))
    else:
        row.stamp += 1
        row.reached, row.finished = None, False
    session.flush()


def lock_learning(session: Session, workspace_id: UUID) -> Learning | None:
    """Lock what a workspace has taught, to change it; returns None if it never taught anything."""
    lock_workspace(session, workspace_id)
    return session.get(Learning, workspace_id, populate_existing=True)


def find_learning(session: Session, workspace_id: UUID) -> Learning | None:
    """The same for reading, without a lock."""
    return session.get(Learning, workspace_id)


def _trained(row: LearnedProbe) -> TrainedLabel:
    weights = np.frombuffer(row.weights, dtype="<f4").astype(np.float32)
    return TrainedLabel(cast(Field, row.axis), row.label, Probe(weights), _estimate(row.estimate))


def _estimate_json(estimate: Estimate) -> dict[str, Any]:
    return {name: rate._asdict() for name, rate in estimate._asdict().items()}


def _estimate(stored: dict[str, Any]) -> Estimate:
    return Estimate(**{name: Rate(**rate) for name, rate in stored.items()})
