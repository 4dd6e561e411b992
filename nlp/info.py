"""Which model reads, as ``/v1/info`` and stored analyses name it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The identity of an analyzer's model.

    ``revision`` is the SHA-256 of the weights and n-grams, 64 hex digits; two analyzers with equal
    name, version and revision give equal readings. ``backend`` is onnx or hf, ``dtype`` the number
    format of the weights (int8, float32, float16, bfloat16).
    """

    name: str
    version: str
    revision: str
    backend: str
    dtype: str
