"""Response models of the trends."""

from datetime import date
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.insights.periods import By
from service.insights.schemas import AS_OF, MEASURES_EXAMPLE, AnswerOut, MeasuresOut

TRENDS_EXAMPLE: Final[dict[str, Any]] = AS_OF | {
    "by": "week",
    "group": "stage",
    "series": [
        {
            "key": "purchase",
            "name": "Purchase",
            "points": [
                {
                    "start": "2026-02-23",
                    "expected": {
                        "mentions": {"mean": 388.2, "upper": 472.6},
                        "negative": {"mean": 251.0, "upper": 318.4},
                    },
                    "spikes": ["negative"],
                }
                | MEASURES_EXAMPLE
            ],
        }
    ],
}


class ExpectedOut(BaseModel):
    """The expected count, given earlier periods, and the threshold of a spike."""

    mean: float
    upper: float


class PointOut(MeasuresOut):
    """One period; ``start`` is its first day in UTC."""

    start: date
    expected: dict[Literal["mentions", "negative"], ExpectedOut] = Field(
        description=(
            "Empty for months, with fewer than 28 days or 8 weeks since the first feedback at "
            "whatever stage and touchpoint, and for a "
            "first period that `since` cuts."
        )
    )
    spikes: list[Literal["mentions", "negative"]] = Field(
        description=(
            "The counts of at least 5 that exceed their `upper`, if at least 5 items have mentions."
        )
    )


class SeriesOut(BaseModel):
    """The periods of one stage, one touchpoint, one pain point or win (its id is the key), or of
    everything (key ``all``).
    """

    key: str
    name: str
    points: list[PointOut]


class TrendsOut(AnswerOut):
    """Series over the same periods; periods without feedback have zeros."""

    model_config = ConfigDict(json_schema_extra={"examples": [TRENDS_EXAMPLE]})

    by: By
    group: Literal["none", "stage", "touchpoint"]
    series: list[SeriesOut]
