"""Erasure of feedback, its mentions and its share of the roll-ups, in one transaction.

However much a customer has said, all items are locked first (before them, the workspace if what it
has learned is withdrawn), then the places of themes, then the roll-ups: the order of all writers
(``docs/decisions/0013-one-order-of-locks.md``).
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from service.corrections.learning import forget_erased
from service.errors import NotFound
from service.intake.queries import delete_feedback, ids_of_customer
from service.intake.upserts import withdraw
from service.items import lock_feedback
from service.themes.rows import remove_emptied


class Erased(NamedTuple):
    """How much was erased."""

    feedback: int
    mentions: int


def erase_one(session: Session, workspace_id: UUID, id: UUID) -> Erased:
    """Erase one item.

    Raises:
        NotFound: the workspace has no such item.
    """
    erased = _erase(session, workspace_id, [id])
    if not erased.feedback:
        raise NotFound
    return erased


def erase_customer(session: Session, workspace_id: UUID, customer_ref: str) -> Erased:
    """Erase everything that one customer said; finding nothing is not an error."""
    return _erase(session, workspace_id, ids_of_customer(session, workspace_id, customer_ref))


def _erase(session: Session, workspace_id: UUID, ids: Sequence[UUID]) -> Erased:
    forget_erased(session, workspace_id, ids)
    rows = lock_feedback(session, workspace_id, ids)
    gone = withdraw(session, rows.values())
    remove_emptied(session, workspace_id, gone)
    delete_feedback(session, workspace_id, list(rows))
    return Erased(len(rows), len(gone))
