"""Which API a command of this machine talks to, and with which key, unless it is told."""

import typer

from service.keys.bootstrap import FILE
from service.settings import Settings


def api_url(settings: Settings) -> str:
    """Where `voc serve` with the same settings answers."""
    return f"http://{settings.host}:{settings.port}"


def api_key(settings: Settings) -> str:
    """The key of the service on this machine, as `voc serve` has made or been given it.

    Raises:
        typer.BadParameter: there is none yet.
    """
    file = settings.data_dir / FILE
    if settings.bootstrap_key is not None:
        return settings.bootstrap_key
    if not file.exists():
        raise typer.BadParameter("is needed; or set VOC_KEY", param_hint="--key")
    return file.read_text().strip()
