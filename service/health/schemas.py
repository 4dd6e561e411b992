"""What the service says about itself."""

from pydantic import BaseModel, Field


class Alive(BaseModel):
    """The process runs."""

    status: str = Field("alive", examples=["alive"])


class Ready(BaseModel):
    """Requests can be served."""

    status: str = Field("ready", examples=["ready"])


class Model(BaseModel):
    """The model that reads the feedback."""

    name: str = Field(examples=["verbatim-m12"])
    version: str = Field(examples=["1"])
    revision: str = Field(description="SHA-256 of its weights.", examples=["9f2c" * 16])
    backend: str = Field(examples=["onnx"])
    dtype: str = Field(examples=["int8"])


class Limits(BaseModel):
    """How much a request, an item and the queue may hold."""

    body_bytes: int = Field(examples=[5_000_000])
    import_bytes: int = Field(examples=[200_000_000])
    text_chars: int = Field(examples=[200_000])
    pending: int = Field(examples=[200_000])


class Info(BaseModel):
    """This service, seen by a caller."""

    version: str = Field(examples=["0.1.0"])
    model: Model | None = Field(description="null if this process does not load one.")
    database: str = Field(description="sqlite or postgresql", examples=["sqlite"])
    journey: str = Field(description="The workspace's journey in force.", examples=["five-stage"])
    journey_version: int = Field(examples=[0])
    limits: Limits
