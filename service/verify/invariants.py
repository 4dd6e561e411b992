"""The invariants of each item."""

import re
from collections.abc import Callable
from typing import Final, get_args

from models.feedback import DONE
from models.mention import Mention, Provenance
from nlp.labels import EMOTIONS, INTENTS, SENTIMENTS
from service.journey.native import STORED_STAGES, STORED_TOUCHPOINTS, learned_of, native_of
from service.verify.source import Item

PROVENANCES: Final[tuple[str, ...]] = get_args(Provenance)
LEARNED: Final = re.compile(r"[a-z0-9_-]*")
ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    "sentiment": SENTIMENTS,
    "stage": STORED_STAGES,
    "touchpoint": STORED_TOUCHPOINTS,
    "emotion": EMOTIONS,
    "intent": INTENTS,
    "stage_provenance": PROVENANCES,
    "touchpoint_provenance": PROVENANCES,
}


def unanalysed_items_have_no_readings(item: Item) -> str | None:
    """A pending or failed item has neither mentions nor readings of its own."""
    if item.row.state == DONE or not (item.mentions or item.row.sentiment):
        return None
    return f"{item.row.state}, but has {len(item.mentions)} mentions"


def analysed_items_have_readings(item: Item) -> str | None:
    """An analysed item has a sentiment of its own, and the version of its analysis."""
    if item.row.state != DONE or (item.row.sentiment and item.row.analysis_version):
        return None
    return "done, but has no readings"


def mentions_are_numbered(item: Item) -> str | None:
    """The mentions of an item are from one analysis: numbered from 0 without gaps, one version."""
    numbers = [mention.ordinal for mention in item.mentions]
    if numbers != list(range(len(numbers))):
        return f"mentions are numbered {numbers}"
    versions = {mention.model_version for mention in item.mentions}
    return f"mentions have versions {sorted(versions)}" if len(versions) > 1 else None


def mentions_lie_in_the_text(item: Item) -> str | None:
    """A mention is a span of the stored text, and not empty."""
    wrong = [m for m in item.mentions if not 0 <= m.start < m.end <= item.chars]
    if not wrong:
        return None
    return f"mention at [{wrong[0].start}, {wrong[0].end}) in a text of {item.chars} characters"


def labels_are_native(item: Item) -> str | None:
    """Stored labels are native ones, followed by the key of a learned label if there is one.
    Journeys are applied on reading, so their keys are never stored."""
    return next((fault for mention in item.mentions if (fault := _fault(mention))), None)


def _fault(mention: Mention) -> str | None:
    for name, allowed in ALLOWED.items():
        label = getattr(mention, name)
        if native_of(label) not in allowed or not LEARNED.fullmatch(learned_of(label)):
            return f"{name} {label!r}"
    if not -1 <= mention.score <= 1 or mention.severity not in range(4):
        return f"score {mention.score}, severity {mention.severity}"
    return None


INVARIANTS: Final[tuple[Callable[[Item], str | None], ...]] = (
    unanalysed_items_have_no_readings,
    analysed_items_have_readings,
    mentions_are_numbered,
    mentions_lie_in_the_text,
    labels_are_native,
)
"""Each returns what is wrong with an item, or None; its name is the name of the check."""
