"""What mentions of one stage and touchpoint are about, more finely than any label says.

A *theme* is what mentions have in common that a team would mend by one and the same step.
``projection`` places vectors so that mentions of a theme are near each other, ``clusters`` finds
groups of near ones, ``titles`` says in words what a group is about. Nothing here knows a database.
"""

from nlp.themes.clusters import LARGEST, SMALLEST, centroid, find_clusters
from nlp.themes.projection import Limits, Projection, load_projection
from nlp.themes.titles import Description, describe

__all__ = [
    "LARGEST",
    "SMALLEST",
    "Description",
    "Limits",
    "Projection",
    "centroid",
    "describe",
    "find_clusters",
    "load_projection",
]
