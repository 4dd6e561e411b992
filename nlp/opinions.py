"""The probabilities that one mention contributes to the labels of its item."""

from collections.abc import Mapping, Sequence
from typing import Final

from nlp.documents import Candidate, Mention
from nlp.labels import NONE, UNASSIGNED, Head
from nlp.pool import Opinion

Pools = Mapping[Head, Mapping[str, float]]
"""The pooled probabilities of several mentions, by head and label."""

LIKELY: Final = 0.15
"""The minimum pooled probability at which an item gets a stage or touchpoint."""

LIKELY_ENOUGH: Final = 0.3
"""The same for a label that the main mention itself does not have, because it is below the
threshold."""

_NOTHING: Final = 1e-6
"""The factor for having no stage or touchpoint, so that a mention with one comes first."""


class MentionOpinions:
    """A mention's opinions in ``by_head``, and its likeliest stage and touchpoint in ``likeliest``,
    empty for none."""

    __slots__ = ("by_head", "likeliest", "mention")

    def __init__(self, mention: Mention) -> None:
        sure, candidates = mention.confidence, mention.candidates
        stage = _chances(mention.stage, sure.stage, candidates.stage)
        touchpoint = _chances(mention.touchpoint, sure.touchpoint, candidates.touchpoint)
        self.mention = mention
        self.likeliest: Mapping[Head, str] = {
            "stage": _subject(stage),
            "touchpoint": _subject(touchpoint),
        }
        self.by_head: Mapping[Head, Opinion] = {
            "sentiment": _moods(mention),
            "stage": stage,
            "touchpoint": touchpoint,
            "emotion": {mention.emotion: sure.emotion},
            "intent": {mention.intent: sure.intent},
        }

    def support(self, pools: Pools) -> tuple[float, float]:
        """The product of the probabilities of its stage and touchpoint in the pool, and alone."""
        pooled = own = 1.0
        for head, label in self.likeliest.items():
            pooled *= pools[head][label] if label else _NOTHING
            own *= self.by_head[head][label] if label else _NOTHING
        return pooled, own

    def item_label(self, head: Head, pools: Pools) -> tuple[str, float]:
        """The item's stage or touchpoint if this is its main mention, with its probability."""
        label = self.likeliest[head]
        if not label:
            return UNASSIGNED, pools[head].get(NONE, 0.0)
        sure = pools[head][label]
        enough = LIKELY if label == getattr(self.mention, head) else LIKELY_ENOUGH
        return (label if sure >= enough else UNASSIGNED), sure


def _chances(label: str, sure: float, candidates: Sequence[Candidate]) -> Opinion:
    """The stages or touchpoints that a mention may be about, with probabilities.

    A label that the sender or a person set instead of the model is certain; a mention that was set
    to unassigned has no opinion.
    """
    if candidates and sure == candidates[0].p and label in (candidates[0].key, UNASSIGNED):
        return {candidate.key: candidate.p for candidate in candidates}
    return {} if label == UNASSIGNED else {label: 1.0}


def _subject(chances: Opinion) -> str:
    label = max(chances, key=lambda label: chances[label], default=NONE)
    return "" if label == NONE else label


def _moods(mention: Mention) -> Opinion:
    """The probabilities of the sentiments, recovered from that of the likeliest and the score."""
    sure, score = mention.confidence.sentiment, mention.score
    neutral = {
        "negative": 1 - 2 * sure - score,
        "neutral": sure,
        "positive": 1 - 2 * sure + score,
    }[mention.sentiment]
    neutral = min(max(neutral, 0.0), 1.0)
    return {
        "negative": (1 - neutral - score) / 2,
        "neutral": neutral,
        "positive": (1 - neutral + score) / 2,
    }
