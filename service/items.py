"""Reads feedback and its mentions by the ids of the items, or locks them before a change."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from models.feedback import TEXT_COLUMNS, Feedback
from models.mention import Mention
from service.ids import chunked

MAX_IDS: Final = 500
"""Ids in one statement; databases limit the number of parameters."""


def lock_feedback(
    session: Session,
    workspace_id: UUID,
    ids: Collection[UUID],
    *,
    anew: bool = False,
    texts: bool = True,
) -> dict[UUID, Feedback]:
    """The rows, locked in the order of their ids until the transaction ends.

    ``anew`` also reads rows again that the session already has; without ``texts``, texts are not
    loaded.
    """
    statement = select(Feedback).order_by(col(Feedback.id)).with_for_update()
    if not texts:
        statement = statement.options(*(defer(column) for column in TEXT_COLUMNS))
    rows: dict[UUID, Feedback] = {}
    for part in chunked(sorted(ids), MAX_IDS):
        locked = session.exec(
            statement.where(Feedback.workspace_id == workspace_id, col(Feedback.id).in_(part)),
            execution_options={"populate_existing": anew},
        )
        rows |= {row.id: row for row in locked}
    return rows


def mentions_of(
    session: Session, workspace_id: UUID, ids: Collection[UUID], *, anew: bool = False
) -> dict[UUID, list[Mention]]:
    """The mentions of each of these items, in their order; ``anew`` as in ``lock_feedback``."""
    statement = select(Mention).order_by(col(Mention.feedback_id), col(Mention.ordinal))
    found: dict[UUID, list[Mention]] = defaultdict(list)
    for part in chunked(list(ids), MAX_IDS):
        of_part = (Mention.workspace_id == workspace_id, col(Mention.feedback_id).in_(part))
        for mention in session.exec(
            statement.where(*of_part), execution_options={"populate_existing": anew}
        ):
            found[mention.feedback_id].append(mention)
    return found
