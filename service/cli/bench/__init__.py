"""``voc bench``: measure this machine against the targets of Verbatim."""

import tempfile
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from service.cli.terminal import Terminal

app = typer.Typer(invoke_without_command=True)


@app.callback()
def bench(
    context: typer.Context,
    only: Annotated[list[str] | None, typer.Option(help="Run only this suite; repeatable.")] = None,
    postgres: Annotated[
        str | None,
        typer.Option(help="URL of a PostgreSQL server that may create scratch databases."),
    ] = None,
    threads: Annotated[int, typer.Option(help="Threads of the inference engine.")] = 2,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the result to this file.")
    ] = None,
) -> None:
    """Measure throughput, latency, freshness, memory and start-up time against their targets.

    Everything runs on loopback and takes about ten minutes.
    """
    if context.invoked_subcommand:
        return
    from service.cli.bench import machine, report
    from service.cli.bench.scratch import scratch_database
    from service.cli.bench.suites import SCALE_OUT, SUITES, Scope

    console = Terminal()
    unknown = set(only or ()) - set(SUITES)
    if unknown:
        raise typer.BadParameter(
            f"unknown suites: {', '.join(sorted(unknown))}; choose from {', '.join(SUITES)}"
        )
    if SCALE_OUT in (only or ()) and postgres is None:
        raise typer.BadParameter(f"{SCALE_OUT} needs --postgres")
    rows: list[report.Row] = []
    with tempfile.TemporaryDirectory(prefix="voc-bench-") as folder:
        for name in only or SUITES:
            if name == SCALE_OUT and postgres is None:
                console.print(f"[dim]skipping {name}: it needs --postgres[/]")
                continue
            console.print(f"[dim]measuring {name} …[/]")
            with scratch_database(postgres) as url:
                rows += SUITES[name](Scope(Path(folder), url, threads))
    console.print(report.table(machine.describe(), rows))
    if json_file:
        json_file.write_text(report.as_json(machine.describe(), rows))
    if not all(row.holds for row in rows):
        raise typer.Exit(1)


@app.command("seed")
def seed_workspace(
    mentions: Annotated[int, typer.Option(min=1_000, help="Approximate number of mentions.")],
    postgres: Annotated[
        str | None, typer.Option(help="URL of the PostgreSQL database to fill instead of SQLite.")
    ] = None,
    data_dir: Annotated[Path, typer.Option(help="Folder of the SQLite file to fill.")] = Path(
        "./data"
    ),
    workspace: Annotated[
        str | None, typer.Option(help="Name of the workspace. Default: bench-MENTIONS.")
    ] = None,
    vectors: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the items that have vectors.")
    ] = 0.05,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day after the last feedback. Default: today."),
    ] = None,
) -> None:
    """Fill a new workspace with two years of generated feedback, as if it had been analysed."""
    from service import clock
    from service.cli.bench.seed import HasFeedback, seed
    from service.settings import Settings

    url = Settings(data_dir=data_dir, database_url=postgres).sqlalchemy_url
    started = perf_counter()
    name = workspace or f"bench-{mentions}"
    try:
        done = seed(url, name, mentions, vectors, (until or clock.now()).date())
    except HasFeedback as error:
        raise typer.BadParameter(str(error), param_hint="--workspace") from None
    typer.echo(
        f"{name}: {done.items:,} items, {done.mentions:,} mentions and {done.rows:,} roll-up rows "
        f"in {perf_counter() - started:.0f} s"
    )


@app.command("reads")
def time_reads(
    workspace: Annotated[str, typer.Option(help="The seeded workspace, e.g. bench-1000000.")],
    postgres: Annotated[
        str | None, typer.Option(help="URL of its PostgreSQL database, if it is not in SQLite.")
    ] = None,
    data_dir: Annotated[Path, typer.Option(help="Folder of its SQLite file.")] = Path("./data"),
    rounds: Annotated[int, typer.Option(min=1, help="How often each read is timed.")] = 15,
    only: Annotated[str, typer.Option(help="Time only reads whose name contains this.")] = "",
    without: Annotated[
        str | None,
        typer.Option(help="Skip reads whose name contains this, e.g. the slow 'not declared'."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The same as for `voc bench seed`."),
    ] = None,
) -> None:
    """Time reads of a seeded workspace over HTTP, on a server without a worker."""
    from service import clock
    from service.cli.bench import machine, reads, report
    from service.cli.bench.processes import server
    from service.settings import Settings

    bar = 50 if postgres else 100
    url = Settings(data_dir=data_dir, database_url=postgres).sqlalchemy_url
    day = (until or clock.now()).date()

    def wanted(name: str) -> bool:
        return only in name and not (without and without in name)

    with (
        reads.reading_key(url, workspace) as key,
        server(data_dir, postgres, worker="off") as target,
    ):
        rows = []
        for row in reads.rows(target, key, day, bar, rounds, wanted):
            rows.append(row)
            typer.echo(f"{row.measure}: {row.value}")
    Terminal().print(report.table(machine.describe(), rows))
    if not all(row.holds for row in rows):
        raise typer.Exit(1)
