"""Response models of the search and the review queue."""

from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.insights.pain_schemas import EVIDENCE_EXAMPLE, EvidenceOut
from service.insights.schemas import AS_OF, AnswerOut

HIT_EXAMPLE: Final[dict[str, Any]] = EVIDENCE_EXAMPLE | {
    "pain_point_id": "01936a3b-90aa-7d10-8f3c-6f0a1c5b7e21",
    "highlights": [{"start": 17, "end": 24}],
    "similarity": None,
}
REVIEW_EXAMPLE: Final[dict[str, Any]] = EVIDENCE_EXAMPLE | {
    "least_sure": "touchpoint",
    "doubt": 0.58,
    "cell_mentions": 412,
    "priority": 5.04,
    "confirm": {
        "text": "Checkout refused my card twice and nobody could tell me why.",
        "sentiment": "negative",
        "stage": "purchase",
        "touchpoint": "checkout",
    },
}


class HighlightOut(BaseModel):
    """Words that were searched for, at ``[start, end)`` of the excerpt's text."""

    start: int
    end: int


class MentionHitOut(EvidenceOut):
    """A mention that was found, with the feedback that it is from."""

    pain_point_id: UUID | None = Field(description="The pain point or win that it belongs to.")
    highlights: list[HighlightOut]
    similarity: float | None = Field(description="Cosine to `like`, -1 to 1; null without it.")


class MentionPageOut(AnswerOut):
    """Mentions, the latest first; with `like`, the most similar first, and no next page.

    With `q`, a page can have fewer mentions than `limit` although there is a `next`, as one request
    looks through a limited number of mentions."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [AS_OF | {"items": [HIT_EXAMPLE], "next": None}]}
    )

    items: list[MentionHitOut]
    next: str | None


class ConfirmOut(BaseModel):
    """What to send to `PATCH /v1/feedback/{feedback_id}/mentions/{ordinal}` if the reading is
    right; change what is wrong."""

    text: str
    sentiment: str
    stage: str
    touchpoint: str


class ReviewItemOut(EvidenceOut):
    """A mention that is worth a review."""

    least_sure: Literal["sentiment", "stage", "touchpoint"]
    doubt: float = Field(description="1 - the confidence of the field that is least sure.")
    cell_mentions: int = Field(description="All mentions in the same stage and touchpoint.")
    priority: float = Field(description="doubt x log2(1 + cell_mentions); the order.")
    confirm: ConfirmOut


class ReviewQueueOut(AnswerOut):
    """Mentions that nobody has reviewed yet, in the order of their `priority`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [AS_OF | {"items": [REVIEW_EXAMPLE], "waiting": 37, "considered": 2140}]
        }
    )

    items: list[ReviewItemOut]
    waiting: int = Field(description="Doubtful mentions among those considered.")
    considered: int = Field(description="The latest mentions in the filter that were looked at.")
