"""Requests and responses of /v1/analyze."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from nlp.documents import Kind
from service.corrections.layers import FIELDS
from service.insights.readings import AnalysisOut
from service.intake.fields import Language, Line
from service.intake.ratings import RatingIn
from service.text import CleanText

MAX_ITEMS: Final = 200
REQUEST_EXAMPLE: Final[dict[str, Any]] = {
    "items": [
        {
            "text": "Checkout refused my card twice. Support sorted it out, thank you!",
            "kind": "survey",
            "question": "What is the main reason for your score?",
            "rating": {"value": 3, "scale": "nps"},
        }
    ]
}
_SURE: Final = {"sentiment": 0.97, "stage": 0.91, "touchpoint": 0.88}
_READ: Final = {"emotion": 0.74, "intent": 0.93, "severity": 0.71}
_COMPLAINT: Final[dict[str, Any]] = {
    "sentiment": "negative",
    "score": -0.94,
    "stage": "purchase",
    "touchpoint": "checkout",
    "emotion": "frustration",
    "intent": "complaint",
    "severity": 2,
    "confidence": _SURE | _READ,
    "candidates": {
        "stage": [{"key": "purchase", "p": 0.91}, {"key": "retention", "p": 0.05}],
        "touchpoint": [{"key": "checkout", "p": 0.88}, {"key": "billing", "p": 0.07}],
    },
}
_PRAISE: Final[dict[str, Any]] = {
    "sentiment": "positive",
    "score": 0.92,
    "stage": "retention",
    "touchpoint": "support",
    "emotion": "gratitude",
    "intent": "praise",
    "severity": 0,
    "confidence": _SURE | _READ,
    "candidates": {
        "stage": [{"key": "retention", "p": 0.95}, {"key": "unassigned", "p": 0.03}],
        "touchpoint": [{"key": "support", "p": 0.93}, {"key": "unassigned", "p": 0.04}],
    },
}
_MODEL_SAID: Final = dict.fromkeys(FIELDS, "model")
ANSWER_EXAMPLE: Final[dict[str, Any]] = {
    "journey": "five-stage",
    "model": "0.8.0-3f2a9c41d07b",
    "items": [
        {
            **_COMPLAINT,
            "sentiment": "mixed",
            "score": -0.01,
            "language": "en",
            "rating_conflict": False,
            "mentions": [
                {
                    **_COMPLAINT,
                    "start": 0,
                    "end": 31,
                    "text": "Checkout refused my card twice.",
                    "provenance": _MODEL_SAID,
                },
                {
                    **_PRAISE,
                    "start": 32,
                    "end": 65,
                    "text": "Support sorted it out, thank you!",
                    "provenance": _MODEL_SAID,
                },
            ],
        }
    ],
}


class AnalyzeItemIn(BaseModel):
    """One text, with context for its analysis."""

    model_config = ConfigDict(extra="forbid")

    text: CleanText = Field(
        description="The customer's words; offsets in the response refer to this text."
    )
    kind: Kind | None = None
    question: Line | None = Field(
        None, description="The question that was asked; helps the analysis of the answer."
    )
    subject: Line | None = Field(None, description="A review's title or a ticket's subject.")
    language: Language | None = Field(
        None, description="BCP 47 tag; detected from the text by default."
    )
    rating: RatingIn | None = Field(
        None,
        description="Only used to report whether it contradicts the text, which alone is analysed.",
    )


class AnalyzeIn(BaseModel):
    """Up to 200 texts, whose total length is limited like that of one stored item."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [REQUEST_EXAMPLE]})

    items: list[AnalyzeItemIn] = Field(min_length=1, max_length=MAX_ITEMS)


class AnalyzeOut(BaseModel):
    """One analysis per text, in order, in the keys of the journey."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANSWER_EXAMPLE]})

    journey: str
    model: str = Field(description="Version of the analysis, as in `/v1/feedback`.")
    items: list[AnalysisOut]
