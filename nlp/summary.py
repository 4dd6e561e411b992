"""What the mentions of a text amount to: its main mention, and the reading of the whole.

**The main-mention rule.** Every mention weighs 1, half a point more for each degree of severity
of a negative one, 1.5 more if it is the first, and, except in a ticket, 2 more if it shares the
sentiment that most mentions of the text have. The main stage is the one whose mentions weigh
most, the main touchpoint that within the stage; unassigned ones stand back behind all others.
The main mention is the most severe of those about both, the first among equals.

**The sentiment rule.** Positive and neutral mentions weigh 1, a negative one 0.5 and 0.25 for
each degree of its severity; the first mention weighs half as much again. A text is neutral if
the praise and criticism in it weigh no more than half of the neutral; else it is negative or
positive if that side has at least 60 % of their weight, and mixed between.

The score is the mean of the mentions' scores, weighted by the length of their text.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from nlp.documents import Analysis, Candidates, Kind, Mention
from nlp.labels import MIXED, UNASSIGNED

MOSTLY: Final = 0.6
"""The share of praise and criticism from which one side speaks for the text."""

_NO_CANDIDATES: Final = Candidates(stage=(), touchpoint=())


def summarize(language: str, kind: Kind | None, mentions: Sequence[Mention]) -> Analysis:
    """The analysis of a text with these mentions, which may be none."""
    if not mentions:
        return _empty(language)
    main = main_mention(mentions, kind)
    chosen = mentions[main]
    return Analysis(
        language=language,
        sentiment=sentiment(mentions),
        score=_score(mentions),
        stage=chosen.stage,
        touchpoint=chosen.touchpoint,
        emotion=chosen.emotion,
        intent=chosen.intent,
        severity=max(mention.severity for mention in mentions),
        confidence=chosen.confidence,
        candidates=chosen.candidates,
        mentions=tuple(mentions),
        main=main,
    )


def main_mention(mentions: Sequence[Mention], kind: Kind | None = None) -> int:
    """The index of the main mention of at least one, by the rule above."""
    mood = None if kind == "ticket" else _prevailing(mentions)
    by_stage: dict[str, float] = defaultdict(float)
    by_cell: dict[tuple[str, str], float] = defaultdict(float)
    for index, mention in enumerate(mentions):
        weight = 1 + _harm(mention) / 2 + 1.5 * (index == 0) + 2 * (mention.sentiment == mood)
        by_stage[mention.stage] += weight
        by_cell[mention.stage, mention.touchpoint] += weight

    def rank(index: int) -> tuple[float, ...]:
        mention = mentions[index]
        return (
            mention.stage != UNASSIGNED,
            by_stage[mention.stage],
            mention.touchpoint != UNASSIGNED,
            by_cell[mention.stage, mention.touchpoint],
            _harm(mention),
            -index,
        )

    return max(range(len(mentions)), key=rank)


def sentiment(mentions: Sequence[Mention]) -> str:
    """negative, neutral, positive or mixed, by the rule above."""
    weights = dict.fromkeys(("negative", "neutral", "positive"), 0.0)
    for index, mention in enumerate(mentions):
        weight = 0.5 + _harm(mention) / 4 if mention.sentiment == "negative" else 1.0
        weights[mention.sentiment] += weight * (1.5 if index == 0 else 1)
    judged = weights["negative"] + weights["positive"]
    if 2 * judged <= weights["neutral"]:
        return "neutral"
    for side in ("negative", "positive"):
        if weights[side] >= MOSTLY * judged:
            return side
    return MIXED


def _prevailing(mentions: Sequence[Mention]) -> str | None:
    """The sentiment of most of the mentions that have one; None if it is a draw."""
    negative = sum(mention.sentiment == "negative" for mention in mentions)
    positive = sum(mention.sentiment == "positive" for mention in mentions)
    if negative == positive:
        return None
    return "negative" if negative > positive else "positive"


def _harm(mention: Mention) -> int:
    return mention.severity if mention.sentiment == "negative" else 0


def _score(mentions: Sequence[Mention]) -> float:
    length = sum(mention.end - mention.start for mention in mentions)
    total = sum(mention.score * (mention.end - mention.start) for mention in mentions)
    return round(total / length, 3)


def _empty(language: str) -> Analysis:
    return Analysis(
        language=language,
        sentiment="neutral",
        score=0.0,
        stage=UNASSIGNED,
        touchpoint=UNASSIGNED,
        emotion="neutral",
        intent="statement",
        severity=0,
        confidence=None,
        candidates=_NO_CANDIDATES,
        mentions=(),
        main=None,
    )
