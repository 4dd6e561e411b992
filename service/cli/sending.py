"""A file's rows on their way to the API, in batches, with a progress bar."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from service.client import Verbatim
from service.intake.plan import CellError, Plan, item_of
from service.intake.records import RowError, Source

BATCH_ITEMS: Final = 500
BATCH_CHARS: Final = 700_000
"""Keeps a batch below the API's 5 MB: JSON takes 6 bytes for a character outside of ASCII."""


class Line(NamedTuple):
    """A row of the file on its way: an item, or why there is none."""

    number: int
    item: dict[str, Any] | None
    reason: str = ""


class Report(NamedTuple):
    """What became of the rows; ``errors`` are {row, problem}."""

    counts: Counter[str]
    errors: list[dict[str, Any]]


def send(voc: Verbatim, source: Source, plan: Plan, dry_run: bool, console: Console) -> Report:
    """Send every row; what became of them.

    Raises:
        VerbatimError: the API refuses it all, or can't be reached any more.
    """
    report = Report(Counter(), [])
    total = sum(1 for _ in source.records())
    bar = (TextColumn("rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*bar, console=console) as progress:
        task = progress.add_task("rows", total=total)
        for lines in _batches(_lines(source, plan)):
            _send_batch(voc, lines, dry_run, report)
            progress.advance(task, len(lines))
    return report


def _lines(source: Source, plan: Plan) -> Iterator[Line]:
    for record in source.records():
        if isinstance(record, RowError):
            yield Line(record.line, None, record.reason)
            continue
        try:
            yield Line(record.line, item_of(record, plan, source.digest))
        except CellError as error:
            yield Line(record.line, None, str(error))


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    chars = 0
    for line in lines:
        size = len(str(line.item))
        if batch and (len(batch) >= BATCH_ITEMS or chars + size > BATCH_CHARS):
            yield batch
            batch, chars = [], 0
        batch.append(line)
        chars += size
    if batch:
        yield batch


def _send_batch(voc: Verbatim, lines: Sequence[Line], dry_run: bool, report: Report) -> None:
    report.errors.extend(_error(line.number, line.reason) for line in lines if line.item is None)
    sent = [line for line in lines if line.item is not None]
    if not sent:
        return
    answer = voc.batch([line.item or {} for line in sent], dry_run=dry_run)
    for result in answer["items"]:
        if result["status"] == "invalid":
            row = sent[result["index"]].number
            report.errors.append({"row": row, "problem": result["error"]})
        else:
            report.counts[result["status"]] += 1


def _error(row: int, reason: str) -> dict[str, Any]:
    return {"row": row, "problem": {"detail": reason}}
