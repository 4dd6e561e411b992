"""What a refresh does with the mentions that have no theme yet. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np

from nlp.backends.protocol import Float
from nlp.themes import SMALLEST, Limits, centroid, find_clusters

FOUNDERS: Final = SMALLEST
"""Mentions that found a theme: with three, a seventh of the themes would be there twice."""
LEAST_MENTIONS: Final = 3
"""Of those that were to be moved into a theme, as many must still be there."""
LEAST_ITEMS: Final = 2
"""What one customer says three times is no theme yet."""


class Theme(NamedTuple):
    """A theme as it is. ``shaped`` and ``used``: people have merged or split it, or they have named
    it, given it an owner or a status."""

    id: UUID
    centroid: Float
    created_at: datetime
    shaped: bool
    used: bool


@dataclass(slots=True)
class Plan:
    """``joins`` has, of each theme, the indices of the mentions that go into it; ``births`` those
    of each new one; ``merges`` say which theme goes into which, if people let it: its own joins go
    where it has gone by then."""

    joins: dict[UUID, list[int]] = field(default_factory=dict)
    births: list[list[int]] = field(default_factory=list)
    merges: dict[UUID, UUID] = field(default_factory=dict)


def plan(themes: Sequence[Theme], vectors: Float, items: Sequence[UUID], limits: Limits) -> Plan:
    """What becomes of the loose mentions ``vectors`` (n, d) of feedback ``items``.

    A mention joins the nearest theme that is near enough. Of the others, groups of several
    customers' mentions become new themes, unless a theme is so near that they are the same.
    """
    made = Plan(merges=merges(themes, limits.merge))
    rest = _join(made, themes, vectors, limits.join)
    labels = find_clusters(vectors[rest], limits, FOUNDERS)
    for label in range(labels.max(initial=-1) + 1):
        group = [rest[index] for index in np.flatnonzero(labels == label)]
        if len({items[index] for index in group}) >= LEAST_ITEMS:
            _settle(made, group, themes, vectors, limits.merge)
    return made


def joins(themes: Sequence[Theme], vectors: Float, limit: float) -> dict[UUID, list[int]]:
    """Which of the mentions ``vectors`` (n, d) go into which theme: each into the nearest one."""
    made = Plan()
    _join(made, themes, vectors, limit)
    return made.joins


def merges(themes: Sequence[Theme], limit: float) -> dict[UUID, UUID]:
    """Which themes have grown together: the younger goes into the older one.

    None that people have shaped, and none into another that people use.
    """
    free = sorted((each for each in themes if not each.shaped), key=lambda each: each.created_at)
    into: dict[UUID, UUID] = {}
    for older, younger in _near_pairs(free, limit):
        if younger.used or {older.id, younger.id} & into.keys() or younger.id in into.values():
            continue
        into[younger.id] = older.id
    return into


def _near_pairs(themes: Sequence[Theme], limit: float) -> Iterator[tuple[Theme, Theme]]:
    """Pairs, the older one first, that are as near as ``limit``; the nearest pair first."""
    if len(themes) < 2:
        return
    rows = np.stack([each.centroid for each in themes])
    near = np.triu(rows @ rows.T, 1)
    for place in np.argsort(-near, axis=None, kind="stable"):
        older, younger = divmod(int(place), len(themes))
        if near[older, younger] < limit:
            return
        yield themes[older], themes[younger]


def _join(made: Plan, themes: Sequence[Theme], vectors: Float, limit: float) -> list[int]:
    """Let mentions join themes; the indices of those that are near none."""
    if not themes or not len(vectors):
        return list(range(len(vectors)))
    near = vectors @ np.stack([each.centroid for each in themes]).T
    best = near.argmax(axis=1)
    rest = []
    for index, theme in enumerate(best):
        if near[index, theme] >= limit:
            made.joins.setdefault(themes[theme].id, []).append(index)
        else:
            rest.append(index)
    return rest


def _settle(
    made: Plan, group: list[int], themes: Sequence[Theme], vectors: Float, limit: float
) -> None:
    """A group goes into the theme, or the one just found, that it is the same as; or is new."""
    middle = centroid(vectors[group])
    old = max(themes, key=lambda each: float(each.centroid @ middle), default=None)
    if old is not None and old.centroid @ middle >= limit:
        made.joins.setdefault(old.id, []).extend(group)
        return
    for other in made.births:
        if centroid(vectors[other]) @ middle >= limit:
            other.extend(group)
            return
    made.births.append(group)
