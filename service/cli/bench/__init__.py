"""``voc bench``: the ratios that Verbatim is held to, measured on this machine."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def bench(
    only: Annotated[
        list[str] | None, typer.Option(help="Run these suites only; repeat for several.")
    ] = None,
    postgres: Annotated[
        str | None,
        typer.Option(
            envvar="VOC_BENCH_POSTGRES",
            help="URL of a PostgreSQL server that may create scratch databases.",
        ),
    ] = None,
    threads: Annotated[int, typer.Option(help="Threads of the inference engine.")] = 2,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the result to this file.")
    ] = None,
) -> None:
    """Measure throughput, latency, freshness, memory and start against their bars.

    Everything runs on loopback, is bounded, and stops by itself; it takes about ten minutes.
    """
    from service.cli.bench import machine, report
    from service.cli.bench.scratch import scratch_database
    from service.cli.bench.suites import SUITES, Scope

    console = Console()
    unknown = set(only or ()) - set(SUITES)
    if unknown:
        raise typer.BadParameter(f"unknown suites {sorted(unknown)}; there are {list(SUITES)}")
    rows: list[report.Row] = []
    with tempfile.TemporaryDirectory(prefix="voc-bench-") as folder:
        for name in only or SUITES:
            console.print(f"[dim]measuring {name} …[/]")
            with scratch_database(postgres) as url:
                rows += SUITES[name](Scope(Path(folder), url, threads))
    console.print(report.table(machine.describe(), rows))
    if json_file:
        json_file.write_text(report.as_json(machine.describe(), rows))
    if not all(row.holds for row in rows):
        raise typer.Exit(1)
