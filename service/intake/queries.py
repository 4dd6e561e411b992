"""The SQL of intake. Where SQLite and PostgreSQL differ, the difference is here."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, delete, select

from models.feedback import PENDING, Feedback
from models.mention import Mention
from service.intake.drafts import ExternalKey

FEEDBACK: Final[Table] = SQLModel.metadata.tables[str(Feedback.__tablename__)]


class Known(NamedTuple):
    """What is stored under an external id."""

    id: UUID
    content_hash: str
    state: str


def find_known(session: Session, keys: Iterable[ExternalKey]) -> dict[ExternalKey, Known]:
    """What is stored under these (workspace, source, external id)."""
    wanted: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    for workspace_id, source, external_id in keys:
        wanted[workspace_id, source].append(external_id)
    return {
        (workspace_id, source, external_id): known
        for (workspace_id, source), external_ids in wanted.items()
        for external_id, known in _known_from(session, workspace_id, source, external_ids)
    }


def _known_from(
    session: Session, workspace_id: UUID, source: str, external_ids: Sequence[str]
) -> Iterator[tuple[str, Known]]:
    table = FEEDBACK.c
    rows = session.execute(
        select_columns(table.external_id, table.id, table.content_hash, table.state).where(
            table.workspace_id == workspace_id,
            table.source == source,
            table.external_id.in_(external_ids),
        )
    )
    for external_id, *found in rows:
        yield external_id, Known(*found)


def insert_ignoring(
    session: Session, table: Table, rows: Sequence[Mapping[str, Any]], returning: ColumnElement[Any]
) -> list[Any]:
    """Insert ``rows`` in few statements; those whose unique key exists are passed over.

    Returns:
        ``returning`` of the rows that were inserted.
    """
    if not rows:
        return []
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).on_conflict_do_nothing().returning(returning)
    return list(session.execute(statement, list(rows)).scalars())


def lock_feedback(
    session: Session, workspace_id: UUID, ids: Collection[UUID]
) -> dict[UUID, Feedback]:
    """The rows, locked in the order of their ids until the transaction ends."""
    rows = session.exec(
        select(Feedback)
        .where(Feedback.workspace_id == workspace_id, col(Feedback.id).in_(ids))
        .order_by(col(Feedback.id))
        .with_for_update()
    )
    return {row.id: row for row in rows}


def mentions_of(
    session: Session, workspace_id: UUID, ids: Collection[UUID]
) -> dict[UUID, list[Mention]]:
    """The mentions of each of these items."""
    found: dict[UUID, list[Mention]] = defaultdict(list)
    rows = session.exec(
        select(Mention).where(
            Mention.workspace_id == workspace_id, col(Mention.feedback_id).in_(ids)
        )
    )
    for mention in rows:
        found[mention.feedback_id].append(mention)
    return found


def delete_mentions(session: Session, workspace_id: UUID, ids: Collection[UUID]) -> None:
    """Delete the mentions of these items; the roll-ups are the caller's to change."""
    session.exec(
        delete(Mention).where(
            col(Mention.workspace_id) == workspace_id, col(Mention.feedback_id).in_(ids)
        )
    )


def delete_feedback(session: Session, workspace_id: UUID, ids: Collection[UUID]) -> None:
    """Delete these items, whose mentions are gone already."""
    session.exec(
        delete(Feedback).where(
            col(Feedback.workspace_id) == workspace_id, col(Feedback.id).in_(ids)
        )
    )


def ids_of_customer(session: Session, workspace_id: UUID, customer_ref: str) -> Sequence[UUID]:
    """The items of one customer, by the stored hash."""
    return session.exec(
        select(Feedback.id).where(
            Feedback.workspace_id == workspace_id, Feedback.customer_ref == customer_ref
        )
    ).all()


def count_pending(session: Session, limit: int) -> int:
    """Pending items of all workspaces, counted up to ``limit``: the queue is one."""
    some = select_columns(FEEDBACK.c.id).where(FEEDBACK.c.state == PENDING).limit(limit).subquery()
    count: int = session.execute(select_columns(func.count()).select_from(some)).scalar_one()
    return count


def state_of(session: Session, workspace_id: UUID, id: UUID) -> str | None:
    """The state of one item."""
    return session.exec(
        select(Feedback.state).where(Feedback.workspace_id == workspace_id, Feedback.id == id)
    ).first()
