"""``voc bench``: the ratios that Verbatim is held to, measured on this machine."""

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
    only: Annotated[
        list[str] | None, typer.Option(help="Run these suites only; repeat for several.")
    ] = None,
    postgres: Annotated[
        str | None,
        typer.Option(help="URL of a PostgreSQL server that may create scratch databases."),
    ] = None,
    threads: Annotated[int, typer.Option(help="Threads of the inference engine.")] = 2,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the result to this file.")
    ] = None,
) -> None:
    """Measure throughput, latency, freshness, memory and start against their bars.

    Everything runs on loopback, is bounded, and stops by itself; it takes about ten minutes.
    """
    if context.invoked_subcommand:
        return
    from service.cli.bench import machine, report
    from service.cli.bench.scratch import scratch_database
    from service.cli.bench.suites import SCALE_OUT, SUITES, Scope

    console = Terminal()
    unknown = set(only or ()) - set(SUITES)
    if unknown:
        raise typer.BadParameter(f"unknown suites {sorted(unknown)}; there are {list(SUITES)}")
    if SCALE_OUT in (only or ()) and postgres is None:
        raise typer.BadParameter(f"{SCALE_OUT} needs --postgres")
    rows: list[report.Row] = []
    with tempfile.TemporaryDirectory(prefix="voc-bench-") as folder:
        for name in only or SUITES:
            if name == SCALE_OUT and postgres is None:
                console.print(f"[dim]left out: {name}, which needs --postgres[/]")
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
    mentions: Annotated[int, typer.Option(min=1_000, help="How many mentions, about.")],
    postgres: Annotated[
        str | None, typer.Option(help="URL of the database to fill, instead of SQLite's file.")
    ] = None,
    data_dir: Annotated[Path, typer.Option(help="Folder of the SQLite file to fill.")] = Path(
        "./data"
    ),
    workspace: Annotated[
        str | None, typer.Option(help="Its name; by itself bench- and the number of mentions.")
    ] = None,
    vectors: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the items that have vectors.")
    ] = 0.05,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day after the last one; by itself today."),
    ] = None,
) -> None:
    """Fill a workspace of its own with two years of made-up, analysed feedback."""
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
        str | None, typer.Option(help="URL of its database, instead of SQLite's file.")
    ] = None,
    data_dir: Annotated[Path, typer.Option(help="Folder of its SQLite file.")] = Path("./data"),
    rounds: Annotated[int, typer.Option(min=1, help="How often each is asked.")] = 15,
    only: Annotated[str, typer.Option(help="Only reads whose name has this in it.")] = "",
    without: Annotated[
        str | None, typer.Option(help="None whose name has this in it; 'not declared' is slow.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As in `voc bench seed`.")
    ] = None,
) -> None:
    """Time reads of a seeded workspace through HTTP, on a server without a worker."""
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
