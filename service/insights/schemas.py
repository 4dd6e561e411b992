"""Response models that the insight endpoints share, and those of feedback."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.insights.readings import AnalysisOut

AS_OF: Final[dict[str, Any]] = {
    "as_of": "2026-03-02T08:15:00Z",
    "pending": 0,
    "journey": "five-stage",
}
READING_EXAMPLE: Final[dict[str, Any]] = {
    "sentiment": "negative",
    "score": -0.94,
    "stage": "purchase",
    "touchpoint": "checkout",
    "emotion": "frustration",
    "intent": "complaint",
    "severity": 2,
    "confidence": {
        "sentiment": 0.97,
        "stage": 0.93,
        "touchpoint": 0.95,
        "emotion": 0.71,
        "intent": 0.92,
        "severity": 0.64,
    },
    "candidates": {
        "stage": [{"key": "purchase", "p": 0.93}, {"key": "retention", "p": 0.04}],
        "touchpoint": [{"key": "checkout", "p": 0.95}, {"key": "billing", "p": 0.03}],
    },
}
MENTION_EXAMPLE: Final[dict[str, Any]] = READING_EXAMPLE | {
    "start": 0,
    "end": 60,
    "text": "Checkout refused my card twice and nobody could tell me why.",
    "provenance": dict.fromkeys(
        ("sentiment", "stage", "touchpoint", "emotion", "intent", "severity"), "model"
    ),
}
FEEDBACK_EXAMPLE: Final[dict[str, Any]] = {
    "id": "01936a3b-7c1e-7e64-a1c0-5a3f6f1b2d11",
    "kind": "survey",
    "source": "website",
    "external_id": "r-1042",
    "text": "Checkout refused my card twice and nobody could tell me why.",
    "subject": None,
    "question": "What is the main reason for your score?",
    "rating": {"value": 3, "min": 0, "max": 10, "scale": "nps"},
    "channel": "website",
    "language": "en",
    "occurred_at": "2026-03-01T09:30:00Z",
    "received_at": "2026-03-01T09:30:02Z",
    "attributes": {"persona": "smb", "country": "GB"},
    "priority": None,
    "status": None,
    "stage_sent": None,
    "touchpoint_sent": None,
    "browser_key": None,
    "state": "done",
    "error": None,
    "analysed_at": "2026-03-01T09:30:03Z",
    "model": "0.7.0-3f2a9c41d07b",
    "journey": "five-stage",
    "analysis": READING_EXAMPLE
    | {"language": "en", "rating_conflict": False, "mentions": [MENTION_EXAMPLE]},
}
MEASURES_EXAMPLE: Final[dict[str, Any]] = {
    "mentions": 412,
    "items": 388,
    "share": 0.193,
    "negative": 343,
    "positive": 41,
    "negative_share": 0.833,
    "net_sentiment": -0.733,
    "score": -0.62,
    "mean_severity": 1.7,
    "intervals": {
        "negative_share": {"low": 0.792, "high": 0.867},
        "net_sentiment": {"low": -0.797, "high": -0.663},
        "mean_severity": {"low": 1.551, "high": 1.845},
    },
    "small": False,
    "kpis": {
        "nps": {
            "value": -12.5,
            "n": 120,
            "high": 0.225,
            "low": 0.35,
            "interval": {"low": -25.5, "high": 1.1},
            "small": False,
        }
    },
}
CHANGES_EXAMPLE: Final[dict[str, Any]] = {
    "negative_share": {
        "other": 0.61,
        "difference": 0.223,
        "low": 0.161,
        "high": 0.284,
        "p": 0.00001,
        "significant": True,
    }
}


class AnswerOut(BaseModel):
    """Every response says up to when it is complete (``as_of``), how many items are still pending,
    and which journey its labels are from.
    """

    as_of: datetime
    pending: int
    journey: str


class IntervalOut(BaseModel):
    """The bounds of a 95 % interval, in the unit of the measure."""

    low: float
    high: float


class KpiOut(BaseModel):
    """NPS (-100 to 100), CSAT (percent satisfied), or the mean of another scale, from ``n``
    ratings; ``high`` and ``low`` are the shares of promoters and detractors (NPS), or of the
    upper and the lower quarter of the scale. ``small``: fewer than 21 ratings.
    """

    value: float
    n: int
    high: float | None
    low: float | None
    interval: IntervalOut
    small: bool


class MeasuresOut(BaseModel):
    """Measures of mentions (``mentions`` is their number) and of the distinct ``items`` with them.

    Shares and means are null if there are no mentions.
    """

    mentions: int
    items: int
    share: float | None = Field(description="Of all mentions in this response or period.")
    negative: int
    positive: int
    negative_share: float | None
    net_sentiment: float | None = Field(description="(positive - negative) / mentions.")
    score: float | None
    mean_severity: float | None
    intervals: dict[str, IntervalOut] = Field(
        description="95 % intervals of negative_share, net_sentiment and mean_severity."
    )
    small: bool = Field(description="Fewer than 21 independent answers: too few to judge by.")
    kpis: dict[str, KpiOut] = Field(description="By rating scale, as scales are never mixed.")


class DifferenceOut(BaseModel):
    """One measure compared with the other side: `difference` is this side minus `other`, with its
    95 % interval; for `volume` (items a day) it is relative: 0.4 is 40 % more.

    `p` is corrected for all comparisons in the response (Benjamini-Hochberg); null if there was too
    little to test. `significant`: p < 0.05.
    """

    other: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    significant: bool


class RatingOut(BaseModel):
    """A rating on its scale."""

    value: float
    min: float
    max: float
    scale: str


class FeedbackOut(BaseModel):
    """A piece of feedback as stored, and, once done, its analysis in the journey's labels."""

    model_config = ConfigDict(json_schema_extra={"examples": [FEEDBACK_EXAMPLE]})

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
    browser_key: UUID | None = Field(
        description="Id of the browser key that stored it last; null if another key did."
    )
    state: Literal["pending", "done", "failed"]
    error: str | None
    analysed_at: datetime | None
    model: str | None = Field(
        description=(
            "Version of the analysis; null if there is none, or if it is being redone because "
            "the model's vectors are missing."
        )
    )
    journey: str
    analysis: AnalysisOut | None


class FeedbackPageOut(AnswerOut):
    """A page of feedback, the latest first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [AS_OF | {"items": [FEEDBACK_EXAMPLE], "next": None}]}
    )

    items: list[FeedbackOut]
    next: str | None
