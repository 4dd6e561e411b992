"""The themes of places as this process has cached them; stamps tell which of them have changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import Row, or_, select
from sqlmodel import Session

from models.pain_point import RESOLVED
from models.tables import THEME
from nlp.arrays import Float32
from nlp.themes.space import Space, centroids_from_bytes
from service.themes.places import Place, is_at, place_of_theme

MAX_CACHED_CENTROIDS: Final = 50_000
"""Centroids cached in a process, of 0.5 kB each; beyond that all are read again."""


@dataclass(frozen=True, slots=True)
class PlaceThemes:
    """The themes of one place.

    ``survivors`` has for each theme the one that its mentions belong to: itself, or what it was
    merged into. The rows of ``centroids`` (n, d) are of ``owners``: a theme that others were merged
    into has their centroids, too, so that mentions like theirs come to it, as long as the model is
    the same. ``resolved`` has when each resolved theme was resolved.
    """

    stamp: datetime | None = None
    survivors: Mapping[UUID, UUID] = field(default_factory=dict)
    owners: tuple[UUID, ...] = ()
    centroids: Float32 = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    resolved: Mapping[UUID, datetime] = field(default_factory=dict)

    def nearest(self, vectors: Float32, join: float) -> list[UUID | None]:
        """The theme of each of ``vectors`` (n, d), None where none is as near as ``join``."""
        if not self.owners or not len(vectors):
            return [None] * len(vectors)
        near = vectors @ self.centroids.T
        best = near.argmax(axis=1)
        return [
            self.owners[index] if row[index] >= join else None
            for row, index in zip(near, best, strict=True)
        ]


NO_THEMES: Final = PlaceThemes()
_cache: dict[tuple[Place, str], PlaceThemes] = {}


def cached_themes(place: Place, space: Space) -> PlaceThemes:
    """What this process has cached; it may be out of date."""
    return _cache.get((place, space.name), NO_THEMES)


def load_themes(
    session: Session, places: Mapping[Place, datetime | None], space: Space
) -> dict[Place, PlaceThemes]:
    """Load and cache the themes of locked ``places`` with these stamps: one statement."""
    found: dict[Place, list[Row[Any]]] = {place: [] for place in places}
    for row in session.execute(_themes(places)):
        found[place_of_theme(row)].append(row)
    known = {place: _known(rows, places[place], space) for place, rows in found.items()}
    cached = list(_cache.values())  # other threads add to it
    if sum(len(each.owners) for each in cached) > MAX_CACHED_CENTROIDS:
        _cache.clear()
    _cache.update({(place, space.name): each for place, each in known.items()})
    return known


def _themes(places: Collection[Place]) -> Any:
    columns = ("id", "status", "resolved_at", "merged_into", "centroid", "model_version")
    return select(*(THEME.c[name] for name in (*Place._fields, *columns))).where(
        or_(False, *(is_at(THEME, place) for place in places))
    )


def _known(rows: list[Row[Any]], stamp: datetime | None, space: Space) -> PlaceThemes:
    comparable = [row for row in rows if row.model_version == space.name and row.centroid]
    return PlaceThemes(
        stamp=stamp,
        survivors={row.id: row.merged_into or row.id for row in rows},
        owners=tuple(row.merged_into or row.id for row in comparable),
        centroids=centroids_from_bytes([row.centroid for row in comparable]),
        resolved={row.id: row.resolved_at for row in rows if row.status == RESOLVED},
    )
