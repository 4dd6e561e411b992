"""What a backend says of labelled examples, beside what is true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from nlp.backends.protocol import Backend, Reading
from nlp.encoding import build_windows, merge_readings
from nlp.evaluate.metrics import Floats, Ints
from nlp.labels import HEADS, Head
from nlp.train.examples import Example

CHUNK = 512
"""Windows handed to the backend at once."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Mentions of all examples in one row each: their language, truth and logits a head.

    ``truth[head]`` is (rows,), ``UNKNOWN`` where nobody has labelled it; ``logits[head]`` is
    (rows, labels).
    """

    languages: Sequence[str]
    truth: Mapping[Head, Ints]
    logits: Mapping[Head, Floats]


def answer(
    backend: Backend, tokenizer: Tokenizer, examples: Sequence[Example], context: bool = True
) -> Answers:
    """Have the backend read the examples, as production would, or without their context.

    Examples without mentions have nothing to ask.
    """
    examples = [example for example in examples if example.spans]
    readings = _read(backend, tokenizer, examples, context)
    mentions = [(e.language, known) for e in examples for known in e.labels]
    return Answers(
        languages=[language for language, _ in mentions],
        truth={head: np.array([known[head] for _, known in mentions]) for head in HEADS},
        logits={
            head: np.concatenate([r.logits[head] for r in readings]).astype(np.float64)
            for head in HEADS
        },
    )


def _read(
    backend: Backend, tokenizer: Tokenizer, examples: Sequence[Example], context: bool
) -> list[Reading]:
    encoded = [
        build_windows(
            tokenizer, e.context if context else None, e.text, e.spans, backend.max_tokens
        )
        for e in examples
    ]
    windows = [item.window for items in encoded for item in items]
    readings: list[Reading] = []
    for at in range(0, len(windows), CHUNK):
        readings += backend.read(windows[at : at + CHUNK])
    rest = iter(readings)
    return [
        merge_readings(items, [next(rest) for _ in items], len(e.spans))
        for items, e in zip(encoded, examples, strict=True)
    ]
