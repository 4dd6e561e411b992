"""Requests and responses of the journey endpoints."""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.journey.definition import (
    Include,
    Key,
    Kpi,
    Line,
    NativeTouchpoint,
    NewName,
    Stage,
    Touchpoint,
)
from service.journey.presets import PresetName

DEFINITION_EXAMPLE: Final[dict[str, Any]] = {
    "stages": [
        {"key": "discover", "name": "Discover", "includes": [{"stage": "awareness"}]},
        {
            "key": "buy",
            "name": "Buy",
            "aliases": ["purchase", "order"],
            "includes": [{"stage": "consideration"}, {"stage": "purchase"}],
            "goals": ["Find the right size and order it in one go"],
            "expectations": ["Final price known before paying"],
            "department": "E-commerce",
            "owner": "Ana",
            "kpi": {"name": "csat", "target": 80},
        },
        {
            "key": "parcel",
            "name": "Parcel",
            "description": "From the confirmation to the parcel in the customer's hands.",
            "includes": [
                {"stage": "onboarding", "touchpoints": ["delivery"]},
                {"stage": "support", "touchpoints": ["delivery", "returns"]},
            ],
        },
        {
            "key": "live",
            "name": "Live with it",
            "includes": [
                {"stage": "onboarding"},
                {"stage": "usage"},
                {"stage": "support"},
                {"stage": "renewal"},
                {"stage": "advocacy"},
            ],
        },
    ],
    "touchpoints": [
        {"key": "shop", "name": "Web shop", "includes": ["website", "checkout"], "owner": "Ana"},
        {"key": "app", "name": "App", "includes": ["mobile_app"]},
        {
            "key": "carrier",
            "name": "Carrier",
            "includes": ["delivery", "returns"],
            "department": "Logistics",
            "kpi": {"name": "negative_share", "target": 0.2},
            "tools": ["Parcel tracking"],
        },
        {"key": "care", "name": "Care team", "includes": ["support"]},
        {"key": "goods", "name": "Goods", "includes": ["product"]},
    ],
}
IN_FORCE_EXAMPLE: Final[dict[str, Any]] = DEFINITION_EXAMPLE | {
    "journey": "custom",
    "version": 1,
    "unclaimed": [],
    "unclaimed_touchpoints": [
        "advertising",
        "social_media",
        "word_of_mouth",
        "store",
        "sales",
        "pricing",
        "billing",
        "onboarding",
        "messages",
        "loyalty",
    ],
    "learned": [],
}
LEARNED_EXAMPLE: Final[dict[str, Any]] = {
    "preset": "five-stage",
    "stages": [
        {
            "key": "moving-in",
            "name": "Moving in",
            "description": "Handing over the keys and the first days in the new home.",
            "examples": [
                "We got the keys two days late",
                "Handover of the flat took five minutes, all fine",
                "The flat was dirty when we moved in",
                "Nobody was there to let us in on moving day",
                "The meter readings in the handover protocol were wrong",
                "The previous tenants' furniture was still in the living room",
                "Lovely welcome basket on the kitchen table on our first day",
                "The second key for the front door was missing at the handover",
            ],
            "counter_examples": ["The viewing was cancelled twice"],
        }
    ],
}
PRESET_EXAMPLE: Final[dict[str, Any]] = {
    "preset": "six-stage",
    "stages": [{"key": "acquiring", "owner": "Ana", "kpi": {"name": "nps", "target": 30}}],
    "touchpoints": [{"key": "checkout", "department": "E-commerce"}],
}


class _Change(BaseModel):
    """Omitted fields keep the preset's value; in a whole definition they are empty."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    name: NewName | None = None
    aliases: list[NewName] = Field(default_factory=list, max_length=20)
    description: Line | None = None
    department: NewName | None = None
    owner: NewName | None = None
    kpi: Kpi | None = None
    examples: list[Line] = Field(
        default_factory=list,
        max_length=100,
        description=(
            "At least 8 examples of what customers say there, instead of `includes`: the stage "
            "or touchpoint is learned from them."
        ),
    )
    counter_examples: list[Line] = Field(
        default_factory=list,
        max_length=100,
        description="Examples of what could be mistaken for it.",
    )


class StageIn(_Change):
    """A stage; ``name`` and ``includes`` may only be omitted if a preset has them."""

    includes: list[Include] | None = Field(default=None, max_length=40)
    goals: list[Line] = Field(default_factory=list, max_length=20)
    expectations: list[Line] = Field(default_factory=list, max_length=20)


class TouchpointIn(_Change):
    """A touchpoint; ``name`` and ``includes`` may only be omitted if a preset has them."""

    includes: list[NativeTouchpoint] | None = Field(default=None, max_length=17)
    tools: list[Line] = Field(default_factory=list, max_length=20)


class DefinitionIn(BaseModel):
    """Either a whole definition (``stages``, and ``touchpoints`` unless the native ones suffice),
    or a ``preset`` with changes to some of its stages and touchpoints, matched by key, and
    additional ones that are learned from examples.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [DEFINITION_EXAMPLE, PRESET_EXAMPLE, LEARNED_EXAMPLE]},
    )

    preset: PresetName | None = None
    stages: list[StageIn] | None = Field(default=None, max_length=20)
    touchpoints: list[TouchpointIn] | None = Field(default=None, max_length=40)


class RateOut(BaseModel):
    """``hits`` of ``n``, with the 95 % interval of the rate (Wilson)."""

    hits: int
    n: int
    low: float
    high: float


class LearnedOut(BaseModel):
    """How well a learned stage or touchpoint is recognised. ``recall`` is over the examples, each
    judged by what was learned from the others; ``false_alarms`` are over non-examples, judged
    likewise: counter-examples, other labels and their descriptions, the workspace's latest
    mentions. Some of these mentions may really have the label, so the true false-alarm rate is
    rather lower.
    """

    axis: Literal["stage", "touchpoint"]
    key: str
    recall: RateOut
    false_alarms: RateOut


class DefinitionOut(BaseModel):
    """A definition in effect. ``journey`` is the preset with the same mapping, or "custom";
    ``version`` is 0 until the first PUT; ``unclaimed`` are the native stages (or touchpoints of
    them) that no stage includes and that are therefore shown as unassigned; ``learned`` has the
    quality of each label that is learned from examples.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [IN_FORCE_EXAMPLE]})

    journey: str = Field(examples=["five-stage"])
    version: int = Field(examples=[0])
    stages: list[Stage]
    touchpoints: list[Touchpoint]
    unclaimed: list[Include]
    unclaimed_touchpoints: list[NativeTouchpoint]
    learned: list[LearnedOut]


class PresetsOut(BaseModel):
    """The built-in journeys, the default first."""

    items: list[DefinitionOut]
