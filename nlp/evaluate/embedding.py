"""Whether a vector means something: are mentions of one theme nearer to each other than others?"""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from nlp.evaluate.metrics import Bools, Floats
from nlp.evaluate.scores import Figures, rounded
from nlp.train.examples import OTHER_THEME, Example, cell_of


class Pairs:
    """All pairs of mentions that each other: which share a theme, a cell or a language.

    A theme is one of its cell's. ``examples`` have one mention each; a mention without a theme
    is the like of no other, and no pair of two such says anything.
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        cells = np.array([cell_of(example) for example in examples])
        themes = np.array([example.theme for example in examples])
        languages = np.array([example.language for example in examples])
        self._one, self._other = np.triu_indices(len(examples), k=1)
        untold = np.isin(themes, ("", OTHER_THEME))
        self.same_cell = self._equal(cells)
        self.same_theme = self.same_cell & self._equal(themes)
        self.same_language = self._equal(languages)
        self.telling = ~(self.same_cell & untold[self._one] & untold[self._other])

    def cosines(self, vectors: Floats) -> Floats:
        """The cosine of each pair's vectors, given (mentions, width) of length 1."""
        products = vectors @ vectors.T
        found: Floats = products[self._one, self._other]
        return found

    def _equal(self, names: np.ndarray) -> Bools:
        equal: Bools = names[self._one] == names[self._other]
        return equal


def theme_figures(pairs: Pairs, vectors: Floats) -> Figures:
    """Areas under the ROC curve of the cosine, 0..1: a chance for like pairs to be the nearer.

    Pairs of one theme against pairs of other themes, in the same cell and in other cells; of all
    mentions, and of mentions in two languages alone.
    """
    cosines = pairs.cosines(vectors)
    everything = np.ones_like(pairs.same_theme)
    figures = {
        name: _areas(pairs, cosines, among)
        for name, among in (("all", everything), ("cross_lingual", ~pairs.same_language))
    }
    rounded_figures: Figures = rounded(figures)
    return rounded_figures


def _areas(pairs: Pairs, cosines: Floats, among: Bools) -> Figures:
    like = pairs.same_theme & pairs.telling & among
    others = {
        "same_cell": pairs.same_cell & ~pairs.same_theme & pairs.telling & among,
        "other_cells": ~pairs.same_cell & among,
    }
    return {
        "pairs": int(like.sum()),
        **{name: _area(cosines[like], cosines[unlike]) for name, unlike in others.items()},
    }


def _area(like: Floats, unlike: Floats) -> float | None:
    if not len(like) or not len(unlike):
        return None
    truth = np.repeat([1, 0], [len(like), len(unlike)])
    return float(roc_auc_score(truth, np.concatenate([like, unlike])))
