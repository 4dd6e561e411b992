"""Finds groups of mentions that are about the same thing.

1. Average linkage (UPGMA; Sokal and Michener 1958) on cosines: the two groups whose mentions are on
   average nearest to each other become one, as long as that average is not below ``Limits.cut``.
   The number of groups need not be known, and the order of mentions only decides ties.
2. Groups that are too small are dropped. Groups whose centroids are as near as ``Limits.merge``
   become one, by average linkage again: people speak of one theme in several ways.
3. Each mention goes to the nearest centroid if that is as near as ``Limits.join``, otherwise to
   none (Lloyd 1982, Least squares quantization in PCM, on the sphere). Later mentions do the same.
"""

from typing import Final

import numpy as np

from nlp.arrays import Float32, Int64
from nlp.themes.projection import Limits
from nlp.vectors import unit_rows

MAX_MENTIONS: Final = 3000
"""Mentions that can be grouped at once: time and memory grow with the square, to 36 MB here."""

MIN_GROUP_SIZE: Final = 5
"""The minimum size of a group. Smaller ones are as often chance as not: with 3 instead of 5, fewer
groups are of one theme, and more have the theme of another group (docs/model.md, Themes)."""

ROUNDS: Final = 3

NO_CLUSTER: Final = -1


def find_clusters(vectors: Float32, limits: Limits, min_size: int = MIN_GROUP_SIZE) -> Int64:
    """The group of each of ``vectors`` (n, d), rows of length 1: labels (n,), 0 for the largest.

    A mention in a group of fewer than ``min_size``, or near none, has -1. Raises ValueError for
    more than ``MAX_MENTIONS``.
    """
    if len(vectors) > MAX_MENTIONS:
        raise ValueError(f"{len(vectors)} vectors are more than the {MAX_MENTIONS} that fit")
    labels = _by_size(average_linkage(vectors, limits.cut), min_size)
    middles = _centroids(vectors, labels)
    united = np.append(average_linkage(middles, limits.merge), NO_CLUSTER)
    labels = united[labels]  # -1 is the last
    for _ in range(ROUNDS):
        labels = _by_size(
            nearest_centroids(vectors, _centroids(vectors, labels), limits.join), min_size
        )
    return labels


def average_linkage(vectors: Float32, limit: float) -> Int64:
    """Labels (n,) by average linkage of ``vectors`` (n, d), rows of length 1, down to ``limit``."""
    if len(vectors) < 2:
        return np.zeros(len(vectors), dtype=np.int64)
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    tree = linkage(np.clip(pdist(vectors, "cosine"), 0, 2), "average")
    found: Int64 = fcluster(tree, 1 - limit, "distance").astype(np.int64) - 1
    return found


def nearest_centroids(vectors: Float32, centroids: Float32, limit: float) -> Int64:
    """For each of ``vectors`` (n, d), the index of the nearest of ``centroids`` (groups, d); -1 if
    none is as near as ``limit``."""
    if not len(centroids):
        return np.full(len(vectors), NO_CLUSTER, dtype=np.int64)
    cosines = vectors @ centroids.T
    found: Int64 = np.where(cosines.max(axis=1) >= limit, cosines.argmax(axis=1), NO_CLUSTER)
    return found


def centroid(vectors: Float32) -> Float32:
    """The mean (d,) of a group's vectors (n, d), scaled to length 1."""
    middle: Float32 = unit_rows(vectors.mean(axis=0, keepdims=True))[0]
    return middle


def _centroids(vectors: Float32, labels: Int64) -> Float32:
    """The centroids (groups, d), in the order of labels."""
    middles = [centroid(vectors[labels == label]) for label in range(labels.max(initial=-1) + 1)]
    return np.array(middles, dtype=np.float32).reshape(len(middles), vectors.shape[1])


def _by_size(labels: Int64, min_size: int) -> Int64:
    """The same groups, numbered from the largest, without those smaller than ``min_size``."""
    names, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    kept = [i for i in order if sizes[i] >= min_size and names[i] != NO_CLUSTER]
    found = np.full(len(labels), NO_CLUSTER, dtype=np.int64)
    for rank, index in enumerate(kept):
        found[labels == names[index]] = rank
    return found
