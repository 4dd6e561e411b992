"""Which pieces of a sentence make one point, and what the encoder says of the joined ones.

A mention's logits are linear in the mean of its tokens' vectors, so that the reading of joined
pieces is the mean of theirs, weighted by tokens: nothing has to be read again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.backends.protocol import Float, Reading
from nlp.encoding import Encoded
from nlp.labels import HEADS
from nlp.reading import Calibration, by_head, softmax
from nlp.segment import Piece
from nlp.vectors import unit_rows

Indices = NDArray[np.intp]

CONTRADICTION: Final = 0.8
"""The probability that two neighbours differ as praise and criticism that parts them."""

LEAST_TOKENS: Final = 5
"""A piece of fewer is not heard against its neighbour."""

TURN: Final = 0.4
"""That probability where a conjunction of contrast without a comma, however short what it joins,
says the same."""

_SURE: Final = frozenset(("sentence", "strong", "contrast"))


@dataclass(frozen=True, slots=True)
class Rows:
    """What the encoder says of n spans: ``logits`` (n, labels of all heads side by side),
    ``vectors`` (n, width) of length 1, and ``weights`` (n,), the number of tokens."""

    logits: Float
    vectors: Float
    weights: Float

    def pooled(self, starts: Indices) -> "Rows":
        """The runs of rows that begin at ``starts``, each as one row."""
        if len(starts) == len(self.weights):
            return self
        weights = np.add.reduceat(self.weights, starts)
        shares = self.weights / np.repeat(weights, np.diff(starts, append=len(self.weights)))
        return Rows(
            np.add.reduceat(self.logits * shares[:, None], starts, axis=0),
            unit_rows(np.add.reduceat(self.vectors * shares[:, None], starts, axis=0)),
            weights,
        )


def gather(texts: Sequence[Sequence[Encoded]], readings: Sequence[Reading]) -> Rows:
    """One row per piece of all texts, from the readings of their windows, in order.

    A piece that was read in several runs, because it is too long for a window, gets their mean.
    """
    starts: list[int] = []
    weights: list[int] = []
    for encoded in texts:
        last = -1
        for item in encoded:
            for owner, (start, end) in zip(item.owners, item.window.spans, strict=True):
                if owner != last:
                    starts.append(len(weights))
                weights.append(end - start)
                last = owner
    rows = Rows(
        np.hstack([np.concatenate([r.logits[head] for r in readings]) for head in HEADS]),
        np.concatenate([reading.embeddings for reading in readings]),
        np.array(weights, dtype=np.float32),
    )
    return rows.pooled(np.array(starts, dtype=np.intp))


def mention_starts(
    texts: Sequence[Sequence[Piece]], rows: Rows, calibration: Calibration
) -> Indices:
    """Which of the pieces of all texts begin a mention.

    Those after a sentence's end, a semicolon or a contrast do; one after a contrast without a comma
    if it may well say the opposite of the piece before it; any other only if it surely does, and
    both have enough tokens.
    """
    joints = [piece.joint for pieces in texts for piece in pieces]
    surely = np.array([joint in _SURE for joint in joints])
    turns = np.array([joint == "turn" for joint in joints])
    chances = softmax(by_head(rows.logits)["sentiment"] / calibration.temperatures["sentiment"])
    negative, positive = chances[:, 0], chances[:, -1]
    differ = negative[1:] * positive[:-1] + positive[1:] * negative[:-1]
    long = np.minimum(rows.weights[1:], rows.weights[:-1]) >= LEAST_TOKENS
    surely[1:] |= np.where(turns[1:], differ > TURN, (differ > CONTRADICTION) & long)
    return np.flatnonzero(surely)


def spans(texts: Sequence[Sequence[Piece]], starts: Indices) -> list[tuple[int, int, int]]:
    """For each mention the index of its text, and [start, end) in it."""
    pieces = [(owner, piece) for owner, pieces in enumerate(texts) for piece in pieces]
    ends = [*starts[1:].tolist(), len(pieces)]
    return [
        (pieces[first][0], pieces[first][1].start, pieces[last - 1][1].end)
        for first, last in zip(starts.tolist(), ends, strict=True)
    ]
