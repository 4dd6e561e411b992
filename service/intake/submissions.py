"""What one request asks the acceptor to store, and what comes back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID

from service.intake.drafts import Draft
from service.web.idempotency import StoredAnswer
from service.web.once import Once

Status = Literal["accepted", "updated", "duplicate"]


class Raced(Exception):
    """Another transaction stored the same key or external id first; look again and redo."""


class Outcome(NamedTuple):
    """What became of one draft. ``state`` is the feedback's: pending, done or failed."""

    status: Status
    id: UUID
    state: str


Render = Callable[[Sequence[Outcome]], StoredAnswer]
"""Makes the answer of a submission. Has no effect: a transaction may be done again."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Drafts that are stored together; ``render`` makes the answer from their outcomes."""

    workspace_id: UUID
    drafts: Sequence[Draft]
    render: Render
    once: Once | None = None
