"""The closed lists of labels for mentions, in the order of the model's outputs.

The order is part of the model artefact and of stored bit masks: append, never reorder.
``docs/codebook.md`` defines each label.
"""

from typing import Final, Literal

Head = Literal["sentiment", "stage", "touchpoint", "emotion", "intent", "severity"]

SENTIMENTS: Final = ("negative", "neutral", "positive")
STAGES: Final = (
    "awareness",
    "consideration",
    "purchase",
    "onboarding",
    "usage",
    "support",
    "renewal",
    "advocacy",
    "none",
)
TOUCHPOINTS: Final = (
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
    "none",
)
EMOTIONS: Final = (
    "anger",
    "frustration",
    "disappointment",
    "confusion",
    "worry",
    "satisfaction",
    "delight",
    "gratitude",
    "neutral",
)
INTENTS: Final = (
    "praise",
    "complaint",
    "suggestion",
    "question",
    "request",
    "churn",
    "statement",
)
SEVERITIES: Final = ("0", "1", "2", "3")

HEADS: Final[dict[Head, tuple[str, ...]]] = {
    "sentiment": SENTIMENTS,
    "stage": STAGES,
    "touchpoint": TOUCHPOINTS,
    "emotion": EMOTIONS,
    "intent": INTENTS,
    "severity": SEVERITIES,
}

LABEL_COUNT: Final = sum(map(len, HEADS.values()))
"""The number of labels of all heads together: the number of the model's outputs."""

NONE: Final = "none"
"""The model's label for mentions without a recognisable stage or touchpoint."""

UNASSIGNED: Final = "unassigned"
"""What is stored and served for ``none``, and for stages and touchpoints below the threshold."""

MIXED: Final = "mixed"
"""The sentiment of an item, never of a mention, that both praises and criticises."""
