"""Measures whether mentions that are grouped together are about the same thing.

Mentions are grouped as in production, within their given stage and touchpoint. The clusters are
compared with the true themes by B-cubed: for each mention, the share of its cluster that is of its
theme (precision), and the share of its theme that is in its cluster (recall); both averaged over
mentions. See Bagga and Baldwin 1998, Algorithms for scoring coreference chains, and, for why this
measure, Amigó et al. 2009, A comparison of extrinsic clustering evaluation metrics. A mention in no
cluster, or of no theme, is alone in one.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import asdict
from typing import Final, NamedTuple

import numpy as np

from nlp.arrays import Bool, Float32, Int64
from nlp.evaluate.figures import Figures, rounded
from nlp.labelled.examples import OTHER_THEME, Example, cell_of
from nlp.themes import Limits, Projection, centroid, find_clusters
from nlp.themes.clusters import NO_CLUSTER, nearest_centroids
from nlp.vectors import packed, unpacked

ROUNDS: Final = 10
"""The number of random halves over which ``late_score`` averages."""


class Score(NamedTuple):
    """B-cubed, each 0..1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-12)


class Groupings(NamedTuple):
    """For each mention, (n,): the number of the cell in which it is grouped, and of its theme.

    Themes are numbered across cells; a mention without a theme has a number of its own.
    """

    cells: Int64
    themes: Int64

    def by_cell(self) -> Iterator[Int64]:
        """The indices of each cell's mentions, one cell after the other."""
        return (np.flatnonzero(self.cells == cell) for cell in np.unique(self.cells))


def b_cubed(themes: Int64, clusters: Int64) -> Score:
    """The score of ``clusters`` (n,), ``NO_CLUSTER`` for a mention in none, against ``themes``.

    It is NaN without mentions.
    """
    if not len(clusters):
        return Score(float("nan"), float("nan"))
    found = as_singletons(clusters)
    _, true = np.unique(themes, return_inverse=True)
    _, predicted = np.unique(found, return_inverse=True)
    _, place, both = np.unique(
        true * (predicted.max() + 1) + predicted, return_inverse=True, return_counts=True
    )
    overlap = both[place]
    return Score(
        float((overlap / np.bincount(predicted)[predicted]).mean()),
        float((overlap / np.bincount(true)[true]).mean()),
    )


def as_singletons(clusters: Int64) -> Int64:
    """The clusters (n,), with one of its own for each mention that is in none."""
    own = clusters.max(initial=-1) + 1 + np.arange(len(clusters))
    return np.where(clusters == NO_CLUSTER, own, clusters)


def groupings_of(examples: Sequence[Example], files: Sequence[str] = ()) -> Groupings:
    """The cells and themes of examples with one mention each. Cells are distinguished by name,
    stage and touchpoint, and by ``files``, the names of the files of the examples, if given."""
    cells = [
        (cell_of(e), e.labels[0]["stage"], e.labels[0]["touchpoint"], file)
        for e, file in zip(examples, files or [""] * len(examples), strict=True)
    ]
    themes = [
        (cell, index if has_no_theme(example) else example.theme)
        for index, (cell, example) in enumerate(zip(cells, examples, strict=True))
    ]
    return Groupings(_numbered(cells), _numbered(themes))


def has_no_theme(example: Example) -> bool:
    """Whether a mention belongs to none of its cell's themes."""
    return example.theme in ("", OTHER_THEME)


def as_stored(vectors: Float32) -> Float32:
    """Vectors (n, width) as they are after having been stored."""
    return unpacked([packed(vector) for vector in vectors])


def grouped(
    points: Float32, groupings: Groupings, limits: Limits, first: Bool | None = None
) -> Int64:
    """The cluster of each of ``points`` (n, d), numbered across cells.

    With the mask ``first`` (n,), only those mentions are grouped; the others are in no cluster.
    """
    first = np.ones(len(points), dtype=bool) if first is None else first
    found = np.full(len(points), NO_CLUSTER, dtype=np.int64)
    for cell in groupings.by_cell():
        there = cell[first[cell]]
        labels = find_clusters(points[there], limits)
        after = labels + found.max(initial=-1) + 1
        found[there] = np.where(labels == NO_CLUSTER, NO_CLUSTER, after)
    return found


def random_half(groupings: Groupings, seed: int) -> Bool:
    """A random half of each cell's mentions, as a mask (n,)."""
    rng, first = np.random.default_rng(seed), np.zeros(len(groupings.cells), dtype=bool)
    for cell in groupings.by_cell():
        first[rng.permutation(cell)[: len(cell) // 2]] = True
    return first


def assign_late(
    points: Float32, groupings: Groupings, first: Bool, found: Int64, join: float
) -> Int64:
    """The clusters after the other mentions have joined those ``found`` among the ``first``."""
    after = np.where(first, found, NO_CLUSTER)
    for cell in groupings.by_cell():
        names = np.unique(found[cell][found[cell] != NO_CLUSTER])
        if len(names):
            middles = np.stack([centroid(points[found == name]) for name in names])
            late = cell[~first[cell]]
            after[late] = np.append(names, NO_CLUSTER)[
                nearest_centroids(points[late], middles, join)
            ]
    return after


def near_duplicates(themes: Int64, found: Int64) -> float:
    """The share of clusters whose most common theme is already that of a larger one, 0..1."""
    names = np.unique(found[found != NO_CLUSTER])
    main = [int(np.bincount(themes[found == name]).argmax()) for name in names]
    return 1 - len(set(main)) / len(main) if main else 0.0


def cluster_figures(
    examples: Sequence[Example], vectors: Float32, projection: Projection
) -> Figures:
    """How well ``projection`` and its limits group the mentions, and place those that come later.

    ``vectors`` (n, width) are those of the examples' mentions; they are measured as stored.
    """
    groupings, points = groupings_of(examples), projection.apply(as_stored(vectors))
    limits = projection.limits
    found = grouped(points, groupings, limits)
    figures: Figures = {
        **_score_figures(b_cubed(groupings.themes, found)),
        "themes": len({(cell_of(e), e.theme) for e in examples if not has_no_theme(e)}),
        "clusters": len(set(found.tolist()) - {NO_CLUSTER}),
        "grouped": float((found != NO_CLUSTER).mean()),
        "grouped_precision": b_cubed(
            groupings.themes[found != NO_CLUSTER], found[found != NO_CLUSTER]
        ).precision,
        "near_duplicates": near_duplicates(groupings.themes, found),
        "limits": asdict(limits),
        "arrival": _score_figures(late_score(points, groupings, limits)),
    }
    return rounded(figures)


def late_score(points: Float32, groupings: Groupings, limits: Limits) -> Score:
    """The mean score, over ``ROUNDS``, after grouping a random half and joining the other half."""
    scores = []
    for seed in range(ROUNDS):
        first = random_half(groupings, seed)
        found = grouped(points, groupings, limits, first)
        after = assign_late(points, groupings, first, found, limits.join)
        scores.append(b_cubed(groupings.themes, after))
    return Score(*np.mean(scores, axis=0).tolist())


def _score_figures(score: Score) -> Figures:
    return {"precision": score.precision, "recall": score.recall, "f1": score.f1}


def _numbered(names: Sequence[Hashable]) -> Int64:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
