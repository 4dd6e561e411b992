"""The worker's share in learning: probes for its model, and labelling stored feedback anew."""

import logging
from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from models.feedback import DONE, Feedback
from models.learning import Learning
from nlp.themes.space import Space
from service import clock
from service.analysis.engine import Engine
from service.corrections.learned_labels import find_learned_labels
from service.corrections.relabel import relabel
from service.db import Database
from service.errors import Problem
from service.items import lock_feedback
from service.journey.learning import BACKGROUND, learn_labels, mentions_to_relearn
from service.journey.queries import lock_workspace
from service.journey.service import current_map
from service.journey.trained_labels import (
    delete_trained,
    latest_vectors,
    load_trained,
    lock_learning,
    request_relabelling,
    save_trained,
)

ITEMS: Final = 100
"""Items labelled in one transaction: other writers wait for it."""
log = logging.getLogger(__name__)


def update_probes(database: Database, engine: Engine, workspaces: Collection[UUID]) -> None:
    """Teach this engine's model what its workspaces have defined by examples.

    What it learned with little feedback, as a new model or in a new workspace, it learns again
    when there is more.
    """
    for workspace_id in workspaces:
        with database.read() as session:
            due = _is_due(session, workspace_id, engine.version)
        if due:
            _learn(database, engine, workspace_id)


def _is_due(session: Session, workspace_id: UUID, model_version: str) -> bool:
    learned = find_learned_labels(session, workspace_id, model_version)
    if not any(learned.keys):
        return False
    if not learned.complete:
        return True
    journey = current_map(session, workspace_id)
    trained = load_trained(session, workspace_id, journey.version, model_version)
    wanted = mentions_to_relearn(journey.definition, trained)
    if wanted is None:
        return False
    return len(latest_vectors(session, workspace_id, model_version, BACKGROUND)) >= wanted


def _learn(database: Database, engine: Engine, workspace_id: UUID) -> None:
    with database.read() as session:
        journey = current_map(session, workspace_id)
        background = latest_vectors(session, workspace_id, engine.version, BACKGROUND)
    try:
        trained = learn_labels(journey.definition, engine, background)
    except Problem:
        log.exception("a journey can't be learned", extra={"action": "learn"})
        return

    def save(session: Session) -> None:
        lock_workspace(session, workspace_id)
        if current_map(session, workspace_id).version != journey.version:
            return
        if _is_due(session, workspace_id, engine.version):
            delete_trained(session, workspace_id, journey.version, engine.version)
            save_trained(
                session, workspace_id, journey.version, engine.version, trained, clock.now()
            )
            request_relabelling(session, workspace_id)

    database.transact(save)


def has_stale_labels(session: Session) -> bool:
    """Whether any workspace's feedback has to be labelled anew; reads only."""
    return _next(session) is not None


def relabel_batch(session: Session, space: Space) -> None:
    """Label the next items of a workspace that has taught something new, in a write transaction.

    Their mentions find themes in ``space``.
    """
    workspace_id = _next(session)
    state = workspace_id and lock_learning(session, workspace_id)
    if not workspace_id or not state or state.finished:
        return
    found = select(Feedback.id).where(Feedback.workspace_id == workspace_id, Feedback.state == DONE)
    if state.reached is not None:
        found = found.where(col(Feedback.id) > state.reached)
    ids = session.exec(found.order_by(col(Feedback.id)).limit(ITEMS)).all()
    locked = lock_feedback(session, workspace_id, ids).values()
    relabel(session, workspace_id, [row for row in locked if row.state == DONE], space)
    state.reached = ids[-1] if ids else state.reached
    state.finished = len(ids) < ITEMS


def _next(session: Session) -> UUID | None:
    unfinished = select(Learning.workspace_id).where(col(Learning.finished).is_(False))
    return session.exec(unfinished.order_by(col(Learning.workspace_id)).limit(1)).first()
