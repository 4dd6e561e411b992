"""A linear model of character n-grams that complements the encoder.

A small encoder generalises well and remembers little. Weights of runs of two to five characters,
the n-grams, remember much and generalise little. The two make different errors, so their logits are
added: a product of experts (Hinton 1999).

An n-gram counts once per text, is identified by a hash (Weinberger et al. 2009, Feature hashing for
large scale multitask learning), and is weighted by its rarity (Spärck Jones 1972). The n-grams of
the mention and those of its context are each scaled to length 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from nlp.arrays import Float32
from nlp.decoding import by_head
from nlp.labels import HEADS, LABEL_COUNT, Head
from nlp.manifest import NGRAMS_FILE, verified_file

Buckets = NDArray[np.uint32]
Number = TypeVar("Number", np.float32, np.float64)

MAX_N: Final = 5
"""Characters of the longest n-grams; the shortest have two."""

BITS: Final = 17
BUCKETS: Final = 1 << BITS
CONTEXT_CACHE_SIZE: Final = 1000
"""How many contexts' logits are cached, since many answers share one question."""

_MENTION: Final = np.uint32(0x811C9DC5)
_CONTEXT: Final = np.uint32(0x2F0B4C47)
"""Initial hash values, different so that words of a question are not mistaken for an answer's."""
_PRIME: Final = np.uint32(16777619)


@dataclass(frozen=True, slots=True)
class NGrams:
    """``rarity`` (buckets,) weights n-grams; ``weights`` (buckets, labels of all heads side by
    side) times ``scales`` (labels,) is what each adds to the logits, ``bias`` (labels,) what is
    added for every text."""

    rarity: Float32
    weights: NDArray[np.int8]
    scales: Float32
    bias: Float32

    def save(self, path: Path) -> None:
        """Write the file that ``load_ngrams`` reads."""
        np.savez_compressed(
            path,
            rarity=self.rarity.astype(np.float16),
            weights=self.weights,
            scales=self.scales,
            bias=self.bias,
        )


class NGramReader:
    """Computes the logits of n-grams. Safe to call from several threads."""

    def __init__(self, ngrams: NGrams) -> None:
        self._ngrams = ngrams
        self._of_context = lru_cache(CONTEXT_CACHE_SIZE)(self._read_context)

    def read(self, mentions: Sequence[str], contexts: Sequence[str | None]) -> Float32:
        """Logits (mentions, labels of all heads side by side) of mentions with their contexts,
        lines of ``nlp.encoding.context_line``."""
        rows = [
            self._read(mention_buckets(mention)) + self._of_context(context)
            for mention, context in zip(mentions, contexts, strict=True)
        ]
        return np.array(rows, dtype=np.float32).reshape(-1, LABEL_COUNT) + self._ngrams.bias

    def add_to(
        self,
        logits: Mapping[Head, NDArray[Number]],
        mentions: Sequence[str],
        contexts: Sequence[str | None],
    ) -> dict[Head, NDArray[Number]]:
        """The encoder's ``logits``, (mentions, labels) by head, plus those of the n-grams."""
        own = by_head(self.read(mentions, contexts))
        return {head: logits[head] + own[head] for head in HEADS}

    def _read_context(self, context: str | None) -> Float32:
        return self._read(context_buckets(context))

    def _read(self, buckets: Buckets) -> Float32:
        weights = self._ngrams.rarity[buckets]
        length = np.sqrt(weights @ weights)
        if not length:
            return np.zeros(LABEL_COUNT, dtype=np.float32)
        found: Float32 = (weights / length) @ self._ngrams.weights[buckets] * self._ngrams.scales
        return found


def mention_buckets(mention: str) -> Buckets:
    """The buckets of a mention's n-grams, each once."""
    return _buckets(mention, _MENTION)


def context_buckets(context: str | None) -> Buckets:
    """The buckets of a context's n-grams, each once; none without a context."""
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
    """The highest bits of FNV-1a over code points (Fowler, Noll, Vo), finalised as MurmurHash3."""
    words = text.lower().split()
    if not words:
        return np.zeros(0, dtype=np.uint32)
    codes = np.frombuffer(f" {' '.join(words)} ".encode("utf-32-le"), dtype="<u4")
    hashes = (codes ^ start) * _PRIME
    found = []
    for after in range(1, min(MAX_N, len(codes))):
        hashes = (hashes[:-1] ^ codes[after:]) * _PRIME
        found.append(hashes)
    mixed = np.concatenate(found)
    mixed = (mixed ^ (mixed >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    return np.unique(mixed >> np.uint32(32 - BITS))
