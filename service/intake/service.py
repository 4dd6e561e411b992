"""The path of one request: validated, drafted, submitted, answered after the commit."""

import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from starlette.concurrency import run_in_threadpool

from service.db import Database
from service.errors import Problem
from service.insights.schemas import FeedbackOut
from service.intake.accept import Acceptor
from service.intake.batch import CheckedItem, CountItems, batch_answer, check_batch, dry_run_body
from service.intake.drafts import Draft, DraftBuilder
from service.intake.schemas import FeedbackIn
from service.intake.submissions import DraftResult, Render, Submission, SubmissionResult
from service.intake.waiting import analysed
from service.keys.caller import Caller
from service.telemetry import INTAKE_ITEMS
from service.web.idempotency import IdempotentRequest, JsonAnswer

log = logging.getLogger(__name__)


class Intake:
    """Accepts the feedback of one request; ``wait_s``: seconds that its answer may wait."""

    def __init__(
        self,
        database: Database,
        acceptor: Acceptor,
        caller: Caller,
        max_text_chars: int,
        idempotency: IdempotentRequest | None,
    ) -> None:
        self._database = database
        self._acceptor = acceptor
        self._caller = caller
        self._builder = DraftBuilder(
            database, caller.workspace_id, max_text_chars, caller.browser_key_id
        )
        self._idempotency = idempotency
        self.wait_s = 0

    async def one(self, item: FeedbackIn) -> JsonAnswer:
        """Store one item; with ``wait_s``, answer with its analysis if it is ready in time.

        Raises:
            Problem: it can't be accepted (now).
        """
        if self._builder.may_build_inline(item):
            draft = self._builder.build(item)
        else:
            draft = await run_in_threadpool(self._builder.build, item)
        answer = await self._submit([draft], _one_answer)
        return await self._waited(answer) if self.wait_s else answer

    async def _waited(self, answer: JsonAnswer) -> JsonAnswer:
        headers = answer.headers | {"Preference-Applied": f"wait={self.wait_s}"}
        item = await self._analysed(UUID(answer.body["id"]))
        if item is None:
            return JsonAnswer(answer.status, answer.body, headers)
        return JsonAnswer(200, item.model_dump(mode="json"), headers)

    async def _analysed(self, id: UUID) -> FeedbackOut | None:
        try:
            return await analysed(self._database, self._caller, id, self.wait_s)
        except Exception as error:  # the item is stored: on an error, senders would store it twice
            log.error("intake_wait_failed", exc_info=error)
            return None

    async def batch(self, body: bytes, count_items: CountItems) -> JsonAnswer:
        """Store the valid items of a batch.

        Raises:
            Problem: the batch as a whole can't be accepted (now).
        """
        items = await run_in_threadpool(check_batch, body, self._builder, count_items)
        drafts = [item for item in items if not isinstance(item, Problem)]
        count_invalid(items)
        return await self._submit(drafts, lambda results: batch_answer(items, results))

    async def dry_run(self, body: bytes, count_items: CountItems) -> dict[str, Any]:
        """What a batch would store; stores nothing."""
        return await run_in_threadpool(
            lambda: dry_run_body(check_batch(body, self._builder, count_items))
        )

    async def _submit(self, drafts: Sequence[Draft], render: Render) -> JsonAnswer:
        submission = Submission(self._caller.workspace_id, drafts, render, self._idempotency)
        return await self._acceptor.accept(submission)


def count_invalid(items: Sequence[CheckedItem]) -> None:
    """Count rejected items in the metrics; stored ones are counted after the commit."""
    invalid = sum(isinstance(item, Problem) for item in items)
    if invalid:
        INTAKE_ITEMS.labels("unknown", "invalid").inc(invalid)


def _one_answer(results: Sequence[DraftResult]) -> SubmissionResult:
    [outcome] = results
    if isinstance(outcome, Problem):
        return outcome
    body = {"id": str(outcome.id), "status": outcome.status, "state": outcome.state}
    return JsonAnswer(202, body, {"Location": f"/v1/feedback/{outcome.id}"})
