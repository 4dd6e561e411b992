"""Requests and responses of corrections."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.corrections.layers import FIELDS
from service.insights.params import Cursor, Limit
from service.insights.search_params import Emotion, Intent
from service.journey.definition import Name
from service.text import CleanText

CORRECTION_EXAMPLES: Final[list[dict[str, Any]]] = [
    {"stage": "purchase", "touchpoint": "checkout", "severity": 3},
    {"text": "Checkout refused my card twice.", "sentiment": "negative", "emotion": "anger"},
]
LOGGED_EXAMPLE: Final[dict[str, Any]] = {
    "id": "01936a3b-7c1e-7e64-a1c0-5a3f6f1b2d33",
    "feedback_id": "01936a3b-7c1e-7e64-a1c0-5a3f6f1b2d11",
    "start": 0,
    "end": 31,
    "text": "Checkout refused my card twice.",
    "old": {"stage": "purchase"},
    "new": {"stage": "onboarding"},
    "among": {"stage": ["onboarding", "usage", "support", "renewal"]},
    "key_id": "0198c5a2-7d1e-7c3a-9b54-1f2e3d4c5b6a",
    "created_at": "2026-03-02T08:15:00Z",
    "applied": True,
}

LEARNING_EXAMPLE: Final[dict[str, Any]] = {
    "state": "on",
    "labelled": True,
    "model": "0.7.0-3f2a9c41d07b",
    "learned_at": "2026-03-02T08:15:00Z",
    "fields": [
        {
            "field": "touchpoint",
            "corrected": 14,
            "confirmed": 41,
            "fixed": 11,
            "broken": 0,
            "p": 0.0005,
            "applied": True,
            "reason": "helps",
            "labels": ["billing"],
        }
    ],
}


class CorrectionIn(BaseModel):
    """The right labels of a mention. Omitted fields stay as they are; null reverts earlier
    corrections. Sending the current label confirms it.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [*CORRECTION_EXAMPLES]}
    )

    sentiment: Literal["negative", "neutral", "positive"] | None = Field(
        None,
        description=(
            "Unless you send a severity, neutral and positive also set it to 0, and negative to 1 "
            "where 0 was read along with another sentiment."
        ),
    )
    stage: Name | None = Field(None, description="Key, name or alias, or `unassigned`.")
    touchpoint: Name | None = Field(None, description="Key, name or alias, or `unassigned`.")
    emotion: Emotion | None = None
    intent: Intent | None = None
    severity: int | None = Field(None, ge=0, le=3, strict=True)
    text: CleanText | None = Field(
        None, description="The mention's text as you saw it; 409 if it has changed since."
    )

    @model_validator(mode="after")
    def _says_something(self) -> "CorrectionIn":
        if not self.labels():
            raise ValueError(f"must correct at least one of {', '.join(FIELDS)}")
        return self

    def labels(self) -> dict[str, Any]:
        """The fields that were sent, including nulls."""
        return self.model_dump(include=set(FIELDS), exclude_unset=True)


class TrialOut(BaseModel):
    """How well corrections of one field generalise. Of mentions held out of learning, ``fixed`` of
    the ``corrected`` would get the right label, and ``broken`` of the ``confirmed`` a wrong one;
    ``p`` is from the one-sided sign test. ``applied`` only if it helps.
    """

    field: Literal["sentiment", "stage", "touchpoint"]
    corrected: int
    confirmed: int
    fixed: int
    broken: int
    p: float
    applied: bool
    reason: str
    labels: list[str] = Field(description="The native labels that were learned.")


class LearningIn(BaseModel):
    """Whether to apply what was learned."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"state": "off"}]})

    state: Literal["on", "off"]


class LearningOut(BaseModel):
    """What was learned from corrections, and whether it is applied to new and stored mentions.

    ``labelled`` is false while stored mentions are still being labelled anew, for this or for a
    learned stage or touchpoint.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [LEARNING_EXAMPLE]})

    state: Literal["on", "off"]
    labelled: bool
    model: str | None = Field(
        description="The model that it was learned for; another model learns anew."
    )
    learned_at: datetime | None
    fields: list[TrialOut]


class CorrectionParams(BaseModel):
    """Which corrections to list."""

    feedback_id: UUID | None = Field(None, description="Only corrections of this feedback.")
    applied: bool | None = Field(
        None, description="`false`: only those that find no mention of the latest analysis."
    )
    limit: Limit = 50
    cursor: Cursor | None = Field(None, description="`next` of the previous page.")


class CorrectionOut(BaseModel):
    """One entry of the log. ``start`` and ``end`` are the mention's position, or its last one.
    ``old`` and ``new`` are native labels (with the key of a learned one after a plus sign), null
    where a correction was reverted; ``applied`` is false while the latest analysis has no mention
    of exactly that text.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [LOGGED_EXAMPLE]})

    id: UUID
    feedback_id: UUID
    start: int
    end: int
    text: str
    old: dict[str, str | int]
    new: dict[str, str | int | None]
    among: dict[str, list[str]] | None = Field(
        description=(
            "All native labels, if the stage or touchpoint stands for several; `new` has the "
            "likeliest of them. Else null."
        )
    )
    key_id: UUID = Field(description="The API key that sent it.")
    created_at: datetime
    applied: bool


class CorrectionPageOut(BaseModel):
    """A page of corrections, the latest first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [LOGGED_EXAMPLE], "next": None}]}
    )

    items: list[CorrectionOut]
    next: str | None
