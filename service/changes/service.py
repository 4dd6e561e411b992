"""Recording, listing and deleting changes."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlmodel import Session

from models.change import Change
from service import clock
from service.changes.errors import NoSuchChange
from service.changes.queries import change_by_id, find_changes
from service.changes.schemas import ChangeIn, ChangeListParams, ChangeOut, ChangePageOut
from service.changes.scopes import resolve_scope
from service.web.cursors import cursor_time, decode_cursor, encode_cursor

LIST: Final = "changes"
"""The list's name in its cursors."""


def record_change(session: Session, workspace_id: UUID, key_id: UUID, body: ChangeIn) -> ChangeOut:
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
    resolve_scope(session, change)
    session.add(change)
    session.flush()
    return change_out(change)


def changes_page(session: Session, workspace_id: UUID, params: ChangeListParams) -> ChangePageOut:
    """A page of changes as returned by the API."""
    rows, next_ = list_page(session, workspace_id, params)
    return ChangePageOut(items=[change_out(change) for change in rows], next=next_)


def list_page(
    session: Session, workspace_id: UUID, params: ChangeListParams
) -> tuple[Sequence[Change], str | None]:
    """A page of changes, the latest first, and the cursor of the next page."""
    after = None
    if params.cursor:
        at, last = decode_cursor(LIST, params.cursor, (cursor_time, UUID))
        after = (at, last)
    rows = find_changes(session, workspace_id, after, params.limit + 1)
    page = rows[: params.limit]
    last_row = page[-1] if len(rows) > len(page) else None
    if last_row is None:
        return page, None
    return page, encode_cursor(LIST, [last_row.happened_at.isoformat(), str(last_row.id)])


def get_change(session: Session, workspace_id: UUID, wanted: UUID) -> Change:
    """One change.

    Raises:
        NoSuchChange: there is none with that id.
    """
    change = change_by_id(session, workspace_id, wanted)
    if change is None:
        raise NoSuchChange
    return change


def delete_change(session: Session, workspace_id: UUID, wanted: UUID) -> None:
    """Delete a change; feedback is not affected.

    Raises:
        NoSuchChange: there is none with that id.
    """
    session.delete(get_change(session, workspace_id, wanted))


def change_out(change: Change) -> ChangeOut:
    """A change as returned by the API."""
    return ChangeOut.model_validate(change, from_attributes=True)
