"""Baselines that label the same rows as the model.

The most common label; a linear model of words and characters; the label whose description is
nearest by the vectors of the model's base encoder; and, for sentiment, a list of words.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from nlp.arrays import Int64
from nlp.descriptions import DESCRIPTIONS
from nlp.evaluate.answers import mention_texts
from nlp.evaluate.base_encoder import BaseEncoder
from nlp.labelled.examples import UNKNOWN, Example, mention_count
from nlp.labels import HEADS, Head

Predictions = Mapping[Head, Int64]
"""Labels of all mentions, in order, by head; ``UNKNOWN`` where a baseline makes no prediction."""

NEUTRAL_BELOW: Final = 0.05
"""VADER's compound score, -1..1, is neutral if its absolute value is below this, according to its
authors."""


def majority(train: Sequence[Example], test: Sequence[Example]) -> Predictions:
    """The most common label of ``train``, for every mention of ``test``."""
    rows = mention_count(test)
    labels = _labels(train)
    return {
        head: np.full(rows, np.bincount(known[known != UNKNOWN]).argmax())
        for head, known in labels.items()
    }


def words(train: Sequence[Example], test: Sequence[Example]) -> Predictions:
    """TF-IDF of words, pairs of words and 2 to 5 characters, then a logistic regression per head.

    Predicts no head if no word occurs in two mentions of ``train``.
    """
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
    try:
        seen = vectors.fit_transform(mention_texts(train))
    except ValueError:  # no terms are left to count
        return {}
    unseen = vectors.transform(mention_texts(test))
    return {head: _fit(seen, known, unseen) for head, known in _labels(train).items()}


def zero_shot(base: BaseEncoder, test: Sequence[Example]) -> Predictions:
    """The label whose name and description in the codebook are nearest to a mention's text."""
    vectors = base.embed(mention_texts(test))
    found = {}
    for head, meanings in DESCRIPTIONS.items():
        labels = base.embed(
            [f"{name.replace('_', ' ')}: {text}" for name, text in meanings.items()]
        )
        found[head] = (vectors @ labels.T).argmax(axis=1)
    return found


def vader(test: Sequence[Example]) -> Predictions:
    """Sentiment of English mentions by a list of words and rules.

    Hutto and Gilbert 2014, VADER: a parsimonious rule-based model for sentiment analysis.
    """
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    scores = SentimentIntensityAnalyzer().polarity_scores
    languages = [example.language for example in test for _ in example.spans]
    predicted = [
        _polarity(scores(text)["compound"]) if language == "en" else UNKNOWN
        for text, language in zip(mention_texts(test), languages, strict=True)
    ]
    return {"sentiment": np.array(predicted, dtype=np.int64)}


def _polarity(compound: float) -> int:
    if abs(compound) < NEUTRAL_BELOW:
        return HEADS["sentiment"].index("neutral")
    return HEADS["sentiment"].index("positive" if compound > 0 else "negative")


def _labels(examples: Sequence[Example]) -> dict[Head, Int64]:
    """The labels of all mentions, in order, for each head that has any."""
    known = [labels for e in examples for labels in e.labels]
    columns = {head: np.array([labels[head] for labels in known]) for head in HEADS}
    return {head: column for head, column in columns.items() if (column != UNKNOWN).any()}


def _fit(seen: Any, known: Int64, unseen: Any) -> Int64:
    rows = np.flatnonzero(known != UNKNOWN)
    if len(set(known[rows])) == 1:
        return np.full(unseen.shape[0], known[rows[0]])
    model = LogisticRegression(C=4.0, max_iter=200, class_weight="balanced")
    with warnings.catch_warnings():
        # A baseline may stop after 200 rounds: more would change only the last digits.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(seen[rows], known[rows])
    predicted: Int64 = model.predict(unseen)
    return predicted
