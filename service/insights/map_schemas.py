"""Response models of the journey map."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.insights.pain_schemas import PAIN_POINT_EXAMPLE, TrendOut
from service.insights.schemas import (
    AS_OF,
    CHANGES_EXAMPLE,
    MEASURES_EXAMPLE,
    AnswerOut,
    DifferenceOut,
    MeasuresOut,
)
from service.journey.definition import Kpi

Comparison = Literal["previous_period", "period", "segment"]
THEME_EXAMPLE: Final[dict[str, Any]] = {
    "id": "01936a3b-7c1e-7e64-a1c0-5a3f6f1b2d12",
    "stage": "purchase",
    "touchpoint": "checkout",
    "title": "Card declined at the last step",
    "mentions": 140,
    "items": 131,
    "pain": 222.7,
    "small": False,
    "trend": PAIN_POINT_EXAMPLE["trend"],
}
PART_EXAMPLE: Final[dict[str, Any]] = MEASURES_EXAMPLE | {
    "emotions": {"frustration": 201, "anger": 64},
    "changes": CHANGES_EXAMPLE,
    "pains": [THEME_EXAMPLE],
    "wins": [],
    "moment_of_truth": True,
}
MAP_EXAMPLE: Final[dict[str, Any]] = AS_OF | {
    "version": 1,
    "overall": MEASURES_EXAMPLE | {"changes": CHANGES_EXAMPLE},
    "coverage": {"analysed": 2140, "pending": 0, "failed": 1, "unassigned_share": 0.07},
    "compared_with": {
        "by": "previous_period",
        "since": "2026-01-01T00:00:00Z",
        "until": "2026-02-01T00:00:00Z",
        "filters": {},
        "mentions": 1980,
        "items": 1755,
    },
    "truth_by": "nps",
    "stages": [
        {
            "key": "purchase",
            "name": "Purchase",
            "description": "The customer acquires: order, cart, booking, contract, payment.",
            "department": "E-commerce",
            "owner": "Ana",
            "kpi": {"name": "nps", "target": 30, "value": -12.5, "reached": False},
            "goals": ["Buy without effort"],
            "expectations": ["Final price and delivery date known before paying"],
        }
        | PART_EXAMPLE
    ],
    "touchpoints": [
        {"key": "checkout", "name": "Checkout", "owner": "Ana", "tools": ["Payment provider"]}
        | PART_EXAMPLE
    ],
    "cells": [
        {
            "stage": "purchase",
            "touchpoint": "checkout",
            "department": "E-commerce",
            "owner": "Ana",
            "kpis_to_reach": [{"name": "nps", "target": 30, "value": -12.5, "reached": False}],
        }
        | PART_EXAMPLE
    ],
    "blind_spots": [
        {"stage": "advocacy", "touchpoint": "loyalty", "mentions": 3, "items": 3, "missing": 18}
    ],
}


class KpiTargetOut(Kpi):
    """A KPI of the definition with its value in this response (null if there is no data), and
    whether the value is at the target or better.
    """

    value: float | None
    reached: bool | None


class ThemeOut(BaseModel):
    """A pain point or a win: what mentions of one cell and sentiment are about."""

    id: UUID
    stage: str
    touchpoint: str
    title: str
    mentions: int
    items: int
    pain: float = Field(description="Items x mean severity; 0 for a win.")
    small: bool = Field(description="Fewer than 21 independent answers: too few to judge by.")
    trend: TrendOut | None = Field(
        description="Of the whole pain point; null unless compared with the previous period."
    )


class PartOut(MeasuresOut):
    """What feedback says about a part of the map."""

    emotions: dict[str, int]
    changes: dict[str, DifferenceOut] = Field(description="By measure, against `compared_with`.")
    pains: list[ThemeOut] = Field(description="The most painful themes, up to 3.")
    wins: list[ThemeOut] = Field(description="The most frequent themes of praise, up to 3.")
    moment_of_truth: bool = Field(
        description="Significant effect on the KPI `truth_by`, with at least 5 % of its answers."
    )


class AxisOut(PartOut):
    """A stage or a touchpoint of the map: what the definition says about it, and its measures."""

    key: str
    name: str
    description: str | None = None
    department: str | None = None
    owner: str | None = None
    kpi: KpiTargetOut | None = None


class StageOut(AxisOut):
    """A column of the map."""

    goals: list[str] = Field(default_factory=list)
    expectations: list[str] = Field(default_factory=list)


class TouchpointOut(AxisOut):
    """A row of the map."""

    tools: list[str] = Field(default_factory=list)


class CellOut(PartOut):
    """A cell of the map with any feedback, on this side or the other."""

    stage: str
    touchpoint: str
    department: str | None = Field(description="The touchpoint's, else the stage's.")
    owner: str | None
    kpis_to_reach: list[KpiTargetOut] = Field(
        description="The KPIs of the touchpoint and the stage, with their values in this cell."
    )


class BlindSpotOut(BaseModel):
    """A cell of the definition with fewer than 21 items: any share in it could be off by more than
    0.2. `missing` more items are needed.
    """

    stage: str
    touchpoint: str
    mentions: int
    items: int
    missing: int


class OverallOut(MeasuresOut):
    """Measures of the whole map."""

    changes: dict[str, DifferenceOut] = Field(description="By measure, against `compared_with`.")


class ComparedOut(BaseModel):
    """The other side: the period before `since`, another period, or another segment. A period with
    the first feedback in it, and none before, begins on the day of that feedback.
    """

    by: Comparison
    since: datetime | None
    until: datetime | None
    filters: dict[str, list[str]]
    mentions: int
    items: int


class CoverageOut(BaseModel):
    """How much of the feedback is on the map."""

    analysed: int
    pending: int
    failed: int
    unassigned_share: float | None = Field(description="Share of mentions without a stage.")


class JourneyMapOut(AnswerOut):
    """The map: both axes are complete and in the definition's order (``unassigned`` last);
    ``cells`` only has cells with feedback.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [MAP_EXAMPLE]})

    version: int
    overall: OverallOut
    coverage: CoverageOut
    compared_with: ComparedOut | None
    truth_by: str = Field(
        description=(
            "The KPI that determines moments of truth: the scale with most ratings (at least "
            "21), else `sentiment`."
        )
    )
    stages: list[StageOut]
    touchpoints: list[TouchpointOut]
    cells: list[CellOut]
    blind_spots: list[BlindSpotOut]
