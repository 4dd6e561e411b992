"""Which scale a column of ratings is on, from its header and its range."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from pydantic import ValidationError

from service.errors import InvalidParam, InvalidRequest
from service.intake.cell_values import WrittenRating
from service.intake.column_names import normalised_header
from service.intake.ratings import USUAL_BOUNDS, RatingIn, Scale
from service.web.invalid import reason_of

NO_SCALE: Final = (
    "is required with scale_min and scale_max; use 'other' if it is none of the known scales"
)


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


def scale_of(
    scale: Scale | None, least: float | None, greatest: float | None
) -> RatingScale | None:
    """The requested scale, with its usual bounds unless given.

    Raises:
        InvalidRequest: the bounds are invalid, or are sent without a scale.
    """
    if scale is None:
        if least is not None or greatest is not None:
            raise InvalidRequest(invalid_params=[InvalidParam("scale", NO_SCALE)])
        return None
    a_value = USUAL_BOUNDS.get(scale, (0.0,))[0] if least is None else least
    try:
        bounds = RatingIn(value=a_value, scale=scale, min=least, max=greatest).bounds
    except ValidationError as error:
        raise InvalidRequest(invalid_params=[_bound_at_fault(error)]) from None
    return RatingScale(scale, *bounds)


def _bound_at_fault(error: ValidationError) -> InvalidParam:
    faults = {fault["loc"]: fault for fault in error.errors()}
    for bound in ("min", "max"):
        if fault := faults.get((bound,)):
            return InvalidParam(f"scale_{bound}", reason_of(fault))
    return InvalidParam("scale", reason_of(error.errors()[0]))


def guess_scale(header: str, ratings: Sequence[WrittenRating]) -> RatingScale | None:
    """The scale that ``ratings`` say they are out of, else the one that the header names if the
    ratings fit it, else the narrowest that they fit. A few outliers are ignored: they are
    errors. ``None`` if the numbers fit no rating scale.
    """
    named = next(
        (scale for scale, words in _WORDS if words.search(normalised_header(header))), None
    )
    greatest = _common_greatest(ratings)
    values = [rating.value for rating in ratings if rating.out_of in (None, greatest)]
    if not values:
        return None
    if greatest is not None:
        return _out_of(greatest, named, values)
    if named and _holds(usual(named), values):
        return usual(named)
    return _narrowest(named, _without_strays(values))


def _common_greatest(ratings: Sequence[WrittenRating]) -> float | None:
    """The maximum that at least half of the ratings say they are out of."""
    said = Counter(rating.out_of for rating in ratings if rating.out_of is not None)
    return next((each for each, times in said.most_common(1) if times * 2 >= len(ratings)), None)


def _out_of(greatest: float, named: Scale | None, values: Sequence[float]) -> RatingScale:
    usual_ones = [usual(scale) for scale in ((named,) if named else ("stars", "nps"))]
    fitting = [scale for scale in usual_ones if scale.max == greatest and _holds(scale, values)]
    return fitting[0] if fitting else RatingScale("other", 0, greatest)


def _narrowest(named: Scale | None, values: Sequence[float]) -> RatingScale | None:
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
    """Whether all values but a few are on the scale."""
    held = sum(
        scale.min <= value <= scale.max and (scale.scale != "nps" or value.is_integer())
        for value in values
    )
    return _are_few(len(values) - held, values)


def _without_strays(values: Sequence[float]) -> Sequence[float]:
    """The values from 0 to 10, if only a few are not."""
    near = [value for value in values if 0 <= value <= 10]
    return near if _are_few(len(values) - len(near), values) else values


def _are_few(strays: int, values: Sequence[float]) -> bool:
    """At most one in twenty, or a single one among five or more."""
    return strays * 20 <= len(values) or (strays == 1 and len(values) >= 5)
