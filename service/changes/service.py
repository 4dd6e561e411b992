"""Recording, listing and deleting changes."""

from typing import Final
from uuid import UUID

from sqlmodel import Session

from models.change import Change
from service import clock
from service.changes.errors import NoSuchChange
from service.changes.queries import change_by_id, find_changes
from service.changes.schemas import ChangeIn, ChangeListParams, ChangeOut, ChangePageOut
from service.changes.scopes import selected
from service.web.cursors import cursor_time, decode_cursor, encode_cursor

LIST: Final = "changes"
"""The list's name in its cursors."""


def tell(session: Session, workspace_id: UUID, key_id: UUID, body: ChangeIn) -> ChangeOut:
    """Store a change, in the caller's write transaction.

    Raises:
        UnknownStage, UnknownTouchpoint, NoSuchPainPoint: the scope names something unknown.
    """
    change = Change(
        workspace_id=workspace_id,
        title=body.title,
        description=body.description,
        scope=body.scope.model_dump(mode="json", exclude_none=True),
        happened_at=body.happened_at,
        created_at=clock.now(),
        created_by=key_id,
    )
    selected(session, change)
    session.add(change)
    session.flush()
    return shown(change)


def listed(session: Session, workspace_id: UUID, params: ChangeListParams) -> ChangePageOut:
    """A page of changes, the latest first."""
    after = None
    if params.cursor:
        at, last = decode_cursor(LIST, params.cursor, (cursor_time, UUID))
        after = (at, last)
    rows = find_changes(session, workspace_id, after, params.limit + 1)
    page = rows[: params.limit]
    last_row = page[-1] if len(rows) > len(page) else None
    return ChangePageOut(
        items=[shown(change) for change in page],
        next=last_row and encode_cursor(LIST, [last_row.happened_at.isoformat(), str(last_row.id)]),
    )


def one(session: Session, workspace_id: UUID, wanted: UUID) -> Change:
    """One change.

    Raises:
        NoSuchChange: there is none with that id.
    """
    change = change_by_id(session, workspace_id, wanted)
    if change is None:
        raise NoSuchChange
    return change


def forget(session: Session, workspace_id: UUID, wanted: UUID) -> None:
    """Delete a change; feedback is not affected.

    Raises:
        NoSuchChange: there is none with that id.
    """
    session.delete(one(session, workspace_id, wanted))


def shown(change: Change) -> ChangeOut:
    """A change as returned by the API."""
    return ChangeOut.model_validate(change, from_attributes=True)
