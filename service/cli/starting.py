"""What a process that runs for long logs about itself."""

import logging

from sqlalchemy.engine import make_url

from service import __version__
from service.analysis.engine import Engine
from service.settings import Settings, unknown_names
from service.telemetry import configure_logging

log = logging.getLogger(__name__)


def begin_logging(settings: Settings) -> None:
    """Configure logging, and warn of names in the environment that look like settings."""
    configure_logging(settings.log_level)
    for name in unknown_names():
        log.warning("unknown_setting", extra={"setting": name})


def log_started(settings: Settings, engine: Engine, facts: dict[str, object]) -> None:
    """Log what runs here and on what; ``facts`` are added."""
    shared: dict[str, object] = {
        "version": __version__,
        "model": f"{engine.info.name} {engine.info.version}",
        "model_revision": engine.info.revision,
        "database": _without_secrets(settings.sqlalchemy_url),
        "threads": settings.threads,
    }
    log.info("started", extra=shared | facts)


def log_stopped() -> None:
    """Log that the process ends in good order."""
    log.info("stopped")


def _without_secrets(url: str) -> str:
    """The URL without its password, nor parameters, as one of them may be a password."""
    return make_url(url).set(query={}).render_as_string(hide_password=True)
