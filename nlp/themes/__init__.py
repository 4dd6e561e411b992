"""Themes: what mentions of one stage and touchpoint are about, in more detail than labels.

Mentions of one *theme* are about something that a team could fix in one step. ``projection``
places vectors so that mentions of a theme are near each other, ``clusters`` finds groups of near
vectors, and ``titles`` describes a group in words. Nothing here depends on a database.
"""

from nlp.themes.clusters import MAX_MENTIONS, MIN_GROUP_SIZE, centroid, find_clusters
from nlp.themes.projection import Limits, Projection, load_projection
from nlp.themes.titles import Description, describe

__all__ = [
    "MAX_MENTIONS",
    "MIN_GROUP_SIZE",
    "Description",
    "Limits",
    "Projection",
    "centroid",
    "describe",
    "find_clusters",
    "load_projection",
]
