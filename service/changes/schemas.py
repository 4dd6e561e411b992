"""Requests and responses of /v1/changes."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from nlp.documents import Kind
from service.insights.params import MOST_VALUES, Cursor, Limit, Moment, split_list
from service.insights.schemas import AS_OF, AnswerOut
from service.text import CleanText, refuse_invisible

Verdict = Literal["improved", "worse", "no_evidence_yet"]
ScopeKind = Literal["everything", "place", "segment", "place_in_segment"]
"""Whether a scope is narrowed to a place in the journey, to a segment of feedback, or to both."""
_OF_A_PLACE: Final = frozenset({"stage", "touchpoint", "pain_point"})

CHANGE_EXAMPLE: Final[dict[str, Any]] = {
    "title": "New checkout",
    "description": "One page instead of four; cards are saved.",
    "happened_at": "2026-05-03T06:00:00Z",
    "scope": {"stage": ["purchase"], "touchpoint": ["checkout"]},
}
STORED_EXAMPLE: Final[dict[str, Any]] = CHANGE_EXAMPLE | {
    "id": "01936a3b-7c1e-7e64-a1c0-5a3f6f1b2d13",
    "created_at": "2026-05-03T08:15:00Z",
}
EFFECT_EXAMPLE: Final[dict[str, Any]] = {
    "before": 0.62,
    "after": 0.41,
    "control_before": 0.38,
    "control_after": 0.36,
    "effect": -0.19,
    "low": -0.27,
    "high": -0.11,
    "p": 0.00002,
    "significant": True,
    "moved": True,
    "better": True,
    "detectable": 0.115,
}
IMPACT_EXAMPLE: Final[dict[str, Any]] = AS_OF | {
    "change": STORED_EXAMPLE,
    "days": 28,
    "days_over": 28,
    "before": {"since": "2026-04-05", "until": "2026-05-03", "mentions": 402, "items": 380},
    "after": {"since": "2026-05-04", "until": "2026-06-01", "mentions": 391, "items": 371},
    "control_before": {"mentions": 2140, "items": 1710},
    "control_after": {"mentions": 2208, "items": 1764},
    "measures": {"negative_share": EFFECT_EXAMPLE},
    "verdict": "improved",
    "sentence": (
        "It got better: the share of complaints went from 62% to 41%; elsewhere from 38% to "
        "36%. The effect is −19 points (−27 to −11 points, 95%)."
    ),
    "items_needed": None,
}


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _words(value: Any) -> Any:
    """Values in the form that query parameters take, as the stored scope is used as filters
    later.
    """
    values = _listed(value)
    texts = isinstance(values, list) and all(isinstance(each, str) for each in values)
    return split_list(values) if texts else values


Word = Annotated[CleanText, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Words = Annotated[list[Word], BeforeValidator(_words), Field(min_length=1, max_length=MOST_VALUES)]
Kinds = Annotated[list[Kind], BeforeValidator(_listed), Field(min_length=1)]


class Scope(BaseModel):
    """The feedback that a change is about: the filters of all insights, each a value or a list."""

    model_config = ConfigDict(extra="forbid")

    stage: Words | None = Field(None, description="Keys, names or aliases.")
    touchpoint: Words | None = None
    pain_point: UUID | None = Field(None, description="The id of a pain point or a win.")
    kind: Kinds | None = None
    source: Words | None = None
    channel: Words | None = None
    language: Words | None = None
    attributes: dict[Word, Words] | None = Field(None, max_length=MOST_VALUES)

    @property
    def scope_kind(self) -> ScopeKind:
        """What the scope is narrowed by."""
        narrowed = {name for name, values in self if values}
        if not narrowed & _OF_A_PLACE:
            return "segment" if narrowed else "everything"
        return "place" if narrowed <= _OF_A_PLACE else "place_in_segment"


class ChangeIn(BaseModel):
    """What was changed, when, and for which part of the feedback."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CHANGE_EXAMPLE]})

    title: Annotated[Word, AfterValidator(refuse_invisible)]
    description: Annotated[CleanText, Field(max_length=4000)] | None = None
    happened_at: Moment = Field(description="A date (00:00 UTC) or an RFC 3339 time.")
    scope: Scope = Field(
        description="Empty: all feedback; then there is no control to compare with."
    )


class ChangeOut(BaseModel):
    """A recorded change."""

    model_config = ConfigDict(json_schema_extra={"examples": [STORED_EXAMPLE]})

    id: UUID
    title: str
    description: str | None
    happened_at: datetime
    scope: dict[str, Any]
    created_at: datetime


class ChangePageOut(BaseModel):
    """A page of changes, the latest first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [STORED_EXAMPLE], "next": None}]}
    )

    items: list[ChangeOut]
    next: str | None


class ChangeListParams(BaseModel):
    """The page."""

    limit: Limit = 50
    cursor: Cursor | None = Field(None, description="`next` of the previous page.")


class ImpactParams(BaseModel):
    """The length of the periods before and after."""

    days: int = Field(
        28,
        ge=7,
        le=365,
        description="Days before and days after that are compared; ideally whole weeks.",
    )


class VolumeOut(BaseModel):
    """The amount of feedback."""

    mentions: int
    items: int


class WindowOut(VolumeOut):
    """Whole days in UTC, from `since` to before `until`, and the amount of feedback in the
    scope.
    """

    since: date
    until: date


class EffectOut(BaseModel):
    """One measure in the scope before and after, and in the rest of the journey.

    `effect` is (after - before) - (control_after - control_before), with its 95 % interval; without
    a control, after - before. `p` is corrected for all measures (Benjamini-Hochberg). `moved`: the
    scope itself moved significantly in the same direction, not only the rest. `better`: whether the
    effect is an improvement; null for measures without a better direction. `detectable`: the
    smallest true effect that this much feedback shows in 4 of 5 cases, if `p` is not corrected;
    null if no effect that is possible would show.
    """

    before: float
    after: float
    control_before: float | None
    control_after: float | None
    effect: float
    low: float
    high: float
    p: float | None = Field(
        description="Null with too few answers, or all answers of a side from one day."
    )
    significant: bool
    moved: bool
    better: bool | None
    detectable: float | None


class ChangeImpactOut(AnswerOut):
    """Whether a change helped: before and after, against the rest of the journey."""

    model_config = ConfigDict(json_schema_extra={"examples": [IMPACT_EXAMPLE]})

    change: ChangeOut
    days: int
    days_over: int = Field(
        description="Days after the change that have begun, today included, up to `days`."
    )
    before: WindowOut
    after: WindowOut
    control_before: VolumeOut | None
    control_after: VolumeOut | None
    measures: dict[str, EffectOut] = Field(
        description=(
            "negative_share, net_sentiment, mean_severity, the KPI of each rating scale, and "
            "volume_share: the share of the scope in all items, or in the items of the segment "
            "if the scope is a place in a segment. For a pain point only volume_share and "
            "mean_severity, for a win only volume_share."
        )
    )
    verdict: Verdict
    sentence: str
    items_needed: int | None = Field(
        description=(
            "Items with a mention needed in the scope, before and after each, to find a difference "
            "of 0.1 in the share of complaints in 4 of 5 cases, if `p` is not corrected. For a "
            "pain point: items of all feedback (or of the segment) needed to find that its share "
            "has halved. Null if an effect was found."
        )
    )
