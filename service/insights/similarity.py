"""The search by meaning: mentions about the same as a text, in any words and language.

Comparing all vectors would take seconds for a million. Only two parts of them are compared: the
``LATEST`` latest within the filters, and the members of the ``THEMES`` themes whose centroids are
nearest, as in the lists of an inverted file (Sivic and Zisserman 2003; Jégou et al. 2011, section
IV). A mention can be missed if it is older than the latest and belongs to no theme, or to none of
the nearest.

Cosines are those of the space in which themes are separated (``nlp.themes``): there, mentions in
any language are near each other if the same action would fix what they are about.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
from sqlalchemy import Row
from sqlmodel import Session

from nlp.arrays import Float32
from nlp.documents import Document
from nlp.embedder import Embedder
from nlp.themes.space import Space
from nlp.vectors import packed
from service.insights.errors import NothingToCompare
from service.insights.queries import search
from service.insights.queries.search import MentionCriteria

LATEST: Final = 20_000
THEMES: Final = 24
MEMBERS: Final = 500
"""The most mentions of each of these themes that are compared: the most severe, then the latest."""

Key = tuple[UUID, int]


class Meaning(NamedTuple):
    """A text's unit vector (d,) in the ``space`` of themes, and the model's version."""

    vector: Float32
    version: str
    space: Space

    def nearness(self, stored: Sequence[bytes]) -> list[float]:
        """The cosine of each stored vector to the text."""
        cosines: list[float] = (self.space.project(stored) @ self.vector).tolist()
        return cosines


def meaning_of(text: str, embedder: Embedder) -> Meaning:
    """The meaning of ``text``. It is read by the model, so call this without an open transaction.

    Raises:
        NothingToCompare: the text has nothing to compare mentions with.
        EngineBusy: too many others wait for the model.
    """
    embedded = embedder.embed([Document(text)])
    if not embedded.any():
        raise NothingToCompare
    space = embedder.space
    vector = space.project([packed(embedded[0])])[0]
    return Meaning(vector, embedder.version, space)


def most_similar(
    session: Session, criteria: MentionCriteria, meaning: Meaning, limit: int
) -> dict[Key, float]:
    """The ``limit`` nearest mentions with their cosines, -1..1, the nearest first."""
    themes = _nearest_themes(session, criteria, meaning)
    parts = chain(
        search.latest_vectors(session, criteria, meaning.version, LATEST),
        search.vectors_of_themes(session, criteria, meaning.version, themes, MEMBERS),
    )
    return _nearest(parts, meaning, limit)


def _nearest_themes(session: Session, criteria: MentionCriteria, meaning: Meaning) -> list[UUID]:
    found = search.centroids(session, criteria.selection, meaning.space.name)
    if not found:
        return []
    middles = np.frombuffer(b"".join(centroid for _, centroid in found), dtype="<f4")
    nearness = middles.reshape(len(found), -1) @ meaning.vector
    return [found[index][0] for index in np.argsort(-nearness, kind="stable")[:THEMES]]


def _nearest(parts: Iterable[Sequence[Row[Any]]], meaning: Meaning, limit: int) -> dict[Key, float]:
    """The ``limit`` best of all parts, without keeping all cosines in memory."""
    best: dict[Key, float] = {}
    for rows in parts:
        cosines = meaning.nearness([row.vector for row in rows])
        best |= {
            (row.feedback_id, row.ordinal): cosine
            for row, cosine in zip(rows, cosines, strict=True)
        }
        if len(best) > 2 * limit:
            best = _first(best, limit)
    return _first(best, limit)


def _first(cosines: dict[Key, float], limit: int) -> dict[Key, float]:
    ranked = sorted(cosines.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(ranked[:limit])
