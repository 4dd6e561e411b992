"""Measures whether vectors of mentions of one theme are nearer to each other than others."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from nlp.arrays import Bool, Float64
from nlp.evaluate.figures import Figures, rounded
from nlp.labelled.examples import OTHER_THEME, Example, cell_of


class Pairs:
    """All pairs of mentions, and which of them share a theme, a cell or a language.

    Two mentions share a theme only if they share its cell. ``examples`` have one mention each. A
    mention without a theme has none in common with those that have one; a pair of two such in one
    cell is left out, since nobody knows whether they share one: ``telling`` is False.
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        cells = np.array([cell_of(example) for example in examples])
        themes = np.array([example.theme for example in examples])
        languages = np.array([example.language for example in examples])
        self._one, self._other = np.triu_indices(len(examples), k=1)
        no_theme = np.isin(themes, ("", OTHER_THEME))
        self.same_cell = self._equal(cells)
        self.same_theme = self.same_cell & self._equal(themes)
        self.same_language = self._equal(languages)
        self.telling = ~(self.same_cell & no_theme[self._one] & no_theme[self._other])

    def cosines(self, vectors: Float64) -> Float64:
        """The cosine of each pair's vectors, given (mentions, width) of length 1."""
        products = vectors @ vectors.T
        found: Float64 = products[self._one, self._other]
        return found

    def _equal(self, names: np.ndarray) -> Bool:
        equal: Bool = names[self._one] == names[self._other]
        return equal


def theme_figures(pairs: Pairs, vectors: Float64) -> Figures:
    """Areas under the ROC curve of the cosine, 0..1: the probability that a pair of one theme is
    nearer than another pair.

    Compares pairs of one theme with pairs of different themes, in the same cell and in other cells;
    for all pairs, and for pairs in two languages alone.
    """
    cosines = pairs.cosines(vectors)
    everything = np.ones_like(pairs.same_theme)
    figures = {
        name: _areas(pairs, cosines, among)
        for name, among in (("all", everything), ("cross_lingual", ~pairs.same_language))
    }
    return rounded(figures)


def _areas(pairs: Pairs, cosines: Float64, among: Bool) -> Figures:
    like = pairs.same_theme & pairs.telling & among
    others = {
        "same_cell": pairs.same_cell & ~pairs.same_theme & pairs.telling & among,
        "other_cells": ~pairs.same_cell & among,
    }
    return {
        "pairs": int(like.sum()),
        **{name: _area(cosines[like], cosines[unlike]) for name, unlike in others.items()},
    }


def _area(like: Float64, unlike: Float64) -> float | None:
    if not len(like) or not len(unlike):
        return None
    truth = np.repeat([1, 0], [len(like), len(unlike)])
    return float(roc_auc_score(truth, np.concatenate([like, unlike])))
