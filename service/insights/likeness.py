"""Which mentions are about the same as a text, in whatever words and language.

All vectors are never compared: of a million that takes seconds. Two parts of them are: the latest
``LATEST`` in the filter, and the members of the ``THEMES`` themes whose centroids are nearest,
which stand for all of a theme's mentions like the lists of an inverted file (Sivic and Zisserman
2003; Jégou et al. 2011, section IV). What may be missed is older than the latest and belongs to no
theme, or to one that is not among the nearest.

Cosines are taken where themes are told apart (``nlp.themes``): there, mentions are near each other
if the same step would mend what they are about, in whatever language.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
from sqlalchemy import Row
from sqlmodel import Session

from nlp.backends.protocol import Float
from nlp.documents import Document
from nlp.embedder import Embedder
from nlp.themes.space import Space
from nlp.vectors import packed
from service.insights.errors import NothingToCompare
from service.insights.queries import search
from service.insights.queries.search import Wanted

LATEST: Final = 20_000
THEMES: Final = 24
MEMBERS: Final = 500
"""Of each of these themes, the most severe mentions, then the latest."""

Key = tuple[UUID, int]


class Meaning(NamedTuple):
    """Where a text is among the themes: (d,) at length 1; and by which model."""

    place: Float
    version: str
    space: Space

    def nearness(self, stored: Sequence[bytes]) -> list[float]:
        """The cosine of each stored vector to the text."""
        cosines: list[float] = (self.space.project(stored) @ self.place).tolist()
        return cosines


def meaning_of(text: str, embedder: Embedder) -> Meaning:
    """What ``text`` means; read by the model, so to be called with no transaction open.

    Raises:
        NothingToCompare: it says nothing.
        EngineBusy: too many others are waiting.
    """
    vector = embedder.embed([Document(text)])
    if not vector.any():
        raise NothingToCompare
    space = embedder.space
    place = space.project([packed(vector[0])])[0]
    return Meaning(place, embedder.version, space)


def most_like(session: Session, wanted: Wanted, meaning: Meaning, limit: int) -> dict[Key, float]:
    """The nearest mentions with their cosines, -1..1, the nearest first."""
    themes = _nearest_themes(session, wanted, meaning)
    parts = chain(
        search.latest_vectors(session, wanted, meaning.version, LATEST),
        search.vectors_of_themes(session, wanted, meaning.version, themes, MEMBERS),
    )
    return _nearest(parts, meaning, limit)


def _nearest_themes(session: Session, wanted: Wanted, meaning: Meaning) -> list[UUID]:
    found = search.centroids(session, wanted.selection, meaning.space.name)
    if not found:
        return []
    middles = np.frombuffer(b"".join(centroid for _, centroid in found), dtype="<f4")
    nearness = middles.reshape(len(found), -1) @ meaning.place
    return [found[index][0] for index in np.argsort(-nearness, kind="stable")[:THEMES]]


def _nearest(parts: Iterable[Sequence[Row[Any]]], meaning: Meaning, limit: int) -> dict[Key, float]:
    """The best of each part, kept as long as they are among the best of all."""
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
