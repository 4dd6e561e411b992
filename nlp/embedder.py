"""The interface that code which compares texts needs from whatever holds the model."""

from collections.abc import Sequence
from typing import Protocol

from nlp.arrays import Float32
from nlp.documents import Document
from nlp.themes.space import Space


class Embedder(Protocol):
    """Texts in, vectors out; the vectors of mentions are compared in ``space``."""

    @property
    def version(self) -> str: ...

    @property
    def space(self) -> Space: ...

    def embed(self, documents: Sequence[Document]) -> Float32:
        """One row per document: a unit vector, or zeros if the document has no mentions."""
        ...
