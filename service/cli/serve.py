"""``voc serve``: the API, and by default the worker, in one process."""

import socket
from typing import Final

import uvicorn
from fastapi import FastAPI
from rich.console import Console

from service.app import create_app
from service.settings import Settings
from service.telemetry import configure_logging

GRACE_S: Final = 20
"""How long requests may go on after a stop was asked for."""


class Server(uvicorn.Server):
    """Uvicorn, with a word to the person who started it."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self.app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say where."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            _greet(f"http://{f'[{host}]' if ':' in host else host}:{port}", self.app.state.new_key)


def serve() -> None:
    """Run the API and, by default, the analysis worker, until a signal ends it."""
    settings = Settings()
    configure_logging(settings.log_level)
    Server(create_app(settings), settings).run()


def _greet(url: str, new_key: str | None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]Verbatim[/bold] answers at [cyan]{url}[/cyan], explained at {url}/docs")
    if new_key is not None:
        console.print(f"Your key, shown this once: [bold green]{new_key}[/bold green]")
        console.print("It may do everything. Keep it safe; more with `voc keys create`.")
