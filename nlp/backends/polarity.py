"""Maps the labels of third-party sentiment models to ours."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from nlp.backends.protocol import Float
from nlp.labels import SENTIMENTS

_WORDS: Final = (
    (re.compile(r"neg|\bbad\b|unhappy|dissatisf|unfavou?rable"), 0),
    (re.compile(r"neu|mixed|\bok\b|average"), 1),
    (re.compile(r"pos|\bgood\b|happy|satisf|favou?rable"), 2),
)
_STARS: Final = re.compile(r"([1-5])[\s_-]*(?:stars?)?")
_BARE: Final = re.compile(r"(?:label[\s_-]*)?\d+")

_OF_STARS: Final = (0, 0, 1, 2, 2)
_BY_COUNT: Final = {2: (0, 2), 3: (0, 1, 2), 5: _OF_STARS}
"""The meaning of unnamed labels, worst first, by how many a model has."""

_NOTHING: Final = 1e-9


class UnknownLabelsError(ValueError):
    """The model's labels do not say which of them are negative and which are positive."""


def polarities(names: Mapping[int, str]) -> tuple[int, ...]:
    """For each label of a model, by its number, the index in ``SENTIMENTS`` that it counts as.

    Understands words (``POSITIVE``, ``very negative``), stars (``1 star``) and, worst first,
    two, three or five unnamed labels (``LABEL_0``). Raises UnknownLabelsError for any other.
    """
    labels = [names[index].strip().lower() for index in sorted(names)]
    if all(_STARS.fullmatch(label) for label in labels):
        return tuple(_OF_STARS[int(label[0]) - 1] for label in labels)
    if all(_BARE.fullmatch(label) for label in labels) and len(labels) in _BY_COUNT:
        return _BY_COUNT[len(labels)]
    found = tuple(_of_word(label) for label in labels)
    if None in found or not {0, 2} <= set(found):
        raise UnknownLabelsError(f"labels {', '.join(names.values())} are not of sentiment")
    return tuple(index for index in found if index is not None)


def to_sentiment(logits: Float, meaning: Sequence[int]) -> Float:
    """Logits (n, 3) of our sentiments from logits (n, labels) of labels that mean ``meaning``.

    A sentiment that the model has no label for gets a probability of almost 0.
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    sums = np.full((len(logits), len(SENTIMENTS)), _NOTHING, dtype=np.float32)
    for label, sentiment in enumerate(meaning):
        sums[:, sentiment] += shares[:, label]
    ours: Float = np.log(sums)
    return ours


def _of_word(label: str) -> int | None:
    return next((index for pattern, index in _WORDS if pattern.search(label)), None)
