"""What intake looks up and deletes."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Text, TextualSelect, Uuid, bindparam, func, text
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, delete, select

from models.feedback import PENDING, Feedback
from models.mention import Mention
from models.tables import FEEDBACK
from models.types import UtcDateTime
from service.db import is_postgresql
from service.ids import chunked
from service.intake.drafts import ExternalKey
from service.items import MAX_IDS

_STORED = (
    "SELECT external_id, id, content_hash, browser_key_id, state, occurred_at, customer_ref "
    "FROM feedback "
    "WHERE workspace_id = :workspace_id AND source = :source AND external_id "
)


def _select_stored(among: str) -> TextualSelect:
    """One parameter for any number of ids: the statement is the same for every group."""
    workspace_id = bindparam("workspace_id", type_=Uuid)
    return (
        text(_STORED + among)
        .bindparams(workspace_id)
        .columns(
            external_id=Text,
            id=Uuid,
            content_hash=Text,
            browser_key_id=Uuid,
            state=Text,
            occurred_at=UtcDateTime,
            customer_ref=Text,
        )
    )


_STORED_ON_SQLITE: Final = _select_stored("IN (SELECT value FROM json_each(:external_ids))")
_STORED_ON_POSTGRESQL: Final = _select_stored("= ANY(:external_ids)")


class StoredItem(NamedTuple):
    """What is stored under an external id."""

    id: UUID
    content_hash: str
    browser_key_id: UUID | None
    state: str
    occurred_at: datetime
    customer_ref: str | None


def find_stored(session: Session, keys: Iterable[ExternalKey]) -> dict[ExternalKey, StoredItem]:
    """What is stored under these (workspace, source, external id)."""
    wanted: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    for workspace_id, source, external_id in keys:
        wanted[workspace_id, source].append(external_id)
    return {
        (workspace_id, source, external_id): stored
        for (workspace_id, source), external_ids in wanted.items()
        for external_id, stored in _stored_from(session, workspace_id, source, external_ids)
    }


def _stored_from(
    session: Session, workspace_id: UUID, source: str, external_ids: list[str]
) -> Iterator[tuple[str, StoredItem]]:
    postgresql = is_postgresql(session)
    rows = session.connection().execute(
        _STORED_ON_POSTGRESQL if postgresql else _STORED_ON_SQLITE,
        {
            "workspace_id": workspace_id,
            "source": source,
            "external_ids": external_ids if postgresql else json.dumps(external_ids),
        },
    )
    for external_id, *found in rows:
        yield external_id, StoredItem(*found)


def delete_mentions(session: Session, workspace_id: UUID, ids: Collection[UUID]) -> None:
    """Delete the mentions of these items; the caller updates the roll-ups."""
    for part in chunked(list(ids), MAX_IDS):
        session.exec(
            delete(Mention).where(
                col(Mention.workspace_id) == workspace_id, col(Mention.feedback_id).in_(part)
            )
        )


def delete_feedback(session: Session, workspace_id: UUID, ids: Collection[UUID]) -> None:
    """Delete these items, whose mentions are already deleted."""
    for part in chunked(list(ids), MAX_IDS):
        session.exec(
            delete(Feedback).where(
                col(Feedback.workspace_id) == workspace_id, col(Feedback.id).in_(part)
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
    """Pending items of all workspaces, which share a queue, counted up to ``limit``."""
    some = select_columns(FEEDBACK.c.id).where(FEEDBACK.c.state == PENDING).limit(limit).subquery()
    count: int = session.execute(select_columns(func.count()).select_from(some)).scalar_one()
    return count


def browser_key_of(session: Session, workspace_id: UUID, id: UUID) -> UUID | None:
    """The key with origins that stored an item, if any."""
    return session.exec(
        select(Feedback.browser_key_id).where(
            Feedback.workspace_id == workspace_id, Feedback.id == id
        )
    ).first()


def state_of(session: Session, workspace_id: UUID, id: UUID) -> str | None:
    """The state of one item."""
    return session.exec(
        select(Feedback.state).where(Feedback.workspace_id == workspace_id, Feedback.id == id)
    ).first()
