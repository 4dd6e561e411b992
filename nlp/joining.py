"""Joins the pieces of a sentence that make one point into a mention, and also their readings.

A mention's logits are linear in the mean of its tokens' vectors. The logits of joined pieces are
therefore the mean of theirs, weighted by tokens, and nothing has to be read again. Their vector is
only close to that of the pieces read as one, since each piece's own has already length 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.arrays import Float32
from nlp.backends.protocol import Reading
from nlp.decoding import Calibration, by_head, softmax
from nlp.encoding import Encoded
from nlp.labels import HEADS
from nlp.segment import Piece
from nlp.vectors import unit_rows

Indices = NDArray[np.intp]

CONTRADICTION: Final = 0.8
"""Neighbours are separate mentions if they are praise and criticism with more than this
probability."""

MIN_TOKENS: Final = 5
"""A piece with fewer tokens is not separated from its neighbour for that reason."""

TURN: Final = 0.4
"""The bound in place of ``CONTRADICTION`` where a contrasting conjunction without a comma joins two
pieces; these may have any length."""

_ALWAYS_SPLIT: Final = frozenset(("sentence", "strong", "contrast"))


@dataclass(frozen=True, slots=True)
class Rows:
    """The encoder's output for n spans: ``logits`` (n, labels of all heads side by side),
    ``vectors`` (n, width) of length 1, and ``weights`` (n,), their numbers of tokens."""

    logits: Float32
    vectors: Float32
    weights: Float32

    def pooled(self, starts: Indices) -> "Rows":
        """One row for each run of rows that begins at one of ``starts``: their weighted mean."""
        if len(starts) == len(self.weights):
            return self
        weights = np.add.reduceat(self.weights, starts)
        shares = self.weights / np.repeat(weights, np.diff(starts, append=len(self.weights)))
        return Rows(
            np.add.reduceat(self.logits * shares[:, None], starts, axis=0),
            unit_rows(np.add.reduceat(self.vectors * shares[:, None], starts, axis=0)),
            weights,
        )


def rows_of_pieces(texts: Sequence[Sequence[Encoded]], readings: Sequence[Reading]) -> Rows:
    """One row per piece of all texts, in order, from the readings of their windows.

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
    """The indices of those pieces, of all texts in order, that begin a mention.

    A piece that begins a sentence or follows a semicolon or a contrast with a comma always does.
    After a contrast without a comma, it does if it may well say the opposite of the piece before
    it (``TURN``); elsewhere only if this is almost certain (``CONTRADICTION``) and both pieces have
    enough tokens (``MIN_TOKENS``).
    """
    joints = [piece.joint for pieces in texts for piece in pieces]
    surely = np.array([joint in _ALWAYS_SPLIT for joint in joints])
    turns = np.array([joint == "turn" for joint in joints])
    chances = softmax(by_head(rows.logits)["sentiment"] / calibration.temperatures["sentiment"])
    negative, positive = chances[:, 0], chances[:, -1]
    differ = negative[1:] * positive[:-1] + positive[1:] * negative[:-1]
    long = np.minimum(rows.weights[1:], rows.weights[:-1]) >= MIN_TOKENS
    surely[1:] |= np.where(turns[1:], differ > TURN, (differ > CONTRADICTION) & long)
    return np.flatnonzero(surely)


def mention_spans(texts: Sequence[Sequence[Piece]], starts: Indices) -> list[tuple[int, int, int]]:
    """For each mention the index of its text, and [start, end) in it."""
    pieces = [(owner, piece) for owner, pieces in enumerate(texts) for piece in pieces]
    ends = [*starts[1:].tolist(), len(pieces)]
    return [
        (pieces[first][0], pieces[first][1].start, pieces[last - 1][1].end)
        for first, last in zip(starts.tolist(), ends, strict=True)
    ]
