"""The identity of a model, as in ``/v1/info`` and in stored analyses."""

from dataclasses import dataclass
from typing import Final

RULES: Final = 3
"""Increment this when the way in which texts are split, encoded or summarised changes, so that
stored feedback is analysed again."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The identity of an analyzer's model.

    ``revision`` is a SHA-256, 64 hex digits, of everything that a reading depends on: the model's
    files, its calibration, and ``RULES``. Two analyzers with equal name, version and revision give
    the same readings. ``backend`` is onnx or hf, ``dtype`` the number format of the weights (int8,
    float32, float16, bfloat16); with a separate sentiment classifier both are joined by a plus.
    """

    name: str
    version: str
    revision: str
    backend: str
    dtype: str
