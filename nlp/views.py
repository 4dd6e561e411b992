"""What one mention says of the text as a whole, in probabilities."""

from collections.abc import Mapping, Sequence
from typing import Final

from nlp.documents import Candidate, Mention
from nlp.labels import NONE, UNASSIGNED, Head
from nlp.pool import Opinion

Pools = Mapping[Head, Mapping[str, float]]
"""What several mentions say together, by head."""

LIKELY: Final = 0.15
"""The least probability of an item's stage or touchpoint."""

LIKELY_ENOUGH: Final = 0.3
"""The same of one that the main mention alone is not sure of."""

_NOTHING: Final = 1e-6
"""What being about nothing counts, so that a mention about something goes before."""


class View:
    """A mention's opinions, by head, and what it is likeliest about: empty if about nothing."""

    __slots__ = ("about", "mention", "opinions")

    def __init__(self, mention: Mention) -> None:
        sure, candidates = mention.confidence, mention.candidates
        stage = _chances(mention.stage, sure.stage, candidates.stage)
        touchpoint = _chances(mention.touchpoint, sure.touchpoint, candidates.touchpoint)
        self.mention = mention
        self.about: Mapping[Head, str] = {
            "stage": _subject(stage),
            "touchpoint": _subject(touchpoint),
        }
        self.opinions: Mapping[Head, Opinion] = {
            "sentiment": _moods(mention),
            "stage": stage,
            "touchpoint": touchpoint,
            "emotion": {mention.emotion: sure.emotion},
            "intent": {mention.intent: sure.intent},
        }

    def support(self, pools: Pools) -> tuple[float, float]:
        """How likely what it is about is in the pool, and how likely alone."""
        together = alone = 1.0
        for head, label in self.about.items():
            together *= pools[head][label] if label else _NOTHING
            alone *= self.opinions[head][label] if label else _NOTHING
        return together, alone

    def place(self, head: Head, pools: Pools) -> tuple[str, float]:
        """The item's stage or touchpoint if this is its main mention, with its probability."""
        label = self.about[head]
        if not label:
            return UNASSIGNED, pools[head].get(NONE, 0.0)
        sure = pools[head][label]
        enough = LIKELY if label == getattr(self.mention, head) else LIKELY_ENOUGH
        return (label if sure >= enough else UNASSIGNED), sure


def _chances(label: str, sure: float, candidates: Sequence[Candidate]) -> Opinion:
    """The stages or touchpoints that a mention may be about, with probabilities.

    A label that is not what was read, because the sender or a person said so, has all of it; if
    that is to be unassigned, the mention has no say.
    """
    if candidates and sure == candidates[0].p and label in (candidates[0].key, UNASSIGNED):
        return {candidate.key: candidate.p for candidate in candidates}
    return {} if label == UNASSIGNED else {label: 1.0}


def _subject(chances: Opinion) -> str:
    label = max(chances, key=lambda label: chances[label], default=NONE)
    return "" if label == NONE else label


def _moods(mention: Mention) -> Opinion:
    """The probabilities of the sentiments, from the likeliest and the score."""
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
