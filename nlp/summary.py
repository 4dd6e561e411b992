"""What the mentions of a text amount to: its main mention, and the reading of the whole.

**The main-mention rule.** Every mention weighs 1, half a point more for each degree of severity
of a negative one, and the first mention of a text 1.5 more. The weights of mentions about the
same stage and touchpoint are added up; unassigned ones count only if there are no others. The
main mention is the most severe of the heaviest group, the first among equals.

**The sentiment rule.** Neutral mentions aside, a text is negative if at least 60 % of its
mentions are, positive if at most 40 % are, and mixed between; neutral without any.

The score is the mean of the mentions' scores, weighted by the length of their text.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from nlp.documents import Analysis, Candidates, Mention
from nlp.labels import MIXED, UNASSIGNED

SEVERITY_WEIGHT: Final = 0.5
FIRST_WEIGHT: Final = 1.5
MOSTLY: Final = 0.6

_NO_CANDIDATES: Final = Candidates(stage=(), touchpoint=())


def summarize(language: str, mentions: Sequence[Mention]) -> Analysis:
    """The analysis of a text with these mentions, which may be none."""
    if not mentions:
        return _empty(language)
    main = main_mention(mentions)
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


def main_mention(mentions: Sequence[Mention]) -> int:
    """The index of the main mention of at least one, by the rule above."""
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for index, mention in enumerate(mentions):
        weights[mention.stage, mention.touchpoint] += _weight(index, mention)
    return max(
        range(len(mentions)),
        key=lambda index: (
            mentions[index].stage != UNASSIGNED,
            weights[mentions[index].stage, mentions[index].touchpoint],
            _harm(mentions[index]),
            -index,
        ),
    )


def sentiment(mentions: Sequence[Mention]) -> str:
    """negative, neutral, positive or mixed, by the rule above."""
    negative = sum(mention.sentiment == "negative" for mention in mentions)
    positive = sum(mention.sentiment == "positive" for mention in mentions)
    if negative + positive == 0:
        return "neutral"
    share = negative / (negative + positive)
    if share >= MOSTLY:
        return "negative"
    return "positive" if share <= 1 - MOSTLY else MIXED


def _weight(index: int, mention: Mention) -> float:
    return 1 + SEVERITY_WEIGHT * _harm(mention) + (FIRST_WEIGHT if index == 0 else 0)


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
