"""``voc demo``: send the demo feedback through the public API; print pain points and wins."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from service.cli.connection import api_key, api_url
from service.cli.demo.items import demo_items
from service.cli.demo.report import pain_table, win_table
from service.cli.terminal import Terminal
from service.client import Verbatim, VerbatimError
from service.settings import Settings

BATCH_ITEMS: Final = 10
READY_TIMEOUT_S: Final = 60.0
POLL_S: Final = 0.2
SETTLED_S: Final = 5.0
"""The service looks for themes every two seconds; if none appears for this long, it is done."""


def demo(
    key: Annotated[
        str | None, typer.Option(help="A key with the scopes ingest and read. Default: VOC_KEY.")
    ] = None,
    once: Annotated[
        bool, typer.Option(help="Exit after printing; stop the service if this command started it.")
    ] = False,
) -> None:
    """Send about 200 demo items to the service on this machine; print pain points and wins.

    Uses the service at VOC_HOST and VOC_PORT, or starts one there and keeps it running.
    """
    settings, console = Settings(), Terminal(highlight=False)
    with _service(settings) as started:
        try:
            with Verbatim(api_url(settings), key=key or api_key(settings)) as voc:
                _load(voc, console)
                console.print(pain_table(voc))
                console.print(win_table(voc))
        except VerbatimError as error:
            console.print(str(error), style="red", markup=False)
            raise typer.Exit(1) from None
        if started and not once:
            console.print(f"API docs: {api_url(settings)}/docs. Press Ctrl-C to stop the service.")
            started.wait()


@contextmanager
def _service(settings: Settings) -> Iterator[subprocess.Popen[bytes] | None]:
    """The process of the service, if it had to be started; ``None`` if it was already running."""
    if _is_ready(settings):
        yield None
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else the child would keep running
    command = [sys.executable, "-m", "service.cli", "serve"]
    child = subprocess.Popen(command)  # noqa: S603 - our own interpreter and module
    try:
        _wait_until_ready(settings, child)
        yield child
    except KeyboardInterrupt:
        pass
    finally:
        child.terminate()
        child.wait()


def _wait_until_ready(settings: Settings, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not _is_ready(settings):
        if child.poll() is not None or time.monotonic() > deadline:
            raise typer.Exit(1)
        time.sleep(POLL_S)


def _is_ready(settings: Settings) -> bool:
    try:
        return httpx.get(f"{api_url(settings)}/readyz", timeout=2).is_success
    except (httpx.TransportError, httpx.InvalidURL):
        return False


def _load(voc: Verbatim, console: Console) -> None:
    items = demo_items()
    columns = (TextColumn("{task.description:<8}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as progress:
        posted = progress.add_task("posted", total=len(items))
        analysed = progress.add_task("analysed", total=len(items))
        for start in range(0, len(items), BATCH_ITEMS):
            voc.batch(items[start : start + BATCH_ITEMS])
            progress.advance(posted, BATCH_ITEMS)
        while pending := voc.pain_points(limit=1)["pending"]:
            progress.update(analysed, completed=max(0, len(items) - pending))
            time.sleep(POLL_S)
        progress.update(analysed, completed=len(items))
        _wait_for_themes(voc, progress)


def _wait_for_themes(voc: Verbatim, progress: Progress) -> None:
    """Wait until no further themes are found."""
    waiting = progress.add_task("themes", total=None)
    found, since = -1, time.monotonic()
    while time.monotonic() - since < SETTLED_S:
        time.sleep(SETTLED_S / 5)
        count = sum(
            len(read(level="theme", limit=1000)["items"]) for read in (voc.pain_points, voc.wins)
        )
        if count != found:
            found, since = count, time.monotonic()
            progress.update(waiting, completed=found)
    progress.update(waiting, total=found)
