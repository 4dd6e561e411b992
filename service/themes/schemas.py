"""Requests of people who edit pain points and wins."""

from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.pain_point import Status
from service.journey.definition import NewName
from service.themes.moving import MOVE_BATCH
from service.themes.queries import Key
from service.web.numbers import NoBoolean

UPDATE_EXAMPLES: Final[list[dict[str, Any]]] = [
    {"title": "Card declined at the last step", "status": "in_progress", "owner": "Ana"},
    {"status": "resolved"},
]
MERGE_EXAMPLE: Final[dict[str, Any]] = {"into": "01936a3b-90aa-7d10-8f3c-6f0a1c5b7e21"}
SPLIT_EXAMPLES: Final[list[dict[str, Any]]] = [
    {
        "mentions": [{"feedback_id": "01936a3b-7c1e-7e64-a1c0-5a3f6f1b2d11", "ordinal": 0}],
        "title": "Voucher refused",
    },
    {"parts": 2},
]
UPDATED: Final = ("title", "status", "owner")


class PainPointIn(BaseModel):
    """The fields to change. Omitted fields stay as they are; null restores the default."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [*UPDATE_EXAMPLES]})

    title: NewName | None = Field(None, description="Null: a title found in the mentions.")
    status: Status | None = Field(None, description="Null: `open`.")
    owner: NewName | None = Field(None, description="Null: the owner in the journey definition.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(f"must have at least one of {', '.join(UPDATED)}")
        return self


class MergeIn(BaseModel):
    """The pain point to merge this one into."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [MERGE_EXAMPLE]})

    into: UUID


class MentionIn(BaseModel):
    """A mention: its feedback, and its `ordinal` there, from 0."""

    model_config = ConfigDict(extra="forbid")

    feedback_id: UUID
    ordinal: Annotated[int, Field(ge=0, le=2**31 - 1), NoBoolean]

    @property
    def key(self) -> Key:
        """Identifies the mention."""
        return Key(self.feedback_id, self.ordinal)


class SplitIn(BaseModel):
    """The mentions to split off: those in `mentions`, or, with `parts`, the smaller of the two
    groups that differ most.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [*SPLIT_EXAMPLES]})

    mentions: Annotated[list[MentionIn], Field(min_length=1, max_length=MOVE_BATCH)] | None = None
    parts: Literal[2] | None = None
    title: NewName | None = Field(
        None, description="Title of the new pain point; by default it is found in its mentions."
    )

    @model_validator(mode="after")
    def _says_how(self) -> Self:
        if (self.mentions is None) == (self.parts is None):
            raise ValueError("must have either mentions or parts")
        return self
