"""Responses about the service itself."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

INFO_EXAMPLE: Final[dict[str, Any]] = {
    "version": "0.1.0",
    "model": {
        "name": "verbatim",
        "version": "0.2.0",
        "revision": "3b370fd880c2d9bde3a7e2c177ed01e9c986034568341510986aea9ca51ed69d",
        "backend": "onnx",
        "dtype": "int8",
    },
    "database": "sqlite",
    "journey": "five-stage",
    "journey_version": 0,
    "limits": {
        "body_bytes": 5_000_000,
        "import_bytes": 200_000_000,
        "text_chars": 200_000,
        "pending": 200_000,
    },
}


class Alive(BaseModel):
    """The process runs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "alive"}]})

    status: str = "alive"


class Ready(BaseModel):
    """Requests can be served."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ready"}]})

    status: str = "ready"


class Model(BaseModel):
    """The model that analyses the feedback."""

    name: str
    version: str
    revision: str = Field(description="SHA-256 of its weights.")
    backend: str
    dtype: str


class Limits(BaseModel):
    """The limits of a request, an item and the queue."""

    body_bytes: int
    import_bytes: int
    text_chars: int
    pending: int


class Info(BaseModel):
    """This service and the caller's workspace."""

    model_config = ConfigDict(json_schema_extra={"examples": [INFO_EXAMPLE]})

    version: str
    model: Model
    database: str = Field(description="sqlite or postgresql")
    journey: str = Field(description="The workspace's journey in effect.")
    journey_version: int
    limits: Limits
