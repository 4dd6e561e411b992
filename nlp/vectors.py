"""Vectors as they are stored: a byte a dimension."""

from collections.abc import Sequence

import numpy as np

from nlp.backends.protocol import Float


def packed(vector: Sequence[float] | Float) -> bytes:
    """A vector of length 1 in a byte a dimension; its direction is off by less than a degree."""
    values = np.asarray(vector, dtype=np.float32)
    scale = float(np.abs(values).max()) or 1.0
    return bytes(np.rint(values * (127 / scale)).astype(np.int8).tobytes())


def unpacked(stored: Sequence[bytes]) -> Float:
    """Packed vectors as rows (n, width) of length 1; (0, 0) for none."""
    if not stored:
        return np.zeros((0, 0), dtype=np.float32)
    rows = np.frombuffer(b"".join(stored), dtype=np.int8).reshape(len(stored), -1)
    values = rows.astype(np.float32)
    unit: Float = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)
    return unit
