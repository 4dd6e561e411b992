"""What one request asks the acceptor to store, and the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID

from service.errors import Problem
from service.intake.drafts import Draft
from service.web.idempotency import IdempotentRequest, JsonAnswer

Status = Literal["accepted", "updated", "duplicate"]


class WriteConflict(Exception):
    """Another transaction stored the same key or external id first; look it up again and retry."""


class Outcome(NamedTuple):
    """The result of one draft. ``state`` is the feedback's: pending, done or failed."""

    status: Status
    id: UUID
    state: str


DraftResult = Outcome | Problem
"""The result of one draft, or why it was rejected in view of what is stored."""
SubmissionResult = JsonAnswer | Problem
"""The result of a submission: an answer, or its own problem."""
Render = Callable[[Sequence[DraftResult]], SubmissionResult]
"""Renders the answer to a submission. Has no effect: a transaction may be retried."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Drafts that are stored together; ``render`` makes the answer from their results."""

    workspace_id: UUID
    drafts: Sequence[Draft]
    render: Render
    idempotency: IdempotentRequest | None = None


def status_of(result: DraftResult) -> str:
    """The result in one word: accepted, updated, duplicate or invalid."""
    return "invalid" if isinstance(result, Problem) else result.status
