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
    """A match of the search words, at ``[start, end)`` of the excerpt's text."""

    start: int
    end: int


class MentionHitOut(EvidenceOut):
    """A mention found by a search, with data of its feedback."""

    pain_point_id: UUID | None = Field(description="The pain point or win of the mention.")
    highlights: list[HighlightOut]
    similarity: float | None = Field(
        description="Cosine similarity to `like`, -1 to 1; null without `like`."
    )


class MentionPageOut(AnswerOut):
    """Mentions, the latest first; with `like`, the most similar first, and no next page.

    With `q`, a page may have fewer mentions than `limit` although there is a `next`: a request
    searches a limited number.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [AS_OF | {"items": [HIT_EXAMPLE], "next": None}]}
    )

    items: list[MentionHitOut]
    next: str | None


class ConfirmOut(BaseModel):
    """The body of `PATCH /v1/feedback/{feedback_id}/mentions/{ordinal}` that confirms the reading;
    change what is wrong.
    """

    text: str
    sentiment: str
    stage: str
    touchpoint: str


class ReviewItemOut(EvidenceOut):
    """A mention that a person should check."""

    least_sure: Literal["sentiment", "stage", "touchpoint"]
    doubt: float = Field(description="1 - the lowest confidence of these fields.")
    cell_mentions: int = Field(description="All mentions with the same stage and touchpoint.")
    priority: float = Field(description="doubt x log2(1 + cell_mentions); determines the order.")
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
    considered: int = Field(
        description="The number of latest matching mentions that were examined."
    )
