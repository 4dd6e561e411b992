"""Ratings on the scales that surveys use, and their position on a common one from 0 to 1."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from service.intake.closed_model import ClosedModel, closed_schema
from service.web.numbers import NoBoolean

Scale = Literal["nps", "csat", "ces", "stars", "other"]


Number = Annotated[float, Field(allow_inf_nan=False), NoBoolean]
Bound = Annotated[float, Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False), NoBoolean]

USUAL_BOUNDS: dict[str, tuple[float, float]] = {
    "nps": (0.0, 10.0),
    "csat": (1.0, 5.0),
    "ces": (1.0, 7.0),
    "stars": (1.0, 5.0),
}
"""Least and greatest value of a scale that is sent without ``min`` and ``max``.

NPS: Reichheld 2003, fixed. CES 2.0: Dixon et al. 2013, 7 is the least effort.
"""


class RatingIn(ClosedModel):
    """A rating with its scale. The greatest value is the best one."""

    model_config = ConfigDict(json_schema_extra=closed_schema({"value": 3, "scale": "nps"}))

    value: Number = Field(description="The answer, within the scale.")
    scale: Scale = Field(
        description="nps (0 to 10), csat (1 to 5 unless min and max say otherwise), ces (1 to 7), "
        "stars (1 to 5), or other, which needs min and max."
    )
    min: Bound | None = Field(None, description="Least possible value, the worst.")
    max: Bound | None = Field(None, description="Greatest possible value, the best.")

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value, as sent or the scale's usual one."""
        usual = USUAL_BOUNDS.get(self.scale, (0.0, 0.0))
        least = usual[0] if self.min is None else self.min
        greatest = usual[1] if self.max is None else self.max
        return least, greatest

    @property
    def normalised(self) -> float:
        """The value's position between the bounds, 0 (worst) to 1 (best)."""
        least, greatest = self.bounds
        return (self.value - least) / (greatest - least)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        fault = _fault(self)
        if fault:
            raise ValueError(fault)
        return self


def _fault(rating: RatingIn) -> str | None:
    least, greatest = rating.bounds
    if rating.scale == "other" and (rating.min is None or rating.max is None):
        return "the scale 'other' needs min and max"
    if rating.scale == "nps" and (least, greatest) != USUAL_BOUNDS["nps"]:
        return "nps is always 0 to 10; leave min and max out, or use the scale 'other'"
    if not least < greatest:
        return "min must be below max"
    if not least <= rating.value <= greatest:
        other = "" if rating.scale == "nps" else ", or send the scale's own min and max"
        return (
            f"{rating.value:g} is outside the {rating.scale} scale from {least:g} to "
            f"{greatest:g}; correct the value{other}"
        )
    if rating.scale == "nps" and not rating.value.is_integer():
        return "an nps answer is a whole number from 0 to 10"
    return None
