"""Response models of the drivers endpoint."""

from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.insights.schemas import AS_OF, AnswerOut, IntervalOut

DrivenBy = Literal["stage", "touchpoint", "cell", "pain_point", "win"]

DRIVERS_EXAMPLE: Final[dict[str, Any]] = AS_OF | {
    "by": "pain_point",
    "kpi": "nps",
    "overall": 31.0,
    "of": 940,
    "items": [
        {
            "stage": "purchase",
            "touchpoint": "checkout",
            "pain_point": "01936a3b-7c1e-7e64-a1c0-5a3f6f1b2d12",
            "name": "Card declined at the last step",
            "impact": -4.1,
            "interval": {"low": -6.0, "high": -2.2},
            "value": -1.4,
            "without": 35.1,
            "n": 120,
            "share": 0.128,
            "p": 0.0002,
            "significant": True,
            "small": False,
            "moment_of_truth": True,
        }
    ],
}


class DriverOut(BaseModel):
    """The KPI `without` the `n` answers that touch this part or pain point; `impact` is the overall
    KPI minus that. `value` is the KPI of these answers alone.
    """

    stage: str | None
    touchpoint: str | None
    pain_point: UUID | None = Field(description="The id of a pain point or a win.")
    name: str
    impact: float
    interval: IntervalOut
    value: float
    without: float
    n: int
    share: float = Field(description="Of all answers: n / of.")
    p: float | None = Field(
        description=(
            "Probability of such a difference from the rest by chance alone, corrected for all "
            "that were tested (Benjamini-Hochberg); null if there is too little to test."
        )
    )
    significant: bool
    small: bool = Field(description="Fewer than 21 independent answers.")
    moment_of_truth: bool = Field(
        description="Whether it is significant and has at least 5 % of all answers."
    )


class DriversOut(AnswerOut):
    """What moves a KPI, the largest impact first; `overall` is the KPI of all `of` answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [DRIVERS_EXAMPLE]})

    by: DrivenBy
    kpi: str = Field(description="A rating scale, or `sentiment` (net sentiment).")
    overall: float | None
    of: int
    items: list[DriverOut]
