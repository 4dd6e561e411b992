"""Upserts: what a group of drafts changes in the feedback table, decided in order, written in bulk.

The order of the drafts is the order of deliveries, also where two of a group have the same external
id. Runs inside the caller's transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from typing import Final
from uuid import UUID

from sqlmodel import Session

from models.feedback import DONE, PENDING, Feedback
from models.mention import Mention
from models.tables import FEEDBACK
from models.types import new_id
from service.errors import Forbidden
from service.intake.bulk import insert_ignoring
from service.intake.drafts import Draft, ExternalKey, Row, content_hash
from service.intake.queries import StoredItem, delete_mentions, find_stored
from service.intake.submissions import DraftResult, Outcome, WriteConflict
from service.items import lock_feedback, mentions_of
from service.rollups.apply import Delta, apply
from service.themes.places import place_of
from service.themes.quotes import Quote, withdraw_quotes

ANALYSIS_COLUMNS = (
    "analysis_version",
    "analysed_at",
    "language_read",
    "sentiment",
    "score",
    "stage",
    "touchpoint",
    "emotion",
    "intent",
    "severity",
    "confidence",
    "candidates",
)
AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When a fresh item is due, also for a worker whose clock is behind."""
CARRIED_OVER = ("occurred_at", "customer_ref")
"""Fields that an update keeps if it leaves them out: erasure by customer would miss the item.

Changing them alone causes no new analysis, as the model does not read them. Values from a public
key are not kept when another key replaces the item: anybody may have sent them.
"""


class StoredByAnotherKey(Forbidden):
    """A key with origins may only replace what it stored itself; use another key or external_id."""

    code = "stored_by_another_key"


@dataclass(slots=True)
class _Item:
    """One item as the group leaves it. ``row`` is what has to be written, empty if nothing.

    ``carried_over`` has the stored values of ``CARRIED_OVER``; ``found`` is what was stored before
    the group, ``None`` for a new item.
    """

    id: UUID
    content_hash: str
    browser_key_id: UUID | None
    state: str
    carried_over: Row
    found: StoredItem | None = None
    row: Row = field(default_factory=dict)
    revision: int = 1


class FeedbackUpserts:
    """Decides outcomes one by one, then writes them all."""

    def __init__(self, session: Session, drafts: Iterable[Draft], at: datetime) -> None:
        self._session = session
        self._at = at
        self._items: dict[ExternalKey | UUID, _Item] = {
            key: _item_of(stored) for key, stored in _stored_items(session, drafts).items()
        }

    def decide(self, draft: Draft) -> DraftResult:
        """The result of this draft, given all that came before it."""
        key, hashed = draft.external_key, draft.row["content_hash"]
        browser_key_id = draft.row["browser_key_id"]
        item = self._items.get(key) if key else None
        if item is None:
            carried_over = _carried_over(draft.row, {})
            item = _Item(new_id(), hashed, browser_key_id, PENDING, carried_over, row=draft.row)
            self._items[key or item.id] = item
            return Outcome("accepted", item.id, PENDING)
        # Before all else: the response must not even reveal that the content is the same.
        if browser_key_id is not None and browser_key_id != item.browser_key_id:
            return StoredByAnotherKey()
        if item.content_hash == hashed:
            return Outcome("duplicate", item.id, item.state)
        return _decide_update(item, draft)

    def write(self) -> int:
        """Write every new and every changed item.

        Returns:
            How many became pending.

        Raises:
            WriteConflict: another transaction wrote one of the same external ids in the meantime.
        """
        written = [item for item in self._items.values() if item.row]
        self._insert([item for item in written if item.found is None])
        self._update([item for item in written if item.found is not None])
        return sum(item.state == PENDING for item in written)

    def _insert(self, items: Sequence[_Item]) -> None:
        rows = [_new_row(item, self._at) for item in items]
        # The same order in every transaction, so that two of them don't wait for each other.
        rows.sort(key=lambda row: (row["source"], row["external_id"] or ""))
        if insert_ignoring(self._session, FEEDBACK, rows) < len(rows):
            raise WriteConflict

    def _update(self, items: Sequence[_Item]) -> None:
        by_workspace: dict[UUID, list[UUID]] = defaultdict(list)
        for item in items:
            by_workspace[item.row["workspace_id"]].append(item.id)
        rows: dict[UUID, Feedback] = {}
        for workspace_id, ids in sorted(by_workspace.items()):
            rows |= lock_feedback(self._session, workspace_id, ids)
        if not all(_is_as_found(rows.get(item.id), item.found) for item in items):
            raise WriteConflict
        moved = {e.id: e for e in items if e.state == rows[e.id].state == DONE}
        delta = self._move(rows, list(moved.values()))
        changed = [item for item in items if item.id not in moved]
        withdraw(self._session, [rows[item.id] for item in changed], delta)
        for item in changed:
            _change(rows[item.id], item, self._at)
            make_pending(rows[item.id], self._at)
        self._session.flush()

    def _move(self, rows: Mapping[UUID, Feedback], moved: Sequence[_Item]) -> Delta:
        """Change counted columns of analysed items; returns the difference for the roll-ups."""
        mentions = _mentions_of(self._session, [rows[item.id] for item in moved])
        delta = Delta()
        for item in moved:
            row, found = rows[item.id], mentions.get(item.id, [])
            delta.add(row, found, -1)
            _change(row, item, self._at)
            delta.add(row, found)
        return delta


def _item_of(stored: StoredItem) -> _Item:
    carried_over = {"occurred_at": stored.occurred_at, "customer_ref": stored.customer_ref}
    return _Item(
        stored.id,
        stored.content_hash,
        stored.browser_key_id,
        stored.state,
        carried_over,
        found=stored,
    )


def _decide_update(item: _Item, draft: Draft) -> Outcome:
    """What a draft does that is not a repetition of the stored item."""
    browser_key_id = draft.row["browser_key_id"]
    is_trusted = item.browser_key_id in (None, browser_key_id)
    carried_over = _carried_over(draft.row, item.carried_over if is_trusted else {})
    says_the_same = is_trusted and _says_the_same(draft, item)
    if says_the_same and carried_over == item.carried_over:
        return Outcome("duplicate", item.id, item.state)
    if not says_the_same or item.state != DONE:
        item.state = PENDING
    item.row, item.carried_over = draft.row | carried_over, carried_over
    item.content_hash, item.browser_key_id = draft.row["content_hash"], browser_key_id
    item.revision += 1
    return Outcome("updated", item.id, item.state)


def _stored_items(session: Session, drafts: Iterable[Draft]) -> dict[ExternalKey, StoredItem]:
    """What is stored for ``drafts``, by present key, even if stored under the key as sent."""
    keys: set[ExternalKey] = set()
    former: dict[ExternalKey, ExternalKey] = {}
    for draft in drafts:
        if key := draft.external_key:
            keys.add(key)
            if as_sent := draft.former_key:
                former[as_sent] = key
    found = find_stored(session, keys | former.keys())
    renamed = {key: found[as_sent] for as_sent, key in former.items() if as_sent in found}
    return renamed | {key: stored for key, stored in found.items() if key in keys}


def withdraw(
    session: Session, rows: Collection[Feedback], delta: Delta | None = None
) -> list[Mention]:
    """Delete the mentions of locked ``rows`` and take their contribution out of the roll-ups.

    Pain points stop quoting them. ``delta`` are other changes of the roll-ups: a transaction writes
    them once, so that two of them don't wait for each other.

    Returns:
        The mentions that were deleted.
    """
    mentions = _mentions_of(session, rows)
    gone: list[Mention] = []
    quotes: list[Quote] = []
    delta = Delta() if delta is None else delta
    for row in rows:
        found = mentions.get(row.id, [])
        delta.add(row, found, -1)
        gone += found
        quotes += [
            Quote(place_of(row.workspace_id, each), each.pain_point_id, row.text) for each in found
        ]
    withdraw_quotes(session, quotes)
    apply(session, delta)
    for workspace_id, ids in _by_workspace(rows).items():
        delete_mentions(session, workspace_id, ids)
    return gone


def _mentions_of(session: Session, rows: Iterable[Feedback]) -> dict[UUID, list[Mention]]:
    """The mentions of each of these items, in any workspace."""
    found: dict[UUID, list[Mention]] = {}
    for workspace_id, ids in _by_workspace(rows).items():
        found |= mentions_of(session, workspace_id, ids)
    return found


def _by_workspace(rows: Iterable[Feedback]) -> dict[UUID, list[UUID]]:
    ids: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        ids[row.workspace_id].append(row.id)
    return ids


def make_pending(row: Feedback, at: datetime) -> None:
    """Put an item whose mentions are deleted back into the queue, without its analysis."""
    for name in ANALYSIS_COLUMNS:
        setattr(row, name, None)
    for name, value in pending_columns(at).items():
        setattr(row, name, value)


def pending_columns(at: datetime) -> Row:
    """The queue columns of an item that is pending from ``at`` on.

    It counts as received then: responses are complete up to the oldest pending item.
    """
    return {
        "state": PENDING,
        "attempts": 0,
        "error": None,
        "received_at": at,
        "due_at": AT_ONCE,
        "claimed_by": None,
        "claimed_until": None,
    }


def _carried_over(sent: Row, stored: Row) -> Row:
    """The stored values of what an update leaves out."""
    return {name: sent[name] or stored.get(name) for name in CARRIED_OVER}


def _says_the_same(draft: Draft, item: _Item) -> bool:
    """Whether a draft differs from the stored item in nothing but ``CARRIED_OVER``.

    The stored item is known by its hash alone: for each of them, the hash had the stored value
    or none.
    """
    sent_before = product(*((item.carried_over[name], None) for name in CARRIED_OVER))
    return any(
        content_hash(draft.row | dict(zip(CARRIED_OVER, values, strict=True))) == item.content_hash
        for values in sent_before
    )


def _change(row: Feedback, item: _Item, at: datetime) -> None:
    for name, value in _filled(item.row, at).items():
        setattr(row, name, value)
    row.revision += item.revision - 1
    row.claimed_by = row.claimed_until = None


def _filled(row: Row, at: datetime) -> Row:
    """The columns that a sender determines, with ``at`` if ``occurred_at`` is not known."""
    return row | {"occurred_at": row["occurred_at"] or at}


def _is_as_found(row: Feedback | None, found: StoredItem | None) -> bool:
    if row is None or found is None:
        return False
    return (row.content_hash, row.browser_key_id) == (found.content_hash, found.browser_key_id)


def _new_row(item: _Item, at: datetime) -> Row:
    return _filled(item.row, at) | {
        "id": item.id,
        "revision": item.revision,
        "received_at": at,
        "due_at": AT_ONCE,
        "state": PENDING,
        "attempts": 0,
    }
