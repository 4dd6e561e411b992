"""Batches of windows of similar length, and the arrays that engines take and return."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nlp.arrays import Float32
from nlp.backends.protocol import Reading, Window
from nlp.decoding import by_head

PADDING_ID: Final = 1


def batches(lengths: Sequence[int], padded_tokens: int) -> Iterator[list[int]]:
    """Batches of indices into ``lengths``, longest first, of at most ``padded_tokens`` each.

    The size of a batch is its longest length times its count. A longer item is a batch of its own.
    """
    order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    start = 0
    while start < len(order):
        end = start + max(padded_tokens // max(lengths[order[start]], 1), 1)
        yield order[start:end]
        start = end


def to_arrays(windows: Sequence[Window]) -> dict[str, NDArray[Any]]:
    """``input_ids`` and ``attention_mask``, int64 (windows, tokens), and ``mention_mask``,
    float32 (windows, mentions, tokens), 1 at a mention's tokens."""
    rows, width = len(windows), max(len(window.ids) for window in windows)
    most = max(len(window.spans) for window in windows)
    ids = np.full((rows, width), PADDING_ID, dtype=np.int64)
    attention = np.zeros((rows, width), dtype=np.int64)
    mentions = np.zeros((rows, most, width), dtype=np.float32)
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = window.ids
        attention[row, : len(window.ids)] = 1
        for mention, (start, end) in enumerate(window.spans):
            mentions[row, mention, start:end] = 1.0
    return {"input_ids": ids, "attention_mask": attention, "mention_mask": mentions}


def to_reading(window: Window, logits: Float32, embeddings: Float32) -> Reading:
    """The reading of a window from its rows of the engine's output, without padding mentions:
    ``logits`` (mentions, labels of all heads) and ``embeddings`` (mentions, width)."""
    count = len(window.spans)
    return Reading(by_head(logits[:count]), embeddings[:count])
