"""Scales vectors to length 1, and packs them into one byte per dimension for storage."""

from collections.abc import Sequence

import numpy as np

from nlp.arrays import Float32


def unit_rows(vectors: Float32) -> Float32:
    """The rows scaled to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Float32 = vectors / np.maximum(lengths, 1e-12)
    return unit


def packed(vector: Sequence[float] | Float32) -> bytes:
    """A unit vector in one byte per dimension; its direction is off by less than a degree."""
    values = np.asarray(vector, dtype=np.float32)
    scale = float(np.abs(values).max()) or 1.0
    return bytes(np.rint(values * (127 / scale)).astype(np.int8).tobytes())


def unpacked(stored: Sequence[bytes]) -> Float32:
    """Packed vectors as rows (n, width) of length 1; (0, 0) for none."""
    if not stored:
        return np.zeros((0, 0), dtype=np.float32)
    rows = np.frombuffer(b"".join(stored), dtype=np.int8).reshape(len(stored), -1)
    return unit_rows(rows.astype(np.float32))
