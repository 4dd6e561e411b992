"""``python -m tests.chaos``: the runs, their table, and exit code 1 if anything is wrong."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final
from uuid import uuid4

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from tests.chaos.processes import FAKE, VOC
from tests.chaos.run import Outcome, Plan, run
from tests.postgres import database, server

HEADERS: Final = ("run", "kills", "unanswered", "stored", "mentions", "load s", "drain s", "faults")
WORKERS: Final = {"sqlite": 0, "postgresql": 2}
console = Console(highlight=False, width=110)


def main(
    databases: Annotated[list[str] | None, typer.Argument(help="sqlite, postgresql")] = None,
    items: int = Plan.items,
    kills: int = Plan.kills,
    seed: int = Plan.seed,
    fake: Annotated[bool, typer.Option(help="Use the keyword analyzer of the tests.")] = False,
) -> None:
    """Kill processes of the service at random moments, 30 times, while 2,000 items are sent."""
    plan = Plan(items, kills, seed=seed)
    outcomes = {name: _run(name, plan, fake) for name in databases or ("sqlite", "postgresql")}
    _print(outcomes)
    raise typer.Exit(1 if any(outcome.faults for outcome in outcomes.values()) else 0)


def _run(name: str, plan: Plan, fake: bool) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="voc-chaos-") as folder, _database(name, folder) as url:
        return run(plan, url, Path(folder), FAKE if fake else VOC, WORKERS[name])


@contextmanager
def _database(name: str, folder: str) -> Iterator[str]:
    if name == "sqlite":
        yield f"sqlite:///{folder}/verbatim.db"
        return
    made = f"voc_chaos_{os.getpid()}_{uuid4().hex[:6]}"
    with server() as near, database(near, made) as url:
        yield url


def _print(outcomes: dict[str, Outcome]) -> None:
    table = Table(*HEADERS, box=SIMPLE)
    for name, one in outcomes.items():
        kills = " ".join(f"{target} {count}" for target, count in sorted(one.kills.items()))
        table.add_row(
            name,
            kills,
            str(one.unanswered),
            str(one.stored),
            str(one.mentions),
            f"{one.load_s:.0f}",
            f"{one.drain_s:.0f}",
            f"[red]{len(one.faults)}[/red]" if one.faults else "0",
        )
    console.print(table)
    for one in outcomes.values():
        for fault in one.faults[:20]:
            console.print(fault, markup=False)


if __name__ == "__main__":
    typer.run(main)
