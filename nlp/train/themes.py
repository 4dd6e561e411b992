"""Fitting the projection that tells themes apart, in closed form, to mentions with themes.

Linear discriminant analysis within cells (Rao 1948, The utilization of multiple measurements in
problems of biological classification): the directions in which the themes of a cell differ most,
relative to how much mentions of one theme differ. The within-theme scatter is shrunk towards a
sphere (Friedman 1989, Regularized discriminant analysis); the scatter of the themes' means is
corrected for the few mentions of each (Searle 1971, Linear models, chapter 9: variance components).

Everything is chosen by cross-validation over whole cells: no theme is grouped by a projection that
was fitted to it, or to any other theme of its cell.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from scipy.linalg import eigh

from nlp.arrays import Bool, Float32, Float64, Int64
from nlp.evaluate.answers import answer
from nlp.evaluate.clusters import (
    Groupings,
    Score,
    as_stored,
    b_cubed,
    grouped,
    groupings_of,
    late_score,
    near_duplicates,
)
from nlp.labelled.examples import read_themes
from nlp.labelled.records import DataError
from nlp.loading import open_model
from nlp.manifest import THEMES_FILE, DataFile, Manifest, sha256, write_manifest
from nlp.probe import folds
from nlp.themes import Limits, Projection
from nlp.train.curriculum import data_file
from nlp.vectors import unit_rows

DIMENSIONS: Final = 100

SHRINKAGE: Final = 1.0
"""This many times its mean eigenvalue is added to each eigenvalue of the scatter within themes."""

MIN_SHRINKAGE: Final = 1e-9
"""The minimum that is added, for themes whose mentions all have the same words."""

POWER: Final = 0.1
"""A direction is weighted by its ratio of between-theme to within-theme scatter, to this power."""

PRECISION: Final = 0.65
"""The B-cubed precision that groups in held-out cells should reach; other themes are harder."""

DUPLICATES: Final = 0.05
"""The largest share of near-duplicates that they should have."""

START: Final = Limits(cut=0.34, join=0.45, merge=0.5)
STEPS: Final = (0.08, 0.04, 0.02)
FOLDS: Final = 4


@dataclass(frozen=True, slots=True)
class Scatter:
    """Sums of squares and products (width, width) within themes and of their means; ``freedom``
    and ``means`` are the degrees of freedom, ``mentions`` and ``themes`` the numbers of each."""

    within: Float64
    freedom: int
    between: Float64
    means: int
    mentions: int
    themes: int

    def __add__(self, other: "Scatter") -> "Scatter":
        return Scatter(
            self.within + other.within,
            self.freedom + other.freedom,
            self.between + other.between,
            self.means + other.means,
            self.mentions + other.mentions,
            self.themes + other.themes,
        )


@dataclass(frozen=True, slots=True)
class Fitted:
    """A projection, and what its limits achieve in ``cells`` held-out cells."""

    projection: Projection
    cells: int
    groups: Score
    near_duplicates: float
    arrivals: Score


def fit_themes(folder: Path, data: Sequence[Path]) -> Fitted:
    """Fit the theme projection of the model in ``folder`` and write it there.

    Its limits are fitted to the cells of files that the encoder was not trained on, if there are
    any. Raises ArtefactError for a folder without a model, DataError for a file without themes.
    """
    files = {path: read_themes(path) for path in data}
    model = open_model(folder)
    examples = [example for found in files.values() for example in found]
    read = answer(model, examples).embeddings
    vectors = as_stored(read.astype(np.float32))
    seen = {file.sha256 for file in model.manifest.data}
    new = [sha256(path) not in seen for path, found in files.items() for _ in found]
    names = [path.name for path, found in files.items() for _ in found]
    fitted = fit(vectors, groupings_of(examples, names), np.array(new) if any(new) else None)
    _write(folder, model.manifest, fitted.projection, [data_file(*file) for file in files.items()])
    return fitted


def fit(vectors: Float32, groupings: Groupings, judged: Bool | None = None) -> Fitted:
    """Fit the projection that tells the themes of ``vectors`` (n, width) apart; rows have length 1.

    ``judged`` (n,) marks the mentions that limits are fitted to; all by default.
    """
    mean = vectors.mean(axis=0)
    parts = [(cell, scatter(vectors[cell], groupings.themes[cell])) for cell in groupings.by_cell()]
    # Cells that have themes come first, so that there is one to learn from in any fold.
    parts.sort(key=lambda part: part[1].means == 0)
    cells, scatters = [cell for cell, _ in parts], [found for _, found in parts]
    if sum(found.means > 0 for found in scatters) < 2:
        raise DataError(
            "too few themes to learn from: at least two cells are needed "
            "that have two themes with two mentions each"
        )
    held_out = np.zeros((len(vectors), min(DIMENSIONS, vectors.shape[1])), dtype=np.float32)
    for part in folds(len(cells), FOLDS):
        weights = directions(found for found, left in zip(scatters, part, strict=True) if not left)
        for index in np.flatnonzero(part):
            held_out[cells[index]] = unit_rows((vectors[cells[index]] - mean) @ weights)
    chosen = np.ones(len(vectors), dtype=bool) if judged is None else judged
    within = Groupings(groupings.cells[chosen], groupings.themes[chosen])
    limits = fit_limits(held_out[chosen], within)
    found = grouped(held_out[chosen], within, limits)
    return Fitted(
        Projection(limits, mean, directions(scatters)),
        len(np.unique(within.cells)),
        b_cubed(within.themes, found),
        near_duplicates(within.themes, found),
        late_score(held_out[chosen], within, limits),
    )


def scatter(vectors: Float32, themes: Int64) -> Scatter:
    """The scatter of one cell's ``vectors`` (n, width) by the themes that have two or more."""
    rows = vectors.astype(np.float64)
    groups = [rows[themes == theme] for theme in np.unique(themes)]
    groups = [group for group in groups if len(group) > 1]
    width = vectors.shape[1]
    centred = [group - group.mean(axis=0) for group in groups]
    inside = np.concatenate([np.zeros((0, width)), *centred])
    means = np.array([group.mean(axis=0) for group in groups]).reshape(len(groups), width)
    means -= means.sum(axis=0) / max(len(groups), 1)
    mentions = sum(map(len, groups))
    return Scatter(
        inside.T @ inside,
        mentions - len(groups),
        means.T @ means,
        max(len(groups) - 1, 0),
        mentions,
        len(groups),
    )


def directions(scatters: Iterable[Scatter]) -> Float32:
    """Weights (width, d) of the directions that tell themes apart best, the best first."""
    total = _sum(scatters)
    width = len(total.within)
    within = total.within / max(total.freedom, 1)
    between = total.between / max(total.means, 1) - within * (total.themes / total.mentions)
    sphere = SHRINKAGE * max(within.trace() / width, MIN_SHRINKAGE) * np.eye(width)
    dimensions = min(DIMENSIONS, width)
    shares, found = eigh(between, within + sphere, subset_by_index=(width - dimensions, width - 1))
    weights = found[:, ::-1] * np.maximum(shares[::-1], 1e-3) ** POWER
    scaled: Float32 = (weights / np.abs(weights).max()).astype(np.float32)
    return scaled


def fit_limits(points: Float32, groupings: Groupings) -> Limits:
    """The limits that group the held-out ``points`` (n, d) best, found by hill climbing.

    Best is the highest F1 with enough precision and few enough near-duplicates, or else what comes
    closest to meeting both.
    """

    @cache
    def rating(limits: Limits) -> tuple[float, float]:
        found = grouped(points, groupings, limits)
        score = b_cubed(groupings.themes, found)
        excess = max(near_duplicates(groupings.themes, found) - DUPLICATES, 0.0)
        return -max(PRECISION - score.precision, 0.0) - excess, score.f1

    limits = START
    for step in STEPS:
        best = max(_around(limits, step), key=rating)
        while rating(best) > rating(limits):
            limits = best
            best = max(_around(limits, step), key=rating)
    return limits


def _around(limits: Limits, step: float) -> Iterator[Limits]:
    for name, value in asdict(limits).items():
        for moved in (value - step, value + step):
            yield replace(limits, **{name: round(min(max(moved, 0.0), 1.0), 2)})


def _sum(scatters: Iterable[Scatter]) -> Scatter:
    first, *rest = scatters
    return sum(rest, start=first)


def _write(folder: Path, manifest: Manifest, projection: Projection, data: list[DataFile]) -> None:
    projection.save(folder / THEMES_FILE)
    files = {**manifest.files, THEMES_FILE: sha256(folder / THEMES_FILE)}
    write_manifest(folder, replace(manifest, files=files, theme_data=data))
