"""Which scale a column of ratings is on, told by its header and its range."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from service.intake.headers import folded
from service.intake.ratings import USUAL_BOUNDS, Scale


class RatingScale(NamedTuple):
    """A scale with its bounds."""

    scale: Scale
    min: float
    max: float


_WORDS: Final[tuple[tuple[Scale, re.Pattern[str]], ...]] = (
    (
        "nps",
        re.compile(r"\bnps\b|recommend|promoter|empfehl|weiterempf|recommand|recomend|consigli"),
    ),
    ("ces", re.compile(r"\bces\b|effort|\beasy\b|\bease\b|aufwand|einfach|esfuerzo|sforzo")),
    ("csat", re.compile(r"\bcsat\b|satisf|zufrieden|soddisf|tevreden|zadowol")),
    ("stars", re.compile(r"\bstars?\b|sterne|etoile|estrella|stelle|estrela|sterren|gwiazd")),
)


def usual(scale: Scale) -> RatingScale:
    """A scale with its usual bounds."""
    return RatingScale(scale, *USUAL_BOUNDS[scale])


def guess_scale(header: str, values: Sequence[float]) -> RatingScale | None:
    """The narrowest scale that holds ``values``, the one that the header names if it does.

    ``None`` if the numbers are on no rating scale at all.
    """
    if not values:
        return None
    named = next((scale for scale, words in _WORDS if words.search(folded(header))), None)
    if named and _holds(usual(named), values):
        return usual(named)
    least, greatest = min(values), max(values)
    if least < 0 or greatest > 100:
        return None
    if greatest > 10:
        return RatingScale("other", 0, 100)
    if greatest > 5:
        whole = all(value.is_integer() for value in values)
        return usual("nps") if whole and named is None else RatingScale("other", 0, 10)
    return usual("stars" if named is None else named) if least >= 1 else RatingScale("other", 0, 5)


def _holds(scale: RatingScale, values: Sequence[float]) -> bool:
    whole = scale.scale != "nps" or all(value.is_integer() for value in values)
    return whole and all(scale.min <= value <= scale.max for value in values)
