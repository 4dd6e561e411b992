"""The schema of a journey definition: its stages and touchpoints, and what they include.

What a schema can't express (unique names, no cell included twice, possible targets) is checked in
``consistency``.
"""

import re
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from service.text import refuse_invisible, refuse_unstorable
from service.web.numbers import NoBoolean

KEY: Final = "^[a-z0-9][a-z0-9_-]{0,62}$"


def _key(text: str) -> str:
    if not re.fullmatch(KEY, text):
        raise ValueError(
            "must consist of lower-case letters, digits, - and _, begin with a letter or digit, "
            "and have at most 63 characters"
        )
    return text


Key = Annotated[str, AfterValidator(_key), WithJsonSchema({"type": "string", "pattern": KEY})]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
    AfterValidator(refuse_unstorable),
]
NewName = Annotated[Name, AfterValidator(refuse_invisible)]
"""A name in a new definition; stored ones may be older than the rule."""
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
    """Misspelt fields are rejected rather than silently ignored."""

    model_config = ConfigDict(extra="forbid")


class Kpi(_Strict):
    """The KPI of a stage or touchpoint, and its target in the KPI's unit."""

    name: KpiName
    target: Annotated[float, Field(allow_inf_nan=False), NoBoolean]


class Include(_Strict):
    """A native stage, whole (``touchpoints`` null) or narrowed to some of its touchpoints."""

    stage: NativeStage
    touchpoints: list[NativeTouchpoint] | None = Field(default=None, min_length=1, max_length=17)


class Entry(_Strict):
    """The common fields of stages and touchpoints: names, and who is responsible.

    One with ``examples`` includes no native labels: it is learned from the examples.
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
    """One stage of the workspace's journey."""

    includes: list[Include] = Field(default_factory=list, max_length=40)
    goals: Lines
    expectations: Lines


class Touchpoint(Entry):
    """One interaction with the brand: a union of native touchpoints, or learned."""

    includes: list[NativeTouchpoint] = Field(default_factory=list, max_length=17)
    tools: Lines


class Definition(_Strict):
    """A whole journey. Stages and touchpoints are shown in this order."""

    stages: list[Stage] = Field(min_length=1, max_length=20)
    touchpoints: list[Touchpoint] = Field(min_length=1, max_length=40)
