"""``voc import``: send a CSV or JSONL file through the API; its columns are guessed and shown."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.table import Table

from nlp.documents import Kind
from service.cli.connection import api_key, api_url
from service.cli.send_rows import Report, send_rows
from service.cli.terminal import Terminal
from service.client import PASSING, Verbatim, VerbatimError
from service.errors import Problem
from service.intake.cell_values import DateOrder
from service.intake.plan import ImportPlan
from service.intake.planning import ImportOptions, plan_for
from service.intake.ratings import Scale
from service.intake.records import UnreadableFile, open_source
from service.intake.reports import csv_report, faults
from service.intake.scales import scale_of
from service.settings import Settings

PATIENT_TRIES: Final = 60
SHOWN_ERRORS: Final = 10
PARTLY: Final = 3
"""The exit code when some rows were stored and others rejected."""
SOURCE_HELP: Final = (
    "The system the feedback comes from. Feedback with the same source and id is overwritten. "
    "Default: the name of the file, or import if it has no ids."
)
STATUSES: Final = ("accepted", "updated", "duplicate")

console = Terminal(highlight=False, soft_wrap=True)


def import_file(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file to send.")
    ],
    url: Annotated[str | None, typer.Option(help="URL of the API.")] = None,
    key: Annotated[
        str | None, typer.Option(help="A key with the scope ingest. Default: VOC_KEY.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="The kind of feedback in the file.")] = None,
    source: Annotated[str | None, typer.Option(help=SOURCE_HELP)] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="field=Column, or field= for no column; repeatable."),
    ] = None,
    scale: Annotated[Scale | None, typer.Option(help="The scale of the ratings.")] = None,
    scale_min: Annotated[float | None, typer.Option(help="Lowest value of the scale.")] = None,
    scale_max: Annotated[float | None, typer.Option(help="Highest value of the scale.")] = None,
    dates: Annotated[DateOrder | None, typer.Option(help="The format of dates.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Check everything, store nothing.")] = False,
) -> None:
    """Send a CSV or JSONL file to the API. If it is interrupted, run it again to continue.

    Exit codes: 0 all rows were stored; 3 some were, the others are listed in FILE.errors.csv;
    1 none was, or the import was interrupted; 2 the file or an option is invalid.
    """
    settings = Settings()
    try:
        options = ImportOptions(
            _columns(map_ or []), kind, source, scale_of(scale, scale_min, scale_max), dates
        )
        opened = open_source(file)
        plan = plan_for(opened, options)
    except (UnreadableFile, Problem) as error:
        raise _refusal(error) from None
    _show(plan)
    report = Report(Counter(), [])
    try:
        with _connected(url or api_url(settings), key or api_key(settings)) as voc:
            send_rows(voc, opened, plan, report, dry_run, console)
    except VerbatimError as error:
        console.print(str(error), style="red", markup=False)
        if report.counts and not dry_run:
            console.print("What was sent is stored. Run the same command again to continue.")
        raise typer.Exit(1) from None
    _conclude(file, report, dry_run)


def _connected(url: str, key: str) -> Verbatim:
    """A client that retries patiently, once the API has answered and accepted the key.

    Raises:
        VerbatimError: it did not. A busy API is no error here: the client waits for it later.
    """
    with Verbatim(url, key=key, tries=1) as once:
        try:
            once.info()
        except VerbatimError as error:
            if error.status not in PASSING:
                raise
    notice = partial(console.print, style="yellow", markup=False)
    return Verbatim(url, key=key, tries=PATIENT_TRIES, notice=notice)


def _columns(pairs: Sequence[str]) -> dict[str, str | None]:
    columns: dict[str, str | None] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals:
            raise typer.BadParameter(f"{pair!r} is not field=Column", param_hint="--map")
        columns[field] = column or None
    return columns


def _refusal(error: Exception) -> typer.Exit:
    console.print(str(error), style="red", markup=False)
    for param in getattr(error, "invalid_params", ()):
        console.print(f"  {param.name} {param.reason}", markup=False)
    return typer.Exit(2)


def _show(plan: ImportPlan) -> None:
    """Show the guessed mapping, so that the user can override it."""
    shown = plan.shown()
    title = escape(f"{plan.kind}s from {plan.source}")
    table = Table("column", "field", "confidence", "reason", title=title)
    for guess in shown["columns"]:
        sure = f"{guess['confidence']:.0%}" if guess["field"] else ""
        cells = (guess["column"], guess["field"] or "–", sure, guess["because"])
        table.add_row(*map(escape, cells))
    console.print(table if shown["columns"] else "The records are in the API's own format.")
    if plan.rating:
        console.print("Ratings: {scale}, {min:g} to {max:g}.".format(**plan.rating._asdict()))
    for note in plan.notes:
        console.print(note, markup=False)


def _conclude(file: Path, report: Report, dry_run: bool) -> None:
    errors = sorted(report.errors, key=lambda error: error["row"])
    statuses = ("valid",) if dry_run else STATUSES
    counted = ", ".join(f"{report.counts[status]:,} {status}" for status in statuses)
    console.print(f"[bold]{counted}, {len(errors):,} invalid[/bold]")
    listed = file.with_name(file.name + ".errors.csv")
    if not errors:
        listed.unlink(missing_ok=True)  # that of an earlier run
        return
    for error in errors[:SHOWN_ERRORS]:
        for field, reason in faults(error["problem"]):
            console.print(f"  row {error['row']}: {f'{field} {reason}'.lstrip()}", markup=False)
    listed.write_text(csv_report(errors), encoding="utf-8")
    console.print(f"All errors are listed in {listed}", markup=False)
    raise typer.Exit(PARTLY if report.counts else 1)
