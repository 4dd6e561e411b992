"""The query parameters of the search and the review queue; exports of mentions share them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from service.insights.params import (
    MOST_VALUES,
    Cursor,
    FilterParams,
    Limit,
    Sentiments,
    split_list,
)
from service.text import CleanText

Emotion = Literal[
    "anger",
    "frustration",
    "disappointment",
    "confusion",
    "worry",
    "satisfaction",
    "delight",
    "gratitude",
    "neutral",
]
Intent = Literal["praise", "complaint", "suggestion", "question", "request", "churn", "statement"]
Emotions = Annotated[list[Emotion], BeforeValidator(split_list)]
Intents = Annotated[list[Intent], BeforeValidator(split_list)]
Ids = Annotated[list[UUID], BeforeValidator(split_list), Field(max_length=MOST_VALUES)]
Phrase = Annotated[CleanText, Field(min_length=1, max_length=1000)]


class MentionFilters(FilterParams):
    """Filters on feedback, and on the mentions themselves."""

    sentiment: Sentiments = Field([], description="negative, neutral, positive.")
    emotion: Emotions = Field([], description="Emotions of mentions.")
    intent: Intents = Field([], description="praise, complaint, suggestion, …")
    severity: int | None = Field(None, ge=0, le=3, description="Minimum severity, 0 to 3.")
    pain_point: Ids = Field([], description="Ids of pain points or wins that are themes.")
    q: Phrase | None = Field(
        None,
        description=(
            'Words in the mention: `card "last step" refund* -delivery`. All are required; '
            "quoted words must be adjacent, `*` matches any ending, `-` excludes a word."
        ),
        examples=['card "last step" -delivery'],
    )


class MentionParams(MentionFilters):
    """``MentionFilters``, a search by meaning, and the page."""

    like: Phrase | None = Field(
        None,
        description="What the mention is about, in any words and language.",
        examples=["payment was refused"],
    )
    limit: Limit = 20
    cursor: Cursor | None = Field(None, description="`next` of the previous page; not with `like`.")


class ReviewParams(FilterParams):
    """Filters, and the number of mentions to return."""

    limit: Limit = 20
