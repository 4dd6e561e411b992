"""Maps the labels of third-party sentiment models to ours."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from nlp.arrays import Float32
from nlp.decoding import softmax
from nlp.labels import SENTIMENTS

_WORDS: Final = (
    (re.compile(r"neg|\bbad\b|unhappy|dissatisf|unfavou?rable"), 0),
    (re.compile(r"neu|mixed|\bok\b|average"), 1),
    (re.compile(r"pos|\bgood\b|happy|satisf|favou?rable"), 2),
)
_STARS: Final = re.compile(r"([1-5])[\s_-]*(?:stars?)?")
_NUMBERED: Final = re.compile(r"(?:label[\s_-]*)?(\d+)")

_OF_STARS: Final = (0, 0, 1, 2, 2)
_BY_COUNT: Final = {2: (0, 2), 3: (0, 1, 2), 5: _OF_STARS}
"""The meaning of numbered labels, the lowest number first, by how many a model has."""

_NOTHING: Final = 1e-9


class UnknownLabelsError(ValueError):
    """The model's labels do not say which of them are negative and which are positive."""


def polarities(names: Mapping[int, str]) -> tuple[int, ...]:
    """For each label of a model, by its number, the index in ``SENTIMENTS`` that it counts as.

    Understands words (``POSITIVE``, ``very negative``), stars (``1 star``) and two, three or five
    numbers, the lowest of which is the worst (``LABEL_0``, ``1``). Raises UnknownLabelsError for
    any other, and if no label is negative or none is positive.
    """
    labels = [names[index].strip().lower() for index in sorted(names)]
    found = _of_stars(labels) or _of_numbers(labels) or _of_words(labels)
    known = tuple(index for index in found if index is not None)
    if len(known) < len(found) or not {0, 2} <= set(known):
        raise UnknownLabelsError(f"labels {', '.join(names.values())} are not of sentiment")
    return known


def to_sentiment(logits: Float32, meaning: Sequence[int]) -> Float32:
    """Logits (n, 3) of our sentiments from logits (n, labels) of labels that mean ``meaning``.

    A sentiment that the model has no label for gets a probability of almost 0.
    """
    shares = softmax(logits)
    sums = np.full((len(logits), len(SENTIMENTS)), _NOTHING, dtype=np.float32)
    for label, sentiment in enumerate(meaning):
        sums[:, sentiment] += shares[:, label]
    ours: Float32 = np.log(sums)
    return ours


def _of_stars(labels: Sequence[str]) -> Sequence[int] | None:
    """What stars mean; None unless all labels are stars and at least one says so."""
    stars = [found for label in labels if (found := _STARS.fullmatch(label))]
    if len(stars) < len(labels) or not any("star" in label for label in labels):
        return None
    return [_OF_STARS[int(found[1]) - 1] for found in stars]


def _of_numbers(labels: Sequence[str]) -> Sequence[int] | None:
    """What numbers mean by their order; None unless all labels are numbers and as many as a scale
    of sentiment has."""
    numbers = [int(found[1]) for label in labels if (found := _NUMBERED.fullmatch(label))]
    if len(numbers) < len(labels) or len(labels) not in _BY_COUNT:
        return None
    return [_BY_COUNT[len(labels)][sorted(numbers).index(number)] for number in numbers]


def _of_words(labels: Sequence[str]) -> Sequence[int | None]:
    """What each label says; None for one that says nothing about sentiment."""
    return [
        next((index for pattern, index in _WORDS if pattern.search(label)), None)
        for label in labels
    ]
