"""The attributes that a workspace has declared, and how far their roll-ups are built."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from models.attribute import READY, DeclaredAttribute
from service.db import lock_ids
from service.rollups.segments import Declared


def declared_in(session: Session, workspace_id: UUID) -> Sequence[Declared]:
    """The declared attributes of a workspace, by name."""
    return _declared(session, [workspace_id]).get(workspace_id, ())


def lock_declared(
    session: Session, workspaces: Collection[UUID]
) -> Mapping[UUID, Sequence[Declared]]:
    """The declared attributes of some workspaces, locked against changes in this transaction.

    The lock is shared: other transactions can hold it, too, and go on writing feedback.
    """
    lock_ids(session, workspaces, exclusive=False)
    return _declared(session, workspaces)


def lock_declared_exclusively(session: Session, workspace_id: UUID) -> None:
    """Lock the declared attributes of a workspace exclusively until the transaction ends.

    Waits for transactions that share the lock (``lock_declared``): the roll-ups of the workspace
    are written either before or after this transaction.
    """
    lock_ids(session, [workspace_id], exclusive=True)


def ready_attributes(session: Session, workspace_id: UUID) -> frozenset[str]:
    """The names of the declared attributes whose roll-ups are complete."""
    return frozenset(each.name for each in declared_in(session, workspace_id) if each.ready)


def _declared(session: Session, workspaces: Collection[UUID]) -> Mapping[UUID, Sequence[Declared]]:
    found: dict[UUID, list[Declared]] = defaultdict(list)
    rows = (
        select(DeclaredAttribute)
        .where(col(DeclaredAttribute.workspace_id).in_(workspaces))
        .order_by(col(DeclaredAttribute.name))
        .execution_options(populate_existing=True)
    )
    for row in session.exec(rows):
        found[row.workspace_id].append(Declared(row.name, row.counted_to, row.state == READY))
    return found
