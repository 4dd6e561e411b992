"""Which items a worker takes next, and its lease on them.

Work is any row whose analysis is missing (``pending`` and due) or stale (``done`` by another
version than that of the worker that started last). A claim is one short write transaction:
PostgreSQL skips rows that another worker is claiming, on SQLite ``BEGIN IMMEDIATE`` lets one claim
at a time through.

A lease is an optimisation, not a lock: whoever writes an analysis checks its claim again, so a
lease that expires too early only costs a repeated analysis.

Claims look at all workspaces; what is written afterwards names each row's own.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlmodel import Session

from models.feedback import DONE, PENDING
from models.tables import FEEDBACK
from service.analysis.versions import stale_versions
from service.ids import Id, pair_in

CLAIM_CHARS: Final = 100_000
"""Maximum characters of the texts of one claim; a longer text is claimed alone."""
LEASE_CHARS: Final = 50_000
"""A lease is extended by its own length for this many characters, as long texts take longer."""

BACK_OFF_SECONDS: Final = (1.0, 5.0, 30.0, 300.0)

# Literals: with bound parameters neither database can tell that the partial index applies.
IS_PENDING: Final = FEEDBACK.c.state == literal_column(f"'{PENDING}'")
IS_DONE: Final = FEEDBACK.c.state == literal_column(f"'{DONE}'")


class Candidate(NamedTuple):
    """What a claim needs to know about a row before it takes it.

    ``suspect``: an earlier attempt never returned, perhaps because this text crashed its process.
    """

    id: Id
    attempts: int
    chars: int
    suspect: bool


class Claimed(NamedTuple):
    """A row as claimed: what its analysis needs, and what must still be true when it is written."""

    workspace_id: UUID
    id: UUID
    revision: int
    state: str
    attempts: int
    received_at: datetime
    kind: str
    text: str
    subject: str | None
    question: str | None
    language: str
    stage_sent: str | None
    touchpoint_sent: str | None

    @property
    def key(self) -> Id:
        """Identifies the row."""
        return self.workspace_id, self.id


class Claim(NamedTuple):
    """Items to analyse, or one item that has crashed its process too often to be tried again."""

    items: list[Claimed]
    attempts_exhausted: bool = False


class ClaimSettings(NamedTuple):
    """Who claims, for how long, and how much at once."""

    worker: str
    version: str
    lease: timedelta
    items: int
    max_attempts: int


def has_work(session: Session, version: str, now: datetime) -> bool:
    """Whether a claim at ``now`` would find anything; reads only."""
    searches = [_pending(now), *(_stale(old, now) for old in stale_versions(session, version))]
    return any(session.execute(search.limit(1)).first() for search in searches)


def claim(session: Session, settings: ClaimSettings, now: datetime) -> Claim:
    """Take the oldest pending items or, if there are none, the newest stale ones.

    At most ``settings.items`` with ``CLAIM_CHARS`` characters in total; a suspect alone.
    """
    found = _candidates(session, _pending(now), settings.items)
    for old in () if found else stale_versions(session, settings.version):
        found = found or _candidates(session, _stale(old, now), settings.items)
    chosen = choose(found)
    if not chosen:
        return Claim([])
    until = now + lease_of(settings.lease, sum(candidate.chars for candidate in chosen))
    taken = _take(session, [candidate.id for candidate in chosen], settings.worker, until)
    if chosen[0].suspect:
        _postpone(session, chosen[0], now)
    return Claim(
        taken, attempts_exhausted=chosen[0].suspect and chosen[0].attempts > settings.max_attempts
    )


def choose(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates of one claim: the first ones that fit together, in order."""
    chosen: list[Candidate] = []
    chars = 0
    for candidate in candidates:
        chars += candidate.chars
        if chosen and (candidate.suspect or chosen[0].suspect or chars > CLAIM_CHARS):
            break
        chosen.append(candidate)
    return chosen


def lease_of(lease: timedelta, chars: int) -> timedelta:
    """How long a claim on texts of ``chars`` characters lasts."""
    return lease * (1 + chars // LEASE_CHARS)


def back_off(attempts: int) -> timedelta:
    """The delay of an item after ``attempts`` (1 or more) failed ones."""
    return timedelta(seconds=BACK_OFF_SECONDS[min(attempts, len(BACK_OFF_SECONDS)) - 1])


def renew(session: Session, worker: str, ids: Sequence[Id], until: datetime) -> None:
    """Extend the leases that ``worker`` still has."""
    mine = update(FEEDBACK).where(_among(ids), FEEDBACK.c.claimed_by == worker)
    session.execute(mine.values(claimed_until=until))


def release(session: Session, worker: str, ids: Sequence[Id]) -> None:
    """Release what ``worker`` claimed and will not analyse, as if it had never been claimed."""
    mine = update(FEEDBACK).where(_among(ids), FEEDBACK.c.claimed_by == worker)
    session.execute(
        mine.values(claimed_by=None, claimed_until=None, attempts=FEEDBACK.c.attempts - 1)
    )


def claimants(session: Session) -> list[str]:
    """The workers that have claims on pending items, dead or alive."""
    claimed = (
        select(FEEDBACK.c.claimed_by)
        .where(IS_PENDING, FEEDBACK.c.claimed_by.is_not(None))
        .distinct()
    )
    return list(session.scalars(claimed))


def expire(session: Session, workers: Sequence[str], now: datetime) -> None:
    """End the leases of ``workers`` on pending items; their attempts count as not returned."""
    theirs = update(FEEDBACK).where(IS_PENDING, FEEDBACK.c.claimed_by.in_(workers))
    session.execute(theirs.values(claimed_until=now))


def _pending(now: datetime) -> Select[Any]:
    return _free(now).where(IS_PENDING).order_by(FEEDBACK.c.received_at)


def _stale(version: str, now: datetime) -> Select[Any]:
    stale = _free(now).where(IS_DONE, FEEDBACK.c.analysis_version == version)
    return stale.order_by(FEEDBACK.c.occurred_at.desc())


def _free(now: datetime) -> Select[Any]:
    """Unclaimed rows that are due, as fields of ``Candidate``."""
    free = or_(FEEDBACK.c.claimed_until.is_(None), FEEDBACK.c.claimed_until <= now)
    suspect = (FEEDBACK.c.attempts > 0) & FEEDBACK.c.claimed_until.is_not(None)
    fields = (
        FEEDBACK.c.workspace_id,
        FEEDBACK.c.id,
        FEEDBACK.c.attempts,
        func.length(FEEDBACK.c.text),
        suspect,
    )
    return select(*fields).where(FEEDBACK.c.due_at <= now, free)


def _candidates(session: Session, search: Select[Any], most: int) -> list[Candidate]:
    locked = search.limit(most).with_for_update(skip_locked=True)
    return [
        Candidate((workspace, row), attempts, chars, suspect)
        for workspace, row, attempts, chars, suspect in session.execute(locked)
    ]


def _postpone(session: Session, suspect: Candidate, now: datetime) -> None:
    """If this attempt doesn't return either, others go first: it may just have been unlucky."""
    held = update(FEEDBACK).where(_among([suspect.id]))
    session.execute(held.values(due_at=now + back_off(suspect.attempts + 1)))


def _among(ids: Sequence[Id]) -> ColumnElement[bool]:
    return pair_in(FEEDBACK.c.workspace_id, FEEDBACK.c.id, ids)


def _take(session: Session, ids: Sequence[Id], worker: str, until: datetime) -> list[Claimed]:
    taken = (
        update(FEEDBACK)
        .where(_among(ids))
        .values(claimed_by=worker, claimed_until=until, attempts=FEEDBACK.c.attempts + 1)
        .returning(*(FEEDBACK.c[name] for name in Claimed._fields))
    )
    return [Claimed(*row) for row in session.execute(taken)]
