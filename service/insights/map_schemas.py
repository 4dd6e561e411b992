"""What the journey map and the trends answer."""

from datetime import date
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.insights.periods import By
from service.insights.schemas import AS_OF, MEASURES_EXAMPLE, AnswerOut, MeasuresOut
from service.journey.definition import Kpi

EMOTIONS: Final = {"emotions": {"frustration": 201, "anger": 64}}
MAP_EXAMPLE: Final[dict[str, Any]] = AS_OF | {
    "version": 1,
    "overall": MEASURES_EXAMPLE,
    "coverage": {"analysed": 2140, "pending": 0, "failed": 1, "unassigned_share": 0.07},
    "stages": [
        {
            "key": "purchase",
            "name": "Purchase",
            "description": "The customer acquires: order, cart, booking, contract, payment.",
            "department": "E-commerce",
            "owner": "Ana",
            "kpi": {"name": "nps", "target": 30, "value": -12.5},
            "goals": ["Buy without effort"],
            "expectations": ["Final price and delivery date known before paying"],
        }
        | MEASURES_EXAMPLE
        | EMOTIONS
    ],
    "touchpoints": [
        {"key": "checkout", "name": "Checkout", "owner": "Ana", "tools": ["Payment provider"]}
        | MEASURES_EXAMPLE
        | EMOTIONS
    ],
    "cells": [{"stage": "purchase", "touchpoint": "checkout"} | MEASURES_EXAMPLE | EMOTIONS],
}
TRENDS_EXAMPLE: Final[dict[str, Any]] = AS_OF | {
    "by": "week",
    "group": "stage",
    "series": [
        {
            "key": "purchase",
            "name": "Purchase",
            "points": [{"start": "2026-02-23"} | MEASURES_EXAMPLE],
        }
    ],
}


class KpiTargetOut(Kpi):
    """A KPI of the definition with its present value in this answer, null if nothing tells it."""

    value: float | None


class AxisOut(MeasuresOut):
    """A stage or a touchpoint of the map: what the definition says of it, and its measures."""

    key: str
    name: str
    description: str | None = None
    department: str | None = None
    owner: str | None = None
    kpi: KpiTargetOut | None = None
    emotions: dict[str, int]


class StageOut(AxisOut):
    """A row of the map."""

    goals: list[str] = Field(default_factory=list)
    expectations: list[str] = Field(default_factory=list)


class TouchpointOut(AxisOut):
    """A column of the map."""

    tools: list[str] = Field(default_factory=list)


class CellOut(MeasuresOut):
    """A cell of the map that has at least one mention."""

    stage: str
    touchpoint: str
    emotions: dict[str, int]


class CoverageOut(BaseModel):
    """How much of the feedback the map can speak of."""

    analysed: int
    pending: int
    failed: int
    unassigned_share: float | None = Field(description="Of mentions, those without a stage.")


class JourneyMapOut(AnswerOut):
    """The map: both axes complete and in the definition's order (``unassigned`` last), ``cells``
    sparse."""

    model_config = ConfigDict(json_schema_extra={"examples": [MAP_EXAMPLE]})

    version: int
    overall: MeasuresOut
    coverage: CoverageOut
    stages: list[StageOut]
    touchpoints: list[TouchpointOut]
    cells: list[CellOut]


class PointOut(MeasuresOut):
    """One period; ``start`` is its first day in UTC."""

    start: date


class SeriesOut(BaseModel):
    """The periods of one stage, one touchpoint, or (key ``all``) everything."""

    key: str
    name: str
    points: list[PointOut]


class TrendsOut(AnswerOut):
    """Series over the same periods; those without feedback are there with zeros."""

    model_config = ConfigDict(json_schema_extra={"examples": [TRENDS_EXAMPLE]})

    by: By
    group: Literal["none", "stage", "touchpoint"]
    series: list[SeriesOut]
