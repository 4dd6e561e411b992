"""Request bodies for feedback. Unknown fields are rejected, so that a misspelt one is noticed."""

from typing import Annotated, Any, Final, Literal

from pydantic import AliasChoices, ConfigDict, Field

from nlp.documents import Kind
from service.intake.closed_model import ClosedModel, closed_schema
from service.intake.fields import (
    DEFAULT_CHANNEL,
    DEFAULT_SOURCE,
    Attributes,
    ChannelOrDefault,
    Language,
    Line,
    LongText,
    Name,
    NullForBlank,
    OccurredAt,
    Reference,
    SourceName,
    Time,
)
from service.intake.normalise import plain_text
from service.intake.ratings import RatingIn

MAX_ITEMS: Final = 1000
MAX_PARTS: Final = 1000

SURVEY_EXAMPLE: Final[dict[str, Any]] = {
    "source": "website",
    "external_id": "r-1042",
    "text": "Checkout refused my card twice and nobody could tell me why.",
    "question": "What is the main reason for your score?",
    "rating": {"value": 3, "scale": "nps"},
    "occurred_at": "2026-03-01T09:30:00Z",
    "customer": "c-17",
    "channel": "website",
    "attributes": {"persona": "smb", "country": "GB"},
}
REVIEW_EXAMPLE: Final[dict[str, Any]] = {
    "source": "app-store",
    "external_id": "8812",
    "subject": "Great until the update",
    "text": "Used it daily. Since the last update it crashes when I open my basket.",
    "rating": {"value": 2, "scale": "stars"},
    "language": "en-GB",
    "channel": "mobile_app",
}
TICKET_EXAMPLE: Final[dict[str, Any]] = {
    "source": "helpdesk",
    "external_id": "T-5521",
    "subject": "Parcel never arrived",
    "priority": "high",
    "status": "open",
    "conversation": [
        {"author_role": "customer", "text": "My parcel is a week late.", "at": None},
        {"author_role": "agent", "text": "Sorry to hear that! We are looking into it."},
        {"author_role": "customer", "text": "Still nothing. I want my money back."},
    ],
    "stage": "purchase",
    "touchpoint": "delivery",
}
BATCH_EXAMPLE: Final[dict[str, Any]] = {
    "items": [
        {"kind": "survey"} | SURVEY_EXAMPLE,
        {"kind": "review"} | REVIEW_EXAMPLE,
        {"kind": "ticket"} | TICKET_EXAMPLE,
    ]
}


class FeedbackIn(ClosedModel):
    """The common fields of surveys, reviews and tickets."""

    kind: Kind
    text: LongText = Field(
        "", description="The customer's words. May be empty if there is a rating."
    )
    rating: RatingIn | None = None
    subject: Line | None = Field(None, description="A review's title or a ticket's subject.")
    question: Line | None = Field(
        None, description="The question that was asked; helps the analysis of the answer."
    )
    channel: ChannelOrDefault = Field(
        DEFAULT_CHANNEL, description="Where the feedback was given, e.g. website, phone, email."
    )
    language: Annotated[Language | None, NullForBlank] = Field(
        None, description="BCP 47 tag; detected from the text by default."
    )
    occurred_at: Annotated[OccurredAt | None, NullForBlank] = Field(
        None,
        description="Time of the feedback: RFC 3339 with an offset, from 1990 on; default now.",
    )
    customer: Annotated[Reference | None, NullForBlank] = Field(
        None, description="Your reference of the customer; only stored as a keyed hash."
    )
    attributes: Attributes = Field(
        default_factory=dict,
        description="Up to 50 scalars such as persona, segment, product, country.",
    )
    stage: Annotated[Name | None, NullForBlank] = Field(
        None, description="Key, name or alias of the stage, if you know it."
    )
    touchpoint: Annotated[Name | None, NullForBlank] = Field(
        None, description="Key, name or alias of the touchpoint, if you know it."
    )
    source: SourceName = Field(
        DEFAULT_SOURCE,
        description="The system that it comes from. Items without one share the default source.",
    )
    external_id: Annotated[Reference | None, NullForBlank] = Field(
        None,
        description="Its id in the source system; sending it again updates the same feedback.",
    )

    @property
    def words(self) -> str:
        """The text to store and analyse, HTML made plain."""
        return plain_text(self.text)


class SurveyIn(FeedbackIn):
    """An answer to a survey."""

    model_config = ConfigDict(json_schema_extra=closed_schema(SURVEY_EXAMPLE))

    kind: Literal["survey"] = "survey"


class ReviewIn(FeedbackIn):
    """A public review."""

    model_config = ConfigDict(json_schema_extra=closed_schema(REVIEW_EXAMPLE))

    kind: Literal["review"] = "review"
    subject: Line | None = Field(
        None,
        validation_alias=AliasChoices("subject", "title"),
        description="The review's title; `title` is accepted as well.",
    )


class PartIn(ClosedModel):
    """One message of a conversation."""

    author_role: Literal["customer", "agent", "system", "bot"]
    text: LongText
    at: Annotated[Time | None, NullForBlank] = None


class TicketIn(FeedbackIn):
    """A support ticket. Only the customer's own parts of its conversation are read and stored."""

    model_config = ConfigDict(json_schema_extra=closed_schema(TICKET_EXAMPLE))

    kind: Literal["ticket"] = "ticket"
    priority: Annotated[Name | None, NullForBlank] = None
    status: Annotated[Name | None, NullForBlank] = None
    conversation: list[PartIn] = Field(default_factory=list, max_length=MAX_PARTS)

    @property
    def words(self) -> str:
        """``text`` and the customer's parts, separated by blank lines, no part twice."""
        if not self.conversation:
            return plain_text(self.text)
        said = [self.text, *(p.text for p in self.conversation if p.author_role == "customer")]
        said = [plain_text(part) for part in said]
        return "\n\n".join(dict.fromkeys(part for part in said if part))


AnyFeedbackIn = Annotated[SurveyIn | ReviewIn | TicketIn, Field(discriminator="kind")]


class BatchIn(ClosedModel):
    """Up to 1000 surveys, reviews and tickets, each with its ``kind``."""

    model_config = ConfigDict(json_schema_extra=closed_schema(BATCH_EXAMPLE))

    items: list[AnyFeedbackIn] = Field(min_length=1, max_length=MAX_ITEMS)
