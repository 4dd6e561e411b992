"""What the insight endpoints answer."""

from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.insights.periods import By
from service.insights.shapes import AnalysisOut, MentionOut
from service.journey.definition import Kpi

PAIN_POINT_EXAMPLE: Final[dict[str, Any]] = {
    "id": "6f0c6a0e-6a43-5c0e-9c7f-2f1f4b9f8f0a",
    "stage": "purchase",
    "touchpoint": "checkout",
    "title": "Checkout at Purchase",
    "owner": "Ana",
    "mentions": 412,
    "items": 388,
    "share": 0.18,
    "negative_share": 0.833,
    "score": -0.62,
    "mean_severity": 1.7,
    "pain": 659.6,
    "trend": {"previous_mentions": 350, "previous_negative_share": 0.79, "change": 0.177},
    "impact": {"nps": {"impact": -4.1, "overall": 31.0, "without": 35.1, "n": 120, "of": 940}},
    "emotions": {"frustration": 201, "anger": 64},
    "verbatims": [
        {
            "text": "Checkout refused my card twice",
            "feedback_id": "01936a3b-7c1e-7e64-a1c0-5a3f6f1b2d11",
            "start": 0,
            "end": 30,
            "language": "en",
            "occurred_at": "2026-03-01T09:30:00Z",
            "severity": 2,
            "emotion": "frustration",
        }
    ],
    "first_seen": "2026-01-03",
    "last_seen": "2026-03-01",
}


class AnswerOut(BaseModel):
    """Every answer says up to when it is complete (``as_of``), how many items are still pending,
    and in the words of which journey it speaks."""

    as_of: datetime
    pending: int
    journey: str


class KpiOut(BaseModel):
    """NPS (-100 to 100), CSAT (percent satisfied), or the mean of another scale, from ``n``
    ratings; ``high`` and ``low`` are the shares of promoters and detractors (NPS), or of the
    upper and the lower quarter of the scale."""

    value: float
    n: int
    high: float | None
    low: float | None


class MeasuresOut(BaseModel):
    """Measures of mentions (``mentions`` is their n) and of the distinct ``items`` with them.

    Shares and means are null where there is no mention."""

    mentions: int
    items: int
    negative: int
    positive: int
    negative_share: float | None
    net_sentiment: float | None = Field(description="(positive - negative) / mentions.")
    score: float | None
    mean_severity: float | None
    kpis: dict[str, KpiOut] = Field(description="By rating scale; scales are never mixed.")


class TrendOut(BaseModel):
    """The same measures in the period of equal length just before ``since``; ``change`` is
    mentions / previous_mentions - 1."""

    previous_mentions: int
    previous_negative_share: float | None
    change: float | None


class ImpactOut(BaseModel):
    """Leave-one-out: ``overall`` minus the KPI ``without`` the ``n`` rated items that touch this
    pain point, ``of`` all rated ones. Negative: it costs that many points."""

    impact: float | None
    overall: float
    without: float | None
    n: int
    of: int


class VerbatimOut(BaseModel):
    """What a customer said: ``text`` is ``[start, end)`` of the feedback's text."""

    text: str
    feedback_id: UUID
    start: int
    end: int
    language: str
    occurred_at: datetime
    severity: int
    emotion: str


class PainPointOut(BaseModel):
    """What customers complain about at one stage and touchpoint."""

    model_config = ConfigDict(json_schema_extra={"examples": [PAIN_POINT_EXAMPLE]})

    id: UUID
    stage: str
    touchpoint: str
    title: str
    owner: str | None
    mentions: int
    items: int
    share: float | None = Field(description="Of all mentions in the filter.")
    negative_share: float | None
    score: float | None
    mean_severity: float | None
    pain: float = Field(description="Items x mean severity; the order of the list.")
    trend: TrendOut | None
    impact: dict[str, ImpactOut]
    emotions: dict[str, int]
    verbatims: list[VerbatimOut]
    first_seen: date | None = Field(description="First day (UTC) with a negative mention.")
    last_seen: date | None


class PainPointsOut(AnswerOut):
    """A page of pain points, the most painful first."""

    items: list[PainPointOut]
    next: str | None


class OnePainPointOut(AnswerOut, PainPointOut):
    """One pain point, with the freshness of the answer."""


class EvidenceOut(MentionOut):
    """A mention with the feedback that it is from."""

    feedback_id: UUID
    ordinal: int
    kind: str
    source: str
    external_id: str | None
    language: str
    occurred_at: datetime


class EvidencePageOut(AnswerOut):
    """A page of evidence, the most typical first: most severe, then most confident."""

    id: UUID
    items: list[EvidenceOut]
    next: str | None


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

    goals: list[str] = []
    expectations: list[str] = []


class TouchpointOut(AxisOut):
    """A column of the map."""

    tools: list[str] = []


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

    by: By
    group: Literal["none", "stage", "touchpoint"]
    series: list[SeriesOut]


class RatingOut(BaseModel):
    """A rating on its scale."""

    value: float
    min: float
    max: float
    scale: str


class FeedbackOut(BaseModel):
    """A piece of feedback as stored, and its analysis in the words of the journey once done."""

    id: UUID
    kind: str
    source: str
    external_id: str | None
    text: str
    subject: str | None
    question: str | None
    rating: RatingOut | None
    channel: str
    language: str
    occurred_at: datetime
    received_at: datetime
    attributes: dict[str, Any]
    priority: str | None
    status: str | None
    stage_sent: str | None
    touchpoint_sent: str | None
    state: Literal["pending", "done", "failed"]
    error: str | None
    analysed_at: datetime | None
    model: str | None
    journey: str
    analysis: AnalysisOut | None


class FeedbackPageOut(AnswerOut):
    """A page of feedback, the latest first."""

    items: list[FeedbackOut]
    next: str | None
