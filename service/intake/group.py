"""One transaction for everything that concurrent requests store."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from models.tables import IDEMPOTENCY
from service import clock
from service.errors import Problem
from service.ids import pair_in
from service.intake.bulk import insert_ignoring
from service.intake.submissions import Submission, SubmissionResult, WriteConflict, status_of
from service.intake.upserts import FeedbackUpserts
from service.web.idempotency import (
    RETENTION,
    IdempotencyKeyReused,
    IdempotentRequest,
    has_expired,
    purge,
    replayed,
    row_of,
)

OwnedKey = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class GroupResult:
    """A committed group: answers in the order of the submissions, items that became pending, and
    the number of items by (kind, outcome).
    """

    answers: Sequence[SubmissionResult]
    pending: int
    counts: Counter[tuple[str, str]]


class CommitGroup:
    """The submissions of one transaction. Used once: a retried transaction is a new group."""

    def __init__(self, session: Session, submissions: Sequence[Submission]) -> None:
        self._session = session
        self._submissions = submissions
        self._at = clock.now()
        self._stored = _stored_answers(session, submissions, self._at)
        self._new: list[dict[str, Any]] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        drafts = (draft for submission in submissions for draft in submission.drafts)
        self._upserts = FeedbackUpserts(session, drafts, self._at)

    def write(self) -> GroupResult:
        """Process all submissions.

        Raises:
            WriteConflict: another transaction stored the same external id or idempotency key first.
        """
        answers = [self._answer(submission) for submission in self._submissions]
        pending = self._upserts.write()
        _store_answers(self._session, self._new)
        return GroupResult(answers, pending, self._counts)

    def _answer(self, submission: Submission) -> SubmissionResult:
        idempotency = submission.idempotency
        if idempotency is None:
            return self._fresh(submission)
        stored = self._stored.get((submission.workspace_id, idempotency.key))
        if stored is not None:
            return _replayed(stored, idempotency)
        answer = self._fresh(submission)
        if isinstance(answer, Problem):
            return answer
        row = row_of(submission.workspace_id, idempotency, answer, self._at)
        self._stored[submission.workspace_id, idempotency.key] = row
        self._new.append(row)
        return answer

    def _fresh(self, submission: Submission) -> SubmissionResult:
        results = [self._upserts.decide(draft) for draft in submission.drafts]
        kinds = (draft.row["kind"] for draft in submission.drafts)
        self._counts.update(zip(kinds, map(status_of, results), strict=True))
        return submission.render(results)


def _stored_answers(
    session: Session, submissions: Iterable[Submission], at: datetime
) -> dict[OwnedKey, Mapping[str, Any]]:
    keys = {(each.workspace_id, each.idempotency.key) for each in submissions if each.idempotency}
    if not keys:
        return {}
    table = IDEMPOTENCY.c
    wanted = pair_in(table.workspace_id, table.key, sorted(keys))
    rows = session.execute(select(IDEMPOTENCY).where(wanted)).mappings().all()
    valid = {
        (row["workspace_id"], row["key"]): row
        for row in rows
        if not has_expired(row["created_at"], at)
    }
    if len(valid) < len(rows):
        purge(session, at - RETENTION)
    return dict(valid)


def _replayed(row: Mapping[str, Any], idempotency: IdempotentRequest) -> SubmissionResult:
    try:
        return replayed(row, idempotency)
    except IdempotencyKeyReused as problem:
        return problem


def _store_answers(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    ordered = sorted(rows, key=lambda row: (row["workspace_id"], row["key"]))
    if insert_ignoring(session, IDEMPOTENCY, ordered) < len(ordered):
        raise WriteConflict
