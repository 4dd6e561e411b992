"""The form of a journey definition: its stages and touchpoints, and what they include.

What a schema can't say (unique names, no cell claimed twice, targets that can be) is checked in
``consistency``.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from service.web.numbers import NoBoolean
from service.web.text import refuse_unstorable, seen

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
    AfterValidator(refuse_unstorable),
]
NewName = Annotated[Name, AfterValidator(seen)]
"""A name that is given now; stored ones may be older than the rule."""
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(refuse_unstorable),
]
Aliases = Annotated[list[Name], Field(default_factory=list, max_length=20)]
Lines = Annotated[list[Line], Field(default_factory=list, max_length=20)]
Examples = Annotated[list[Line], Field(default_factory=list, max_length=100)]

NativeStage = Literal[
    "awareness",
    "consideration",
    "purchase",
    "onboarding",
    "usage",
    "support",
    "renewal",
    "advocacy",
]
NativeTouchpoint = Literal[
    "advertising",
    "social_media",
    "word_of_mouth",
    "website",
    "mobile_app",
    "store",
    "sales",
    "checkout",
    "pricing",
    "billing",
    "delivery",
    "onboarding",
    "product",
    "support",
    "messages",
    "returns",
    "loyalty",
]
KpiName = Literal[
    "nps", "csat", "ces", "stars", "net_sentiment", "negative_share", "score", "mean_severity"
]


class _Strict(BaseModel):
    """A misspelt field is refused, so that it can't silently do nothing."""

    model_config = ConfigDict(extra="forbid")


class Kpi(_Strict):
    """What a stage or touchpoint is measured by, and the value to reach, in that measure's unit."""

    name: KpiName
    target: Annotated[float, Field(allow_inf_nan=False), NoBoolean]


class Include(_Strict):
    """A native stage, whole (``touchpoints`` null) or narrowed to some of its touchpoints."""

    stage: NativeStage
    touchpoints: list[NativeTouchpoint] | None = Field(default=None, min_length=1, max_length=17)


class Entry(_Strict):
    """What stages and touchpoints have in common: how they are called, and whose they are.

    One with ``examples`` includes nothing native: it is learned from them.
    """

    key: Key
    name: Name
    aliases: Aliases
    description: Line | None = None
    department: Name | None = None
    owner: Name | None = None
    kpi: Kpi | None = None
    examples: Examples
    counter_examples: Examples


class Stage(Entry):
    """One stage of the journey, as the workspace calls it."""

    includes: list[Include] = Field(default_factory=list, max_length=40)
    goals: Lines
    expectations: Lines


class Touchpoint(Entry):
    """One interaction with the brand: a union of native touchpoints, or learned."""

    includes: list[NativeTouchpoint] = Field(default_factory=list, max_length=17)
    tools: Lines


class Definition(_Strict):
    """A whole journey. The order of stages and touchpoints is the order they are shown in."""

    stages: list[Stage] = Field(min_length=1, max_length=20)
    touchpoints: list[Touchpoint] = Field(min_length=1, max_length=40)
