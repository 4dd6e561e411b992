"""What a refresh does with loose mentions. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np

from nlp.arrays import Float32
from nlp.themes import MIN_GROUP_SIZE, Limits, centroid, find_clusters

MIN_GROUP_MENTIONS: Final = MIN_GROUP_SIZE
"""Mentions needed for a new theme: with three, a seventh of the themes would be duplicates."""
MIN_MENTIONS: Final = 3
"""When a new theme is written, at least this many of its mentions must still be without one."""
MIN_ITEMS: Final = 2
"""Its mentions must be of this many items: what one customer repeats is not a theme yet."""


class Theme(NamedTuple):
    """A theme as it is. ``shaped``: people have merged or split it; ``used``: they have given it a
    name, an owner or a status.
    """

    id: UUID
    centroid: Float32
    created_at: datetime
    shaped: bool
    used: bool


@dataclass(slots=True)
class Plan:
    """The decisions about loose mentions, which are given by their indices, and about themes.

    ``joins`` has the mentions that join each theme, ``groups`` those that form each new theme.
    ``merges`` says which theme is merged into which; mentions that join a merged theme go to its
    target.
    """

    joins: dict[UUID, list[int]] = field(default_factory=dict)
    groups: list[list[int]] = field(default_factory=list)
    merges: dict[UUID, UUID] = field(default_factory=dict)


def plan(themes: Sequence[Theme], vectors: Float32, items: Sequence[UUID], limits: Limits) -> Plan:
    """Decide on the loose mentions ``vectors`` (n, d) of feedback ``items``.

    A mention joins the nearest theme that is near enough. Of the others, groups of several
    customers' mentions become new themes, unless a theme is so near that they are the same.
    """
    made = Plan(merges=merges(themes, limits.merge))
    rest = _join(made, themes, vectors, limits.join)
    labels = find_clusters(vectors[rest], limits, MIN_GROUP_MENTIONS)
    for label in range(labels.max(initial=-1) + 1):
        group = [rest[index] for index in np.flatnonzero(labels == label)]
        if len({items[index] for index in group}) >= MIN_ITEMS:
            _add_group(made, group, themes, vectors, limits.merge)
    return made


def joins(themes: Sequence[Theme], vectors: Float32, limit: float) -> dict[UUID, list[int]]:
    """Which of the mentions ``vectors`` (n, d) join which theme: each the nearest one."""
    made = Plan()
    _join(made, themes, vectors, limit)
    return made.joins


def merges(themes: Sequence[Theme], limit: float) -> dict[UUID, UUID]:
    """Which themes are so near that they are the same: the younger is merged into the older one.

    Themes that people have shaped are excluded; one that people use is not merged into another.
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
    for position in np.argsort(-near, axis=None, kind="stable"):
        older, younger = divmod(int(position), len(themes))
        if near[older, younger] < limit:
            return
        yield themes[older], themes[younger]


def _join(made: Plan, themes: Sequence[Theme], vectors: Float32, limit: float) -> list[int]:
    """Add to ``made`` which mentions join which theme; returns the indices of those near none."""
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


def _add_group(
    made: Plan, group: list[int], themes: Sequence[Theme], vectors: Float32, limit: float
) -> None:
    """Make a new theme of a group, unless it is as near as ``limit`` to another theme."""
    mean = centroid(vectors[group])
    nearest = max(themes, key=lambda each: float(each.centroid @ mean), default=None)
    if nearest is not None and nearest.centroid @ mean >= limit:
        made.joins.setdefault(nearest.id, []).extend(group)
        return
    for other in made.groups:
        if centroid(vectors[other]) @ mean >= limit:
            other.extend(group)
            return
    made.groups.append(group)
