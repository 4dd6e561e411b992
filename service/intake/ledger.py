"""Upserts: what a group of drafts changes in the feedback table, decided in order, written in bulk.

The order of the drafts is the order of deliveries, also where two of a group have the same external
id. Runs inside the caller's transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from uuid import UUID

from sqlmodel import Session

from models.feedback import DONE, PENDING, Feedback
from models.mention import Mention
from models.tables import FEEDBACK
from models.types import new_id
from service.errors import Forbidden
from service.intake.bulk import insert_ignoring
from service.intake.drafts import Draft, ExternalKey, Row, content_hash
from service.intake.queries import Known, delete_mentions, find_known
from service.intake.submissions import Outcome, Raced, Result
from service.items import lock_feedback, mentions_of
from service.rollups.apply import Delta, apply
from service.themes.places import place_of
from service.themes.quotes import Quote, withdraw_quotes

READINGS = (
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
KEPT = ("occurred_at", "customer_ref")
"""Fields that an update keeps if it leaves them out: erasure by customer would miss the item.

Changing them alone causes no new analysis, as the model does not read them. Values from a public
key are not kept when another key replaces the item: anybody may have sent them.
"""


class StoredByAnotherKey(Forbidden):
    """A key with origins may only replace what it stored itself; use another key or external_id."""

    code = "stored_by_another_key"


@dataclass(slots=True)
class _Entry:
    """One item as the group leaves it. ``row`` is what has to be written, empty if nothing.

    ``kept`` has the known values of ``KEPT``; ``found`` is what was stored before the group,
    ``None`` for a new item.
    """

    id: UUID
    content_hash: str
    browser_key_id: UUID | None
    state: str
    kept: Row
    found: Known | None = None
    row: Row = field(default_factory=dict)
    revision: int = 1


class Ledger:
    """Decides outcomes one by one, then writes them all."""

    def __init__(self, session: Session, drafts: Iterable[Draft], at: datetime) -> None:
        self._session = session
        self._at = at
        self._entries: dict[ExternalKey | UUID, _Entry] = {
            key: _entry_of(known) for key, known in _known(session, drafts).items()
        }

    def enter(self, draft: Draft) -> Result:
        """The result of this draft, given all that came before it."""
        key, hashed = draft.external_key, draft.row["content_hash"]
        browser_key_id = draft.row["browser_key_id"]
        entry = self._entries.get(key) if key else None
        if entry is None:
            kept = _kept(draft.row, {})
            entry = _Entry(new_id(), hashed, browser_key_id, PENDING, kept, row=draft.row)
            self._entries[key or entry.id] = entry
            return Outcome("accepted", entry.id, PENDING)
        # Before all else: the response must not even reveal that the content is the same.
        if browser_key_id is not None and browser_key_id != entry.browser_key_id:
            return StoredByAnotherKey()
        if entry.content_hash == hashed:
            return Outcome("duplicate", entry.id, entry.state)
        return _enter_again(entry, draft)

    def write(self) -> int:
        """Write every new and every changed item.

        Returns:
            How many became pending.

        Raises:
            Raced: another transaction wrote one of the same external ids in the meantime.
        """
        written = [entry for entry in self._entries.values() if entry.row]
        self._insert([entry for entry in written if entry.found is None])
        self._update([entry for entry in written if entry.found is not None])
        return sum(entry.state == PENDING for entry in written)

    def _insert(self, entries: Sequence[_Entry]) -> None:
        rows = [_new_row(entry, self._at) for entry in entries]
        # The same order in every transaction, so that two of them don't wait for each other.
        rows.sort(key=lambda row: (row["source"], row["external_id"] or ""))
        if insert_ignoring(self._session, FEEDBACK, rows) < len(rows):
            raise Raced

    def _update(self, entries: Sequence[_Entry]) -> None:
        by_workspace: dict[UUID, list[UUID]] = defaultdict(list)
        for entry in entries:
            by_workspace[entry.row["workspace_id"]].append(entry.id)
        rows: dict[UUID, Feedback] = {}
        for workspace_id, ids in sorted(by_workspace.items()):
            rows |= lock_feedback(self._session, workspace_id, ids)
        if not all(_is_as_found(rows.get(entry.id), entry.found) for entry in entries):
            raise Raced
        moved = {e.id: e for e in entries if e.state == rows[e.id].state == DONE}
        delta = self._move(rows, list(moved.values()))
        changed = [entry for entry in entries if entry.id not in moved]
        withdraw(self._session, [rows[entry.id] for entry in changed], delta)
        for entry in changed:
            _change(rows[entry.id], entry, self._at)
            make_pending(rows[entry.id], self._at)
        self._session.flush()

    def _move(self, rows: Mapping[UUID, Feedback], moved: Sequence[_Entry]) -> Delta:
        """Change counted columns of analysed items; returns the difference for the roll-ups."""
        mentions = _mentions_of(self._session, [rows[entry.id] for entry in moved])
        delta = Delta()
        for entry in moved:
            row, found = rows[entry.id], mentions.get(entry.id, [])
            delta.add(row, found, -1)
            _change(row, entry, self._at)
            delta.add(row, found)
        return delta


def _entry_of(known: Known) -> _Entry:
    kept = {"occurred_at": known.occurred_at, "customer_ref": known.customer_ref}
    return _Entry(
        known.id, known.content_hash, known.browser_key_id, known.state, kept, found=known
    )


def _enter_again(entry: _Entry, draft: Draft) -> Outcome:
    """What a draft does that is not a repetition of the stored item."""
    browser_key_id = draft.row["browser_key_id"]
    is_trusted = entry.browser_key_id in (None, browser_key_id)
    kept = _kept(draft.row, entry.kept if is_trusted else {})
    says_the_same = is_trusted and _says_the_same(draft, entry)
    if says_the_same and kept == entry.kept:
        return Outcome("duplicate", entry.id, entry.state)
    if not says_the_same or entry.state != DONE:
        entry.state = PENDING
    entry.row, entry.kept = draft.row | kept, kept
    entry.content_hash, entry.browser_key_id = draft.row["content_hash"], browser_key_id
    entry.revision += 1
    return Outcome("updated", entry.id, entry.state)


def _known(session: Session, drafts: Iterable[Draft]) -> dict[ExternalKey, Known]:
    """What is stored for ``drafts``, by present key, even if stored under the key as sent."""
    keys: set[ExternalKey] = set()
    former: dict[ExternalKey, ExternalKey] = {}
    for draft in drafts:
        if key := draft.external_key:
            keys.add(key)
            if as_sent := draft.former_key:
                former[as_sent] = key
    found = find_known(session, keys | former.keys())
    renamed = {key: found[as_sent] for as_sent, key in former.items() if as_sent in found}
    return renamed | {key: known for key, known in found.items() if key in keys}


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
    for name in READINGS:
        setattr(row, name, None)
    for name, value in waiting(at).items():
        setattr(row, name, value)


def waiting(at: datetime) -> Row:
    """The queue columns of an item that is pending from ``at`` on.

    It counts as received then: responses are complete up to the oldest pending item.
    """
    return {
        "state": PENDING,
        "attempts": 0,
        "error": None,
        "received_at": at,
        "due_at": at,
        "claimed_by": None,
        "claimed_until": None,
    }


def _kept(sent: Row, known: Row) -> Row:
    """The known values of what an update leaves out."""
    return {name: sent[name] or known.get(name) for name in KEPT}


def _says_the_same(draft: Draft, entry: _Entry) -> bool:
    """Whether a draft differs from the stored item in nothing but ``KEPT``.

    The stored item is known by its hash alone: for each of them, the hash had the known value or
    none.
    """
    sent_before = product(*((entry.kept[name], None) for name in KEPT))
    return any(
        content_hash(draft.row | dict(zip(KEPT, values, strict=True))) == entry.content_hash
        for values in sent_before
    )


def _change(row: Feedback, entry: _Entry, at: datetime) -> None:
    for name, value in _filled(entry.row, at).items():
        setattr(row, name, value)
    row.revision += entry.revision - 1
    row.claimed_by = row.claimed_until = None


def _filled(row: Row, at: datetime) -> Row:
    """The columns that a sender determines, with ``at`` if ``occurred_at`` is not known."""
    return row | {"occurred_at": row["occurred_at"] or at}


def _is_as_found(row: Feedback | None, found: Known | None) -> bool:
    if row is None or found is None:
        return False
    return (row.content_hash, row.browser_key_id) == (found.content_hash, found.browser_key_id)


def _new_row(entry: _Entry, at: datetime) -> Row:
    return _filled(entry.row, at) | {
        "id": entry.id,
        "revision": entry.revision,
        "received_at": at,
        "due_at": at,
        "state": PENDING,
        "attempts": 0,
    }
