"""What the characters of a mention say, beside what the encoder makes of it: a linear model.

A small encoder generalises and remembers little; runs of two to five characters, weighed by what
was said where they occurred, remember much and generalise little, so that the two err in different
places. Their logits are added: a product of experts (Hinton 1999).

Runs are counted once a text, by a hash in place of their name (Weinberger et al. 2009, Feature
hashing for large scale multitask learning), and weigh the more the rarer they are (Spärck Jones
1972). The mention's own and those of what is known about its text are each brought to length 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from nlp.backends.protocol import Float
from nlp.labels import HEADS, Head
from nlp.manifest import NGRAMS_FILE, verified_file
from nlp.reading import by_head

Buckets = NDArray[np.uint32]
Number = TypeVar("Number", np.float32, np.float64)

LONGEST: Final = 5
"""Characters in the longest runs; the shortest have two."""

BITS: Final = 17
BUCKETS: Final = 1 << BITS
LABELS: Final = sum(map(len, HEADS.values()))
REMEMBERED: Final = 1000
"""Contexts whose logits are kept: one question has many answers."""

_MENTION: Final = np.uint32(0x811C9DC5)
_CONTEXT: Final = np.uint32(0x2F0B4C47)
"""What the hashes of both begin with, so that a question's words are not taken for an answer's."""
_PRIME: Final = np.uint32(16777619)


@dataclass(frozen=True, slots=True)
class NGrams:
    """``rarity`` (buckets,) weighs runs, ``weights`` (buckets, labels of all heads side by side)
    times ``scales`` (labels,) are what each adds to the logits, ``bias`` (labels,) all texts'."""

    rarity: Float
    weights: NDArray[np.int8]
    scales: Float
    bias: Float

    def save(self, path: Path) -> None:
        """Write it where ``load_ngrams`` finds it."""
        np.savez_compressed(
            path,
            rarity=self.rarity.astype(np.float16),
            weights=self.weights,
            scales=self.scales,
            bias=self.bias,
        )


class NGramReader:
    """Reads mentions by their characters. Safe to call from several threads."""

    def __init__(self, ngrams: NGrams) -> None:
        self._ngrams = ngrams
        self._of_context = lru_cache(REMEMBERED)(self._read_context)

    def read(self, mentions: Sequence[str], contexts: Sequence[str | None]) -> Float:
        """Logits (mentions, labels of all heads side by side), each mention under its context, a
        line of ``nlp.encoding.context_line``."""
        rows = [
            self._read(mention_buckets(mention)) + self._of_context(context)
            for mention, context in zip(mentions, contexts, strict=True)
        ]
        return np.array(rows, dtype=np.float32).reshape(-1, LABELS) + self._ngrams.bias

    def added(
        self,
        logits: Mapping[Head, NDArray[Number]],
        mentions: Sequence[str],
        contexts: Sequence[str | None],
    ) -> dict[Head, NDArray[Number]]:
        """The encoder's ``logits`` by head, (mentions, labels), with these added to them."""
        beside = by_head(self.read(mentions, contexts))
        return {head: logits[head] + beside[head] for head in HEADS}

    def _read_context(self, context: str | None) -> Float:
        return self._read(context_buckets(context))

    def _read(self, buckets: Buckets) -> Float:
        weights = self._ngrams.rarity[buckets]
        length = np.sqrt(weights @ weights)
        if not length:
            return np.zeros(LABELS, dtype=np.float32)
        found: Float = (weights / length) @ self._ngrams.weights[buckets] * self._ngrams.scales
        return found


def mention_buckets(mention: str) -> Buckets:
    """The buckets of a mention's runs, each once."""
    return _buckets(mention, _MENTION)


def context_buckets(context: str | None) -> Buckets:
    """The buckets of the runs of what is known about a text; none if nothing is."""
    return _buckets(context or "", _CONTEXT)


def load_ngrams(folder: Path) -> NGrams | None:
    """The n-grams of the model in ``folder``; None if it has none.

    Raises ArtefactError if the folder has no manifest, or the file is not the one it describes.
    """
    path = verified_file(folder, NGRAMS_FILE)
    if path is None:
        return None
    with np.load(path) as stored:
        return NGrams(
            stored["rarity"].astype(np.float32),
            stored["weights"],
            stored["scales"],
            stored["bias"],
        )


def _buckets(text: str, start: np.uint32) -> Buckets:
    """FNV-1a over code points (Fowler, Noll, Vo), mixed as MurmurHash3 ends, the highest bits."""
    words = text.lower().split()
    if not words:
        return np.zeros(0, dtype=np.uint32)
    codes = np.frombuffer(f" {' '.join(words)} ".encode("utf-32-le"), dtype="<u4")
    hashes = (codes ^ start) * _PRIME
    found = []
    for after in range(1, min(LONGEST, len(codes))):
        hashes = (hashes[:-1] ^ codes[after:]) * _PRIME
        found.append(hashes)
    mixed = np.concatenate(found)
    mixed = (mixed ^ (mixed >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    return np.unique(mixed >> np.uint32(32 - BITS))
