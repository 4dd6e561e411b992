"""``voc verify``: check the roll-ups and the stored items."""

import json
from typing import Annotated, Final

import typer
from rich.box import SIMPLE
from rich.table import Table

from service.cli.existing_database import existing_database
from service.cli.terminal import Terminal
from service.settings import Settings
from service.verify import checks
from service.verify.checks import Report

SHOWN: Final = 20
console = Terminal(highlight=False)


def verify(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Recompute the roll-ups, compare them with what is stored, and check every item.

    Reads one snapshot of the database, so the service can keep running. Exit codes: 0 no
    difference; 1 any difference; 2 the database is missing, unreadable or not migrated.
    """
    with existing_database(Settings().sqlalchemy_url) as database:
        report = checks.verify(database)
    if as_json:
        typer.echo(json.dumps(_as_json(report), indent=2))
    else:
        _print(report)
    raise typer.Exit(0 if report.clean else 1)


def _as_json(report: Report) -> dict[str, object]:
    return {
        "clean": report.clean,
        "workspaces": report.workspaces,
        "items": report.items,
        "mentions": report.mentions,
        "rows": report.rows,
        "failures": dict(report.failures),
        "findings": [
            finding._asdict() | {"workspace_id": str(finding.workspace_id)}
            for finding in report.findings
        ],
    }


def _print(report: Report) -> None:
    checks = Table("check", "differences", box=SIMPLE)
    for check, failures in report.failures.items():
        checks.add_row(_words(check), f"[red]{failures}[/red]" if failures else "0")
    console.print(checks)
    for finding in report.findings[:SHOWN]:
        console.print(f"{finding.workspace_id} {finding.subject}: {finding.fault}", markup=False)
    workspaces = "workspace" if report.workspaces == 1 else "workspaces"
    verdict = "[green]clean[/green]" if report.clean else "[red]not clean[/red]"
    console.print(
        f"{report.workspaces:,} {workspaces}, {report.items:,} items, "
        f"{report.mentions:,} mentions, {report.rows:,} roll-up rows: {verdict}"
    )


def _words(check: str) -> str:
    return check.replace("_", " ").replace("rollup", "roll-up")
