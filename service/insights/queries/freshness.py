"""Up to when a response is complete, and what is not in it yet."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlmodel import Session

from models.feedback import FAILED, PENDING
from models.tables import FEEDBACK
from service import clock
from service.insights.filters import Selection
from service.insights.queries.expressions import only_compared
from service.insights.queries.recount import feedback_conditions

IS_PENDING: Final[ColumnElement[str]] = literal_column(f"'{PENDING}'")
"""A literal, not a bind parameter: else a database can't know that the partial index of pending
feedback has all rows."""


class Freshness(NamedTuple):
    """Everything received before ``as_of`` is in the response; ``pending`` items are not yet."""

    as_of: datetime
    pending: int


def freshness(session: Session, workspace_id: UUID) -> Freshness:
    """When the oldest pending item of the workspace was received (else now), and how many wait."""
    oldest, pending = session.execute(
        select(func.min(FEEDBACK.c.received_at), func.count()).where(
            FEEDBACK.c.workspace_id == workspace_id, FEEDBACK.c.state == IS_PENDING
        )
    ).one()
    return Freshness(oldest or clock.now(), pending)


class Unread(NamedTuple):
    """The numbers of items without an analysis: pending and failed."""

    pending: int
    failed: int


def unread(session: Session, selection: Selection) -> Unread:
    """How many items of the selection, at any stage, have no analysis. They are looked up by their
    state, because they are few."""
    state, moment = FEEDBACK.c.state, only_compared(session, FEEDBACK.c.occurred_at)
    rows = session.execute(
        select(state, func.count())
        .where(*feedback_conditions(session, selection, moment), state.in_((PENDING, FAILED)))
        .group_by(state)
    )
    counts: dict[str, int] = {name: count for name, count in rows}
    return Unread(counts.get(PENDING, 0), counts.get(FAILED, 0))
