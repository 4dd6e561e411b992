"""What those who compare texts need of whatever holds the model."""

from collections.abc import Sequence
from typing import Protocol

from nlp.backends.protocol import Float
from nlp.documents import Document
from nlp.themes.space import Space


class Embedder(Protocol):
    """Texts in, vectors out; ``space`` is where the vectors of its mentions are compared."""

    @property
    def version(self) -> str: ...

    @property
    def space(self) -> Space: ...

    def embed(self, documents: Sequence[Document]) -> Float:
        """A vector of length 1 for each, or of zeros where there is nothing to read."""
        ...
