"""The API that a command talks to by default, and the key that it uses."""

import typer

from service.keys.bootstrap import FILE, UnreadableKeyFile, secret_in
from service.settings import Settings


def api_url(settings: Settings) -> str:
    """The URL of `voc serve` with the same settings."""
    return url_of(settings.host, settings.port)


def url_of(host: str, port: int) -> str:
    """The URL of a service at this address, IPv4 or IPv6."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def api_key(settings: Settings) -> str:
    """The key in the settings, or else the first key of the service on this machine.

    Raises:
        typer.BadParameter: there is no key yet, or its file can't be read.
    """
    try:
        key = settings.key or settings.bootstrap_key or secret_in(settings.data_dir / FILE)
    except UnreadableKeyFile as error:
        raise typer.BadParameter(
            f"{error}; pass a key or set VOC_KEY", param_hint="--key"
        ) from None
    if key is None:
        raise typer.BadParameter("no key found; pass one or set VOC_KEY", param_hint="--key")
    return key
