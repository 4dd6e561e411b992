"""The interface between the analysis and the engine that runs the encoder."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from nlp.arrays import Float32
from nlp.labels import Head


@dataclass(frozen=True, slots=True)
class Window:
    """One encoder input: token ids and, per mention in it, the [start, end) run of its tokens."""

    ids: Sequence[int]
    spans: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Reading:
    """The encoder's output for the mentions of one window, in the order of its spans.

    ``logits[head]`` has the shape (mentions, labels of the head), not yet calibrated;
    ``embeddings`` has (mentions, width) with rows of length 1, or (mentions, 0) if the engine
    provides none.
    """

    logits: Mapping[Head, Float32]
    embeddings: Float32


class Backend(Protocol):
    """An engine that runs the encoder."""

    max_tokens: int
    """The longest window, in tokens, special tokens included."""

    def read(self, windows: Iterable[Window]) -> list[Reading]:
        """One reading per window, in order. The engine decides how to batch and pad, and may start
        before it has received all windows."""
        ...
