"""The latest readings, for the review queue."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import FromClause, Row, select
from sqlmodel import Session

from models.tables import FEEDBACK, MENTION
from service.insights.filters import Selection
from service.insights.queries.expressions import InOrder
from service.insights.queries.mentions import in_cells
from service.insights.queries.recount import FEEDBACK_OF_MENTIONS, feedback_conditions

READ: Final = (
    "feedback_id",
    "ordinal",
    "stage",
    "touchpoint",
    "confidence",
    "stage_provenance",
    "touchpoint_provenance",
    "replaced",
)


def latest_readings(session: Session, selection: Selection, limit: int) -> Sequence[Row[Any]]:
    """The columns ``READ`` of the mentions that were received last."""
    [_, *of_feedback] = feedback_conditions(session, selection)
    source: FromClause = (
        InOrder(MENTION, FEEDBACK, FEEDBACK_OF_MENTIONS) if of_feedback else MENTION
    )
    statement = (
        select(*(MENTION.c[name] for name in READ))
        .select_from(source)
        .where(MENTION.c.workspace_id == selection.workspace_id, *of_feedback)
        .order_by(MENTION.c.feedback_id.desc(), MENTION.c.ordinal.desc())
        .limit(limit)
    )
    if selection.cells is not None:
        statement = statement.where(in_cells(selection.cells))
    return session.execute(statement).all()
