"""Which model reads, as ``/v1/info`` and stored analyses name it."""

from dataclasses import dataclass
from typing import Final

RULES: Final = 2
"""Goes up with what changes how texts are cut, encoded or put together, so that what is stored by
the former rules is read again."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The identity of an analyzer's model.

    ``revision`` is a SHA-256, 64 hex digits, of all that a reading hangs on: the model's files, its
    calibration, and ``RULES``. Two analyzers with equal name, version and revision read alike.
    ``backend`` is onnx or hf, ``dtype`` the number format of the weights (int8, float32, float16,
    bfloat16).
    """

    name: str
    version: str
    revision: str
    backend: str
    dtype: str
