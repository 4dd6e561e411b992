"""What the pain point endpoints answer."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.insights.schemas import AS_OF, MENTION_EXAMPLE, AnswerOut
from service.insights.shapes import MentionOut

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


EVIDENCE_EXAMPLE: Final[dict[str, Any]] = MENTION_EXAMPLE | {
    "feedback_id": "01936a3b-7c1e-7e64-a1c0-5a3f6f1b2d11",
    "ordinal": 0,
    "kind": "survey",
    "source": "website",
    "external_id": "r-1042",
    "language": "en",
    "occurred_at": "2026-03-01T09:30:00Z",
}


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

    model_config = ConfigDict(
        json_schema_extra={"examples": [AS_OF | {"items": [PAIN_POINT_EXAMPLE], "next": None}]}
    )

    items: list[PainPointOut]
    next: str | None


class OnePainPointOut(AnswerOut, PainPointOut):
    """One pain point, with the freshness of the answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [AS_OF | PAIN_POINT_EXAMPLE]})


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

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                AS_OF | {"id": PAIN_POINT_EXAMPLE["id"], "items": [EVIDENCE_EXAMPLE], "next": None}
            ]
        }
    )

    id: UUID
    items: list[EvidenceOut]
    next: str | None
