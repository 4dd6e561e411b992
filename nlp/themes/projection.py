"""Where a mention stands among the themes: an affine image of its vector, learned for that."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np

from nlp.backends.protocol import Float
from nlp.manifest import THEMES_FILE, verified_file
from nlp.vectors import unit_rows


@dataclass(frozen=True, slots=True)
class Limits:
    """Cosines, -1..1, of projected vectors of one stage and touchpoint.

    ``cut``: groups whose mentions are on average this near to each other are one at first.
    ``join``: a mention this near to a theme's centroid is of that theme. ``merge``: two themes
    whose centroids are this near are one.
    """

    cut: float
    join: float
    merge: float


UNTAUGHT: Final = Limits(cut=0.50, join=0.62, merge=0.66)
"""For a model that has not learned any themes: its vectors are compared as they are. With those of
the bundled model, groups of cells that it has not met reach a B-cubed precision of 0.67 so."""


@dataclass(frozen=True, slots=True)
class Projection:
    """``mean`` (width,) is taken away, ``weights`` (width, d) applied; None changes nothing."""

    limits: Limits = UNTAUGHT
    mean: Float | None = None
    weights: Float | None = None

    def apply(self, vectors: Float) -> Float:
        """``vectors`` (n, width), rows of length 1, where themes are told apart: (n, d) unit rows.

        Float32, whatever comes in; (0, 0) stays that.
        """
        rows = np.asarray(vectors, dtype=np.float32)
        if self.mean is None or self.weights is None or not rows.size:
            return rows
        return unit_rows(((rows - self.mean) @ self.weights).astype(np.float32))

    def save(self, path: Path) -> None:
        """Write the projection where ``load_projection`` finds it."""
        np.savez(
            path,
            mean=np.asarray(self.mean, dtype=np.float32),
            weights=np.asarray(self.weights, dtype=np.float16),
            **asdict(self.limits),
        )


def load_projection(folder: Path) -> Projection:
    """The projection of the model artefact in ``folder``; one that changes nothing if it has none.

    Raises ArtefactError if the folder has no manifest, or the file is not the one it describes.
    """
    path = verified_file(folder, THEMES_FILE)
    if path is None:
        return Projection()
    with np.load(path) as stored:
        return Projection(
            Limits(**{limit.name: float(stored[limit.name]) for limit in fields(Limits)}),
            stored["mean"],
            stored["weights"].astype(np.float32),
        )
