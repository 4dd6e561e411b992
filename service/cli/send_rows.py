"""Send the rows of a file to the API in batches, with a progress bar."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from service.client import Verbatim, VerbatimError
from service.intake.plan import ImportPlan, items_of
from service.intake.records import RowError, Source
from service.web.invalid import TOO_DEEP

BATCH_ITEMS: Final = 500
BATCH_CHARS: Final = 700_000
"""The API accepts this much within seconds, even if there is a lot to redact."""
BATCH_BYTES: Final = 4_000_000
"""Keeps a batch below the API's limit of 5 MB. If the limit is lower, batches are halved."""
MAX_NESTING: Final = 200
"""The deepest nesting of lists and objects. JSON is written and read by recursive functions, and
Python limits recursion to a thousand calls."""
TOO_LARGE: Final = 413


class Line(NamedTuple):
    """A row of the file: its item, or the reason why it has none."""

    number: int
    item: dict[str, Any] | None
    reason: str = ""


class Report(NamedTuple):
    """The outcome: rows by status, and ``errors`` as {row, problem}."""

    counts: Counter[str]
    errors: list[dict[str, Any]]


def send_rows(
    voc: Verbatim, source: Source, plan: ImportPlan, report: Report, dry_run: bool, console: Console
) -> None:
    """Send every row and record the outcome in ``report``.

    Raises:
        VerbatimError: the API rejects a whole batch, or can no longer be reached.
    """
    total = sum(1 for _ in source.records())
    bar = (TextColumn("rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*bar, console=console) as progress:
        task = progress.add_task("rows", total=total)
        for lines in _batches(_lines(source, plan)):
            _send_batch(voc, lines, dry_run, report)
            progress.advance(task, len(lines))


def _lines(source: Source, plan: ImportPlan) -> Iterator[Line]:
    for number, item in items_of(source, plan):
        if isinstance(item, RowError):
            yield Line(number, None, item.reason)
        else:
            yield Line(number, None, TOO_DEEP) if _is_deep(item) else Line(number, item)


def _is_deep(item: dict[str, Any]) -> bool:
    """Whether anything is nested more than ``MAX_NESTING`` deep."""
    level: list[Any] = [item]
    for _ in range(MAX_NESTING):
        level = [part for whole in level for part in _parts(whole)]
        if not level:
            return False
    return True


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    chars = size = 0
    for line in lines:
        own_chars = len(str(line.item))
        own_size = len(json.dumps(line.item, default=str))  # ASCII, as the client sends it
        if batch and (
            len(batch) >= BATCH_ITEMS
            or chars + own_chars > BATCH_CHARS
            or size + own_size > BATCH_BYTES
        ):
            yield batch
            batch, chars, size = [], 0, 0
        batch.append(line)
        chars += own_chars
        size += own_size
    if batch:
        yield batch


def _send_batch(voc: Verbatim, lines: Sequence[Line], dry_run: bool, report: Report) -> None:
    report.errors.extend(_error(line.number, line.reason) for line in lines if line.item is None)
    sent = [line for line in lines if line.item is not None]
    if not sent:
        return
    try:
        answer = voc.batch([line.item or {} for line in sent], dry_run=dry_run)
    except VerbatimError as error:
        if error.status != TOO_LARGE:
            raise
        _send_less(voc, sent, dry_run, report)
        return
    for result in answer["items"]:
        if result["status"] == "invalid":
            row = sent[result["index"]].number
            report.errors.append({"row": row, "problem": result["error"]})
        else:
            report.counts[result["status"]] += 1


def _send_less(voc: Verbatim, lines: Sequence[Line], dry_run: bool, report: Report) -> None:
    """Send the halves of a batch that was too large; a single row that is too large is an error."""
    if len(lines) == 1:
        report.errors.append(
            _error(lines[0].number, "is larger than the request limit; shorten it")
        )
        return
    middle = len(lines) // 2
    for half in (lines[:middle], lines[middle:]):
        _send_batch(voc, half, dry_run, report)


def _error(row: int, reason: str) -> dict[str, Any]:
    return {"row": row, "problem": {"detail": reason}}
