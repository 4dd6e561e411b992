"""``Prefer: wait=N`` (RFC 7240): wait for the analysis, for N seconds at most."""

import asyncio
import re
from time import monotonic
from typing import Annotated, Final
from uuid import UUID

from fastapi import Header
from starlette.concurrency import run_in_threadpool

from models.feedback import PENDING
from service.db import Database
from service.insights.feedback import feedback_in
from service.insights.schemas import FeedbackOut
from service.intake.queries import browser_key_of, state_of
from service.journey.service import current_map
from service.keys.caller import Caller

MAX_WAIT_SECONDS: Final = 10
POLL_SECONDS: Final = 0.03
SLOWEST_POLL_SECONDS: Final = 0.25
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,9})\b", re.IGNORECASE)


Prefer = Annotated[
    str | None,
    Header(
        description=(
            "`wait=N`: wait up to N (at most 10) seconds for the analysis and respond 200 with "
            "the analysed item; 202 if it takes longer."
        ),
        examples=["wait=5"],
    ),
]


def wait_of(prefer: str | None) -> int:
    """The requested time in seconds; an unknown preference is ignored."""
    found = _WAIT.search(prefer) if prefer else None
    return min(int(found[1]), MAX_WAIT_SECONDS) if found else 0


async def analysed(
    database: Database, caller: Caller, id: UUID, seconds: int
) -> FeedbackOut | None:
    """The item once it is done or failed; ``None`` if it is gone or still pending after
    ``seconds``.

    A caller with a public key never sees what another key has replaced it with meanwhile.
    """
    until, pause = monotonic() + seconds, POLL_SECONDS
    while (state := await run_in_threadpool(_state, database, caller.workspace_id, id)) == PENDING:
        if monotonic() + pause > until:
            return None
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, SLOWEST_POLL_SECONDS)
    if state is None:
        return None
    return await run_in_threadpool(_item, database, caller, id)


def _state(database: Database, workspace_id: UUID, id: UUID) -> str | None:
    with database.read() as session:
        return state_of(session, workspace_id, id)


def _item(database: Database, caller: Caller, id: UUID) -> FeedbackOut | None:
    workspace_id, key_id = caller.workspace_id, caller.browser_key_id
    with database.read() as session:
        if key_id is not None and browser_key_of(session, workspace_id, id) != key_id:
            return None
        return feedback_in(session, workspace_id, id, current_map(session, workspace_id))
