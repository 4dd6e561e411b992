"""``voc serve``: the API, and by default the worker, in one process."""

import gc
import socket
import sys
from typing import Final

import uvicorn
from fastapi import FastAPI
from rich.markup import escape

from service.app import create_app
from service.cli.connection import url_of
from service.cli.starting import begin_logging, log_started, log_stopped
from service.cli.terminal import Terminal
from service.keys.bootstrap import FirstKey
from service.settings import Settings

GRACE_S: Final = 20
"""How long running requests may take to finish after a stop signal."""
YOUNG_OBJECTS: Final = 50_000
"""New objects that trigger a collection of the youngest; each pending request has hundreds."""


class Server(uvicorn.Server):
    """Uvicorn that prints its URL and the first key when it has started."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                server_header=False,
                forwarded_allow_ips=settings.forwarded_allow_ips,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self.app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the URL."""
        await super().startup(sockets)
        if self.started:
            _leave_what_stays()
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            _greet(url_of(host, port), self.app.state.first_key)
            settings: Settings = self.app.state.settings
            facts: dict[str, object] = {"command": "serve", "worker": settings.worker}
            log_started(settings, self.app.state.engine, facts)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, then log it."""
        await super().shutdown(sockets)
        log_stopped()


SWITCH_S: Final = 0.0002
"""How long the worker's thread may hold the interpreter while threads that answer requests wait."""


def serve() -> None:
    """Run the API and, by default, the analysis worker until stopped."""
    settings = Settings()
    begin_logging(settings)
    sys.setswitchinterval(SWITCH_S)
    Server(create_app(settings), settings).run()


def _leave_what_stays() -> None:
    """Exclude objects that live as long as the process from garbage collection.

    Scanning half a million objects of the libraries and the model again and again would take a
    third of the time of accepting an item, and cause pauses of a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def _greet(url: str, first_key: FirstKey | None) -> None:
    console = Terminal(highlight=False, soft_wrap=True)
    console.print(f"[bold]Verbatim[/bold] is running at [cyan]{url}[/cyan]. API docs: {url}/docs")
    if first_key is None:
        return
    file = escape(str(first_key.file.absolute()))
    if first_key.secret is None:
        console.print(f"Your key is in {file}")
        return
    console.print(f"Your key, shown only once: [bold green]{first_key.secret}[/bold green]")
    console.print(f"It is stored in {file}")
    console.print(
        "Sign in with this key. It has all scopes, so keep it safe. "
        "Create further keys with `voc keys create`."
    )
