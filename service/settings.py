"""Settings: environment variables with the prefix ``VOC_``, documented in ``.env.example``.

``FORWARDED_ALLOW_IPS`` has uvicorn's name, which would read it from the environment alone.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that can be set, with its default. Each field's description is its manual."""

    model_config = SettingsConfigDict(
        env_prefix="VOC_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the API listens on.")
    forwarded_allow_ips: str = Field(
        "127.0.0.1",
        validation_alias="FORWARDED_ALLOW_IPS",
        description="Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses "
        "or networks, parted by commas.",
    )
    data_dir: Path = Field(
        Path("./data"), description="Where the SQLite file and the bootstrap key live."
    )
    database_url: str | None = Field(
        None,
        description="PostgreSQL or SQLite URL; unset means a SQLite file in the data directory.",
    )
    bootstrap_key: str | None = Field(
        None,
        min_length=20,
        description="If set, a key of this value with all scopes exists in the workspace "
        "'default' after start. Use at least 20 random characters.",
    )
    key: str | None = Field(
        None,
        description="The key of `voc import`, `export` and `demo`; unset means the one that the "
        "service on this machine has made or been given.",
    )
    worker: Literal["inline", "off"] = Field(
        "inline", description="Analyse in this process (inline), or leave it to `voc worker` (off)."
    )
    model: str = Field(
        "bundled", description="'bundled', a folder made by `voc train`, or a Hugging Face id."
    )
    threads: int = Field(2, ge=1, le=64, description="Threads of the inference engine.")
    batch_items: int = Field(
        64, ge=1, le=1000, description="Items that a worker claims and analyses at once."
    )
    lease_seconds: float = Field(
        60.0,
        gt=0,
        description="How long a claimed item may stay claimed before another worker takes it.",
    )
    max_attempts: int = Field(
        3, ge=1, description="Tries at one item before it is set aside as failed."
    )
    max_pending: int = Field(
        200_000,
        ge=1,
        description="Pending items beyond which intake answers 429 with Retry-After.",
    )
    max_body_bytes: int = Field(
        5_000_000, ge=1000, description="Largest request body, except for imports."
    )
    max_import_bytes: int = Field(
        200_000_000, ge=1000, description="Largest file uploaded to /v1/imports."
    )
    max_text_chars: int = Field(
        200_000, ge=100, description="Longest text of one item, in characters."
    )
    rate_per_minute: int = Field(
        600, ge=1, description="Requests a minute of a browser key that names no limit itself."
    )
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Port on which `voc worker` answers /metrics; unset means it does not. "
        "`voc serve` always does, on its own port.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least level that is logged."
    )

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL with the driver that this service uses."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir.resolve() / 'verbatim.db'}"
        for scheme in ("postgresql://", "postgres://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url
