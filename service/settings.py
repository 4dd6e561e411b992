"""Settings: environment variables with the prefix ``VOC_``, documented in ``.env.example``.

``FORWARDED_ALLOW_IPS`` keeps uvicorn's name. It is a setting here so that ``.env`` can set it too:
uvicorn reads only the environment.
"""

import os
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "VOC_"
NOT_OURS = frozenset({"VOC_URL", "VOC_PUBLISH", "VOC_TEST_POSTGRES"})
"""Read by senders of feedback (as in docs/connecting.md), the compose file, and the tests."""
NO_URL = "must be a URL such as postgresql://user:password@host/database"


class Settings(BaseSettings):
    """All settings with their defaults. The field descriptions become ``.env.example``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the API listens on.")
    forwarded_allow_ips: str = Field(
        "127.0.0.1",
        validation_alias="FORWARDED_ALLOW_IPS",
        description="Proxies whose X-Forwarded-For and X-Forwarded-Proto headers are trusted: "
        "addresses or networks, separated by commas.",
    )
    data_dir: Path = Field(
        Path("./data"), description="Directory of the SQLite file and the bootstrap key."
    )
    database_url: str | None = Field(
        None,
        description="PostgreSQL or SQLite URL; unset means a SQLite file in the data directory.",
    )
    database_connections: int = Field(
        40,
        ge=10,
        description="Connections to the database that this process may open; half of them stay "
        "open while idle.",
    )
    bootstrap_key: str | None = Field(
        None,
        min_length=20,
        description="A key with all scopes that is created at startup in the workspace 'default', "
        "unless it exists. Use at least 20 random characters.",
    )
    key: str | None = Field(
        None,
        description="API key for `voc import`, `export` and `demo`; unset means the first key of "
        "the service on this machine: VOC_BOOTSTRAP_KEY, or the one in the data directory.",
    )
    worker: Literal["inline", "off"] = Field(
        "inline",
        description="Whether `voc serve` analyses in its own process (inline) or leaves it to "
        "`voc worker` (off).",
    )
    model: str = Field(
        "bundled",
        description="Model: 'bundled', a folder made by `voc train`, or a Hugging Face id.",
    )
    threads: int = Field(2, ge=1, le=64, description="Threads of the inference engine.")
    batch_items: int = Field(
        64, ge=1, le=1000, description="Items that a worker claims and analyses per batch."
    )
    lease_seconds: float = Field(
        60.0,
        gt=0,
        le=86_400,
        description="Seconds after which another worker may take over a claimed item.",
    )
    max_attempts: int = Field(
        3, ge=1, description="Attempts at analysing an item before it is marked as failed."
    )
    max_pending: int = Field(
        200_000,
        ge=1,
        description="Number of pending items at which intake returns 429 with Retry-After.",
    )
    max_body_bytes: int = Field(
        5_000_000, ge=1000, description="Largest request body in bytes, except for imports."
    )
    max_import_bytes: int = Field(
        200_000_000, ge=1000, description="Largest upload to /v1/imports in bytes."
    )
    max_text_chars: int = Field(
        200_000, ge=100, description="Longest text of one item, in characters."
    )
    rate_per_minute: int = Field(
        600, ge=1, description="Requests per minute for a browser key without a limit of its own."
    )
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Port on which `voc worker` serves /metrics; unset means that it doesn't. "
        "`voc serve` always serves them, on its own port.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Minimum level of log messages."
    )

    @field_validator("database_url")
    @classmethod
    def _names_a_database(cls, url: str | None) -> str | None:
        """Reject what is no URL of a PostgreSQL database or a SQLite file."""
        try:
            parsed = make_url(url) if url else None
        except (ArgumentError, ValueError):
            raise PydanticCustomError("no_url", NO_URL) from None
        kind = parsed.get_backend_name() if parsed else "sqlite"
        if kind not in ("postgresql", "postgres", "sqlite"):
            raise PydanticCustomError("other", "must begin with postgresql:// or sqlite:///")
        if parsed and kind == "sqlite" and parsed.database in (None, "", ":memory:"):
            raise PydanticCustomError("no_file", "must name a file: sqlite:////path/to/file.db")
        return url

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL, with the driver that the service uses."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir.resolve() / 'verbatim.db'}"
        for scheme in ("postgresql://", "postgres://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url


def unknown_names() -> list[str]:
    """Names in the environment and in ``.env`` that look like settings and are none."""
    file = Settings.model_config.get("env_file")
    given = {*os.environ, *(dotenv_values(str(file)) if file else ())}
    known = NOT_OURS | {PREFIX + name.upper() for name in Settings.model_fields}
    return sorted(name for name in given if name.startswith(PREFIX) and name.upper() not in known)
