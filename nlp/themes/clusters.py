"""Groups of mentions that are about the same thing.

Average linkage (UPGMA; Sokal and Michener 1958) on cosines: the two groups whose mentions are on
average nearest to each other become one, as long as that average is not below the limit. It knows
no number of groups in advance and no shape or size of them; the order of mentions decides nothing
but ties.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.backends.protocol import Float
from nlp.encoding import unit_rows

LARGEST: Final = 3000
"""Mentions that can be grouped at once: time and memory grow with the square, to 36 MB here."""

SMALLEST: Final = 3
"""Mentions that make a group: what one or two people say is no theme yet."""

NO_CLUSTER: Final = -1


def find_clusters(vectors: Float, cut: float, smallest: int = SMALLEST) -> NDArray[np.int64]:
    """The group of each of ``vectors`` (n, d), rows of length 1: labels (n,), the largest first.

    ``cut`` is ``Limits.cut``. A mention in a group of fewer than ``smallest`` has -1. ValueError
    for more than ``LARGEST``.
    """
    if len(vectors) > LARGEST:
        raise ValueError(f"{len(vectors)} vectors are more than the {LARGEST} that fit")
    if len(vectors) < max(smallest, 2):
        return np.full(len(vectors), NO_CLUSTER, dtype=np.int64)
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    tree = linkage(np.clip(pdist(vectors, "cosine"), 0, 2), "average")
    return _by_size(fcluster(tree, 1 - cut, "distance"), smallest)


def centroid(vectors: Float) -> Float:
    """The middle (d,) of a group's vectors (n, d), at length 1."""
    middle: Float = unit_rows(vectors.mean(axis=0, keepdims=True))[0]
    return middle


def _by_size(found: NDArray[np.int32], smallest: int) -> NDArray[np.int64]:
    _, first, place, sizes = np.unique(
        found, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    labels: NDArray[np.int64] = np.where(sizes[place] >= smallest, rank[place], NO_CLUSTER)
    return labels
