"""The readings that a model gives for labelled examples, with the true labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.arrays import Float32, Float64, Int64
from nlp.backends.protocol import Reading
from nlp.decoding import choose, probabilities
from nlp.encoding import build_windows, merge_readings
from nlp.labelled.examples import Example
from nlp.labels import HEADS, Head
from nlp.loading import Model

CHUNK = 512
"""Windows handed to the backend at once."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The mentions of all examples, one row each: their origin, true labels and readings.

    ``groups`` is (rows,), the number of the example that a mention belongs to; ``texts`` are the
    mentions' own words. ``truth[head]`` is (rows,), ``UNKNOWN`` where there is no label;
    ``logits[head]`` and the probabilities ``chances[head]`` are (rows, labels), the indices of the
    labels that are read, ``read[head]``, (rows,); ``embeddings`` (rows, width) have length 1.
    """

    groups: Int64
    texts: Sequence[str]
    contexts: Sequence[str]
    languages: Sequence[str]
    truth: Mapping[Head, Int64]
    logits: Mapping[Head, Float64]
    chances: Mapping[Head, Float64]
    read: Mapping[Head, Int64]
    embeddings: Float64


def answer(model: Model, examples: Sequence[Example], context: bool = True) -> Answers:
    """Have the model read the examples' mentions in their texts, with or without context.

    Examples without mentions are left out.
    """
    examples = [example for example in examples if example.spans]
    readings = _read(model, examples, context)
    owners = [example for example in examples for _ in example.spans]
    known = [labels for example in examples for labels in example.labels]
    sizes = np.array([len(example.spans) for example in examples], np.int64)
    texts = mention_texts(examples)
    contexts = [owner.context or "" if context else "" for owner in owners]
    logits = {
        head: _joined([reading.logits[head] for reading in readings], len(labels))
        for head, labels in HEADS.items()
    }
    if model.ngrams:
        logits = model.ngrams.add_to(logits, texts, contexts)
    chances = probabilities(logits, model.manifest.temperatures)
    return Answers(
        groups=np.repeat(np.arange(len(examples)), sizes),
        texts=texts,
        contexts=contexts,
        languages=[owner.language for owner in owners],
        truth={head: np.array([labels[head] for labels in known], np.int64) for head in HEADS},
        logits=logits,
        chances=chances,
        read=choose(chances),
        embeddings=_joined([r.embeddings for r in readings], 0),
    )


def mention_texts(examples: Sequence[Example]) -> list[str]:
    """The texts of all mentions, in order."""
    return [e.text[start:end] for e in examples for start, end in e.spans]


def _joined(parts: Sequence[Float32], width: int) -> Float64:
    """All rows; (0, ``width``) if there are none."""
    return np.concatenate(parts).astype(np.float64) if parts else np.zeros((0, width))


def _read(model: Model, examples: Sequence[Example], context: bool) -> list[Reading]:
    longest = model.backend.max_tokens
    encoded = [
        build_windows(model.tokenizer, e.context if context else None, e.text, e.spans, longest)
        for e in examples
    ]
    windows = [item.window for items in encoded for item in items]
    readings: list[Reading] = []
    for at in range(0, len(windows), CHUNK):
        readings += model.backend.read(windows[at : at + CHUNK])
    rest = iter(readings)
    return [
        merge_readings(items, [next(rest) for _ in items], len(e.spans))
        for items, e in zip(encoded, examples, strict=True)
    ]
