"""Creating, listing and revoking keys."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session

from models.api_key import ApiKey
from service.clock import now
from service.errors import InvalidParam, InvalidRequest
from service.keys import queries
from service.keys.errors import BrowserKeyScope, KeyNotFound
from service.keys.schemas import Key, Keys, NewKey
from service.keys.tokens import hash_of, new_secret, prefix_of
from service.web.cursors import decode_cursor, encode_cursor

LIST: Final = "keys"
"""The list's name in its cursors."""


def make(
    session: Session, workspace_id: UUID, wanted: NewKey, secret: str | None = None
) -> tuple[ApiKey, str]:
    """Store a key and return it with its secret, which is generated unless given.

    Raises:
        BrowserKeyScope: a key with origins would have more than the scope ingest.
        InvalidRequest: it would be expired already.
    """
    moment = now()
    _check(wanted, moment)
    secret = secret or new_secret()
    key = ApiKey(
        workspace_id=workspace_id,
        name=wanted.name,
        prefix=prefix_of(secret),
        hash=hash_of(secret),
        scopes=sorted(set(wanted.scopes)),
        origins=sorted(set(wanted.origins)),
        rate_per_minute=wanted.rate_per_minute,
        created_at=moment,
        expires_at=wanted.expires_at,
    )
    session.add(key)
    session.flush()
    return key, secret


def _check(wanted: NewKey, moment: datetime) -> None:
    if wanted.origins and set(wanted.scopes) != {"ingest"}:
        reason = "must be ['ingest'] for a key with origins; create another key for the rest"
        raise BrowserKeyScope(invalid_params=[InvalidParam("scopes", reason)])
    if wanted.expires_at is not None and wanted.expires_at <= moment:
        reason = "must be in the future; leave it out for a key that never expires"
        raise InvalidRequest(invalid_params=[InvalidParam("expires_at", reason)])


def listed(session: Session, workspace_id: UUID, cursor: str | None, limit: int) -> Keys:
    """A page of the workspace's keys, oldest first, with the cursor of the next page."""
    after = decode_cursor(LIST, cursor, (UUID,))[0] if cursor else None
    rows = queries.page(session, workspace_id, after, limit + 1)
    items = [Key.of(row) for row in rows[:limit]]
    more = len(rows) > limit
    return Keys(items=items, next=encode_cursor(LIST, [str(items[-1].id)]) if more else None)


def revoke(session: Session, workspace_id: UUID, key_id: UUID) -> None:
    """Revoke a key; revoking it again changes nothing.

    Raises:
        KeyNotFound: the workspace has no such key.
    """
    key = queries.by_id(session, workspace_id, key_id)
    if key is None:
        raise KeyNotFound()
    if key.revoked_at is None:
        key.revoked_at = now()
        session.add(key)
