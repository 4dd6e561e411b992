"""The vectors of an item's mentions: one for each, or none if the engine provides none. Pure."""

from collections.abc import Sequence

from nlp.arrays import Float32
from nlp.documents import Analysis
from nlp.vectors import packed, unpacked


def packed_vectors(analysis: Analysis) -> list[bytes | None]:
    """The vector of each mention as it is stored; None for all if some have none."""
    vectors = [packed(each.embedding) if each.embedding else None for each in analysis.mentions]
    return vectors if all(vectors) else [None] * len(vectors)


def unpacked_vectors(vectors: Sequence[bytes | None]) -> Float32 | None:
    """Stored vectors as rows; None if a mention has none, or if there are no mentions."""
    known = [vector for vector in vectors if vector]
    return unpacked(known) if known and len(known) == len(vectors) else None
