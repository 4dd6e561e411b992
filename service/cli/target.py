"""Which API a command of this machine talks to, and with which key, unless options say so."""

import typer

from service.keys.bootstrap import FILE, UnreadableKeyFile, secret_in
from service.settings import Settings


def api_url(settings: Settings) -> str:
    """Where `voc serve` with the same settings answers."""
    return url_of(settings.host, settings.port)


def url_of(host: str, port: int) -> str:
    """The URL of a service at this address, which may be of IPv6."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def api_key(settings: Settings) -> str:
    """That of the settings, or of the service on this machine as it has made or been given it.

    Raises:
        typer.BadParameter: there is none yet, or its file can't be read.
    """
    try:
        key = settings.key or settings.bootstrap_key or secret_in(settings.data_dir / FILE)
    except UnreadableKeyFile as error:
        raise typer.BadParameter(
            f"is needed: {error}; or set VOC_KEY", param_hint="--key"
        ) from None
    if key is None:
        raise typer.BadParameter("is needed; or set VOC_KEY", param_hint="--key")
    return key
