"""Requests and responses of /v1/keys."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from models.api_key import ApiKey
from service.text import CleanText, refuse_invisible
from service.web.numbers import NoBoolean
from service.web.times import UtcTime

Scope = Literal["ingest", "read", "manage"]
SCOPES: Final[tuple[Scope, ...]] = ("ingest", "read", "manage")
KEY_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0198c5a2-7d1e-7c3a-9b54-1f2e3d4c5b6a",
    "name": "web shop",
    "prefix": "voc_8dK2mQ1x",
    "scopes": ["ingest"],
    "origins": ["https://shop.example"],
    "rate_per_minute": 600,
    "created_at": "2026-03-01T09:30:00Z",
    "expires_at": None,
    "revoked_at": None,
}
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


def normal_origin(text: str) -> str:
    """A web origin as browsers send it: scheme://host[:port], lower case, no default port.

    Raises:
        ValueError: not an origin.
    """
    parts = urlsplit(text.lower())
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError("must be an origin such as https://shop.example")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must be scheme, host and port only, such as https://shop.example")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if "*" in host or not host.isascii():
        raise ValueError("must name one host, in ASCII (punycode), without wildcards")
    port = parts.port
    shown = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


Origin = Annotated[CleanText, AfterValidator(normal_origin)]
Name = Annotated[CleanText, Field(min_length=1, max_length=100), AfterValidator(refuse_invisible)]


class NewWorkspace(BaseModel):
    """A workspace to be created, or an existing one."""

    workspace: Name


class NewKey(BaseModel):
    """A key to create."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "web shop", "scopes": ["ingest"], "origins": ["https://shop.example"]},
                {
                    "name": "nightly report",
                    "scopes": ["read"],
                    "rate_per_minute": 60,
                    "expires_at": "2099-12-31T00:00:00Z",
                },
            ]
        },
    )

    name: Name = Field(description="What the key is for, as shown in lists.")
    scopes: list[Scope] = Field(
        min_length=1,
        max_length=3,
        description="`ingest`: post feedback; `read`: read; `manage`: everything.",
    )
    origins: list[Origin] = Field(
        default_factory=list,
        max_length=50,
        description=(
            "Web origins from which browsers may use the key. Such a key is public, so its only "
            "scope can be `ingest`."
        ),
    )
    rate_per_minute: Annotated[int, Field(ge=1, le=100_000), NoBoolean] | None = Field(
        None,
        description=(
            "Requests per minute; each item of a browser key's batch counts as one. Null: no "
            "limit, or the service's default for browser keys."
        ),
    )
    expires_at: UtcTime | None = Field(None, description="Null: never.")


class Key(BaseModel):
    """A key as listed, without its secret."""

    model_config = ConfigDict(json_schema_extra={"examples": [KEY_EXAMPLE]})

    id: UUID
    name: str
    prefix: str = Field(description="The start of the secret.")
    scopes: list[str]
    origins: list[str]
    rate_per_minute: int | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: ApiKey) -> "Key":
        """The public side of a stored key."""
        return cls.model_validate(row, from_attributes=True)


class MadeKey(Key):
    """A new key with its secret, which is only shown once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                KEY_EXAMPLE | {"secret": "voc_8dK2mQ1xT0vZr5YwJ4nB7cL9pS3gF6hA2eU8iO1kX5qW7tD0fM"}
            ]
        }
    )

    secret: str | None = Field(
        description="Only shown once; null in a repeated response (same Idempotency-Key)."
    )


class Keys(BaseModel):
    """A page of keys, oldest first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [KEY_EXAMPLE], "next": None}]}
    )

    items: list[Key]
    next: str | None = Field(
        description="Pass it as `cursor` to get the next page; null on the last one."
    )
