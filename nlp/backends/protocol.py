"""The one seam between the reading of feedback and whatever engine runs the encoder."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.labels import Head

Float = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """One encoder input: token ids and, per mention in it, the [start, end) run of its tokens."""

    ids: Sequence[int]
    spans: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoder says of the mentions of one window, in the order of its spans.

    ``logits[head]`` has the shape (mentions, labels of the head), unscaled; ``embeddings`` has
    (mentions, width) with rows of length 1, or (mentions, 0) when the engine has none.
    """

    logits: Mapping[Head, Float]
    embeddings: Float


class Backend(Protocol):
    """An engine: how much it can take at once, and the pass itself."""

    max_tokens: int
    """The longest window, in tokens, special tokens included."""

    def read(self, windows: Iterable[Window]) -> list[Reading]:
        """One reading per window, in order. Batching and padding are the engine's business, and
        whether it begins before it has got all windows."""
        ...
