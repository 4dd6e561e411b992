"""What the model has to beat: always the commonest label, and words with a linear model."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from nlp.evaluate.metrics import Ints
from nlp.labels import HEADS, Head
from nlp.train.examples import UNKNOWN, Example

Predictions = Mapping[Head, Ints]


def majority(train: Sequence[Example], test: Sequence[Example]) -> Predictions:
    """The label that is commonest in ``train``, for every mention of ``test``."""
    rows = len(mention_texts(test))
    labels = _labels(train)
    return {
        head: np.full(rows, np.bincount(known[known != UNKNOWN]).argmax())
        for head, known in labels.items()
    }


def words(train: Sequence[Example], test: Sequence[Example]) -> Predictions:
    """TF-IDF of words and pairs and of 2 to 5 characters, then logistic regression a head."""
    vectors = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)),
            (
                "characters",
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=60_000
                ),
            ),
        ]
    )
    seen = vectors.fit_transform(mention_texts(train))
    unseen = vectors.transform(mention_texts(test))
    return {head: _fit(seen, known, unseen) for head, known in _labels(train).items()}


def mention_texts(examples: Sequence[Example]) -> list[str]:
    """The texts of all mentions, in order."""
    return [e.text[start:end] for e in examples for start, end in e.spans]


def _labels(examples: Sequence[Example]) -> dict[Head, Ints]:
    known = [labels for e in examples for labels in e.labels]
    return {head: np.array([labels[head] for labels in known]) for head in HEADS}


def _fit(seen: Any, known: Ints, unseen: Any) -> Ints:
    rows = np.flatnonzero(known != UNKNOWN)
    model = LogisticRegression(C=4.0, max_iter=200, class_weight="balanced")
    with warnings.catch_warnings():
        # A yardstick may stop after 200 rounds: what is left is in the last digits.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(seen[rows], known[rows])
    predicted: Ints = model.predict(unseen)
    return predicted
