"""The space in which vectors of one model are compared."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from nlp.arrays import Float32
from nlp.themes import Limits, Projection
from nlp.vectors import unpacked


class Space(NamedTuple):
    """``version`` is that of the analysis whose vectors ``projection`` is for; ``name`` changes
    with either of them."""

    version: str
    projection: Projection
    name: str

    @classmethod
    def of(cls, version: str, projection: Projection) -> "Space":
        """The space of a model; without a projection, its name has no digest."""
        if projection.mean is None or projection.weights is None:
            return cls(version, projection, version)
        digest = sha256(projection.mean.tobytes() + projection.weights.tobytes()).hexdigest()
        return cls(version, projection, f"{version}/{digest[:8]}")

    @property
    def limits(self) -> Limits:
        """The projection's limits."""
        return self.projection.limits

    def project(self, packed: Sequence[bytes]) -> Float32:
        """Stored vectors as rows (n, d) of length 1 that can be compared."""
        return self.projection.apply(unpacked(packed))


def centroid_to_bytes(centroid: Float32) -> bytes:
    """A centroid as it is stored, little-endian float32."""
    return centroid.astype("<f4").tobytes()


def centroids_from_bytes(rows: Sequence[bytes]) -> Float32:
    """Stored centroids of one model as rows (n, d); (0, 0) for none."""
    if not rows:
        return np.zeros((0, 0), dtype=np.float32)
    flat: Float32 = np.frombuffer(b"".join(rows), dtype="<f4").astype(np.float32)
    return flat.reshape(len(rows), -1)
