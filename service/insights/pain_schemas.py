"""Response models of the pain point endpoints."""

from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.insights.readings import MentionOut
from service.insights.schemas import AS_OF, MENTION_EXAMPLE, AnswerOut, IntervalOut

PAIN_POINT_EXAMPLE: Final[dict[str, Any]] = {
    "id": "01936a3b-90aa-7d10-8f3c-6f0a1c5b7e21",
    "kind": "theme",
    "sentiment": "negative",
    "parent": "6f0c6a0e-6a43-5c0e-9c7f-2f1f4b9f8f0a",
    "stage": "purchase",
    "touchpoint": "checkout",
    "title": "Card declined at the last step",
    "keywords": ["card", "declined", "payment"],
    "status": "open",
    "owner": "Ana",
    "mentions": 140,
    "items": 131,
    "share": 0.065,
    "negative_share": 1.0,
    "positive_share": 0.0,
    "net_sentiment": -1.0,
    "score": -0.82,
    "mean_severity": 1.7,
    "pain": 222.7,
    "joy": 0.0,
    "intervals": {
        "mean_severity": {"low": 1.5, "high": 1.89},
        "share": {"low": 0.054, "high": 0.078},
    },
    "small": False,
    "trend": {
        "previous_mentions": 100,
        "previous_items": 94,
        "previous_negative_share": 1.0,
        "previous_positive_share": 0.0,
        "change": 0.4,
        "rate_change": 0.3936,
        "low": 0.0611,
        "high": 0.8362,
        "p": 0.0162,
        "significant": True,
    },
    "impact": {
        "nps": {
            "impact": -4.1,
            "interval": {"low": -6.0, "high": -2.2},
            "overall": 31.0,
            "without": 35.1,
            "n": 120,
            "of": 940,
        }
    },
    "emotions": {"frustration": 76, "anger": 24},
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
    "excerpt": {
        "text": "Checkout refused my card twice and nobody could tell me why. I gave up.",
        "start": 0,
        "end": 60,
    },
}


class TrendOut(BaseModel):
    """The same measures in the period of equal length just before ``since``; ``change`` is mentions
    / previous_mentions - 1.

    ``rate_change`` is the change of items per time, for the elapsed part of the period; for cells,
    of negative mentions (for wins, positive ones). ``low`` and ``high`` are its 95 % interval.
    ``significant`` is corrected for the number of pain points compared. Nothing is tested if there
    was no feedback at all in the period before; if the first feedback is in it, it is as long as
    from that day on.
    """

    previous_mentions: int
    previous_items: int
    previous_negative_share: float | None
    previous_positive_share: float | None
    change: float | None
    rate_change: float | None = Field(
        description=(
            "items / (previous_items x the elapsed part of the period, as a multiple of the "
            "length of the period before) - 1; for cells, the same of "
            "negative (for wins, positive) mentions. Null if there were none before, or nothing of "
            "the period has elapsed."
        )
    )
    low: float | None = Field(description="Lower bound of rate_change.")
    high: float | None = Field(
        description=(
            "Upper bound of rate_change; null if unbounded: with nothing, or less than one "
            "independent answer, before."
        )
    )
    p: float | None = Field(
        description=(
            "Probability of such a change by chance alone, two-sided, also for small counts; exact "
            "for themes. Unlike `significant` it is not corrected for the number of comparisons."
        )
    )
    significant: bool = Field(
        description="Of the changes marked significant, 5 % are false alarms (Benjamini-Hochberg)."
    )


class ImpactOut(BaseModel):
    """Leave-one-out: ``overall`` minus the KPI ``without`` the ``n`` rated items that touch this
    pain point, out of ``of`` rated items. Negative: it costs that many points.
    """

    impact: float | None
    interval: IntervalOut | None
    overall: float
    without: float | None
    n: int
    of: int


class VerbatimOut(BaseModel):
    """A customer's words: ``text`` is ``[start, end)`` of the feedback's text."""

    text: str
    feedback_id: UUID
    start: int
    end: int
    language: str
    occurred_at: datetime
    severity: int
    emotion: str


class PainPointOut(BaseModel):
    """What customers complain about (a pain point) or praise (a win) at one stage and touchpoint: a
    theme, or the whole cell.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [PAIN_POINT_EXAMPLE]})

    id: UUID
    kind: Literal["theme", "cell"]
    sentiment: Literal["negative", "positive"] = Field(
        description="`negative` for pain points, `positive` for wins."
    )
    parent: UUID | None = Field(description="The id of the journey cell that the theme is in.")
    stage: str
    touchpoint: str
    title: str
    keywords: list[str]
    status: str | None = Field(
        description="open, in_progress, resolved, reopened or ignored; null for cells."
    )
    owner: str | None = Field(description="The theme's own, else the definition's.")
    mentions: int
    items: int
    share: float | None = Field(description="Of all mentions in the filter.")
    negative_share: float | None
    positive_share: float | None
    net_sentiment: float | None
    score: float | None
    mean_severity: float | None
    pain: float = Field(description="Items x mean severity; determines the order of pain points.")
    joy: float = Field(
        description="Items x share of positive mentions; determines the order of wins."
    )
    intervals: dict[str, IntervalOut] = Field(
        description=(
            "95 % intervals of share and mean_severity; for cells, also of negative_share and "
            "net_sentiment."
        )
    )
    small: bool = Field(description="Fewer than 21 independent answers: too few to judge by.")
    trend: TrendOut | None
    impact: dict[str, ImpactOut]
    emotions: dict[str, int]
    verbatims: list[VerbatimOut]
    first_seen: date | None = Field(
        description=(
            "First day (UTC) with a negative mention within the filters, dates included; for wins, "
            "with a positive one."
        )
    )
    last_seen: date | None


class PainPointsOut(AnswerOut):
    """A page of pain points or wins, in the requested order."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [AS_OF | {"items": [PAIN_POINT_EXAMPLE], "next": None}]}
    )

    items: list[PainPointOut]
    next: str | None


class OnePainPointOut(AnswerOut, PainPointOut):
    """One pain point or win, with the freshness of the response."""

    model_config = ConfigDict(json_schema_extra={"examples": [AS_OF | PAIN_POINT_EXAMPLE]})


class ExcerptOut(BaseModel):
    """A mention with some of the text around it: the mention is ``[start, end)`` of ``text``. An
    ellipsis marks omitted text. Offsets count characters (Unicode code points).
    """

    text: str
    start: int
    end: int


class EvidenceOut(MentionOut):
    """A mention with data of its feedback."""

    feedback_id: UUID
    ordinal: int
    kind: str
    source: str
    external_id: str | None
    language: str
    occurred_at: datetime
    excerpt: ExcerptOut


class EvidencePageOut(AnswerOut):
    """A page of evidence: the most severe first, then the most confident, then the latest."""

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
