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
from service.ids import among
from service.intake.bulk import insert_ignoring
from service.intake.submissions import Submission, SubmissionResult, WriteConflict, status_of
from service.intake.upserts import FeedbackUpserts
from service.web.idempotency import (
    KEPT,
    REPLAYED,
    IdempotencyKeyReused,
    StoredAnswer,
    is_kept,
    purge,
)
from service.web.once import Once

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
        self._given = _answers_given(session, submissions, self._at)
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
        _remember(self._session, self._new)
        return GroupResult(answers, pending, self._counts)

    def _answer(self, submission: Submission) -> SubmissionResult:
        once = submission.once
        if once is None:
            return self._fresh(submission)
        given = self._given.get((submission.workspace_id, once.key))
        if given is not None:
            return _repeated(given, once)
        answer = self._fresh(submission)
        if isinstance(answer, Problem):
            return answer
        record = _record(submission.workspace_id, once, answer, self._at)
        self._given[submission.workspace_id, once.key] = record
        self._new.append(record)
        return answer

    def _fresh(self, submission: Submission) -> SubmissionResult:
        results = [self._upserts.decide(draft) for draft in submission.drafts]
        kinds = (draft.row["kind"] for draft in submission.drafts)
        self._counts.update(zip(kinds, map(status_of, results), strict=True))
        return submission.render(results)


def _answers_given(
    session: Session, submissions: Iterable[Submission], at: datetime
) -> dict[OwnedKey, Mapping[str, Any]]:
    keys = {(each.workspace_id, each.once.key) for each in submissions if each.once}
    if not keys:
        return {}
    table = IDEMPOTENCY.c
    wanted = among(table.workspace_id, table.key, sorted(keys))
    rows = session.execute(select(IDEMPOTENCY).where(wanted)).mappings().all()
    valid = {
        (row["workspace_id"], row["key"]): row for row in rows if is_kept(row["created_at"], at)
    }
    if len(valid) < len(rows):
        purge(session, at - KEPT)
    return dict(valid)


def _record(workspace_id: UUID, once: Once, answer: StoredAnswer, at: datetime) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "key": once.key,
        "fingerprint": once.fingerprint,
        "status": answer.status,
        "body": answer.body,
        "headers": answer.headers,
        "created_at": at,
    }


def _repeated(record: Mapping[str, Any], once: Once) -> SubmissionResult:
    if record["fingerprint"] != once.fingerprint:
        return IdempotencyKeyReused()
    return StoredAnswer(record["status"], record["body"], record["headers"] | REPLAYED)


def _remember(session: Session, records: Sequence[Mapping[str, Any]]) -> None:
    ordered = sorted(records, key=lambda record: (record["workspace_id"], record["key"]))
    if insert_ignoring(session, IDEMPOTENCY, ordered) < len(ordered):
        raise WriteConflict
