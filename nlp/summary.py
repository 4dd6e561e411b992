"""What the mentions of a text amount to: its main mention, and the reading of the whole.

Both rules weigh probabilities, not labels: two mentions that are each likely to be about delivery
say more than one that just so is about billing.

**The main-mention rule.** Every mention weighs 1, half a point more for each degree of severity if
it is negative, and 1 more if it is the first. A stage weighs what each mention does times the
probability that the mention is about it, summed; a touchpoint of the heaviest stage that times
the probability of the touchpoint. The main mention is the one that adds most to the heaviest stage
and touchpoint, and the item's stage and touchpoint are its own.

**The sentiment rule.** Where all mentions agree, it is theirs. Else praise weighs the probability
that a mention is positive, criticism that it is negative times 0.5 and 0.25 more for each degree of
severity; the first mention counts one and a half times. A text is neutral if praise and criticism
together weigh no more than 0.7 of what is neutral; it is mixed if there are mentions of both kinds
and neither side has 60 % of the two; else it is of the heavier side.

The score is the mean of the mentions' scores, weighted by the length of their text.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from nlp.documents import Analysis, Candidate, Candidates, Mention
from nlp.labels import MIXED, NONE, UNASSIGNED

MOSTLY: Final = 0.6
"""The share of praise and criticism from which one side speaks for the text."""

CALM: Final = 0.7
"""The share of the neutral up to which praise and criticism do not count."""

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
    weights = [1 + _harm(m) / 2 + (index == 0) for index, m in enumerate(mentions)]
    stages = [_chances(m.stage, m.confidence.stage, m.candidates.stage) for m in mentions]
    stage, by_stage = _heaviest(weights, stages)
    touchpoints = [
        _chances(m.touchpoint, m.confidence.touchpoint, m.candidates.touchpoint) for m in mentions
    ]
    _, by_cell = _heaviest(by_stage if stage else weights, touchpoints)
    shares = list(zip(by_cell, by_stage, weights, strict=True))
    return max(range(len(mentions)), key=lambda index: (*shares[index], -index))


def sentiment(mentions: Sequence[Mention]) -> str:
    """negative, neutral, positive or mixed, by the rule above."""
    read = {mention.sentiment for mention in mentions}
    if len(read) == 1:
        return read.pop()
    criticism = calm = praise = 0.0
    for index, mention in enumerate(mentions):
        negative, neutral, positive = _moods(mention)
        weight = 1.5 if index == 0 else 1.0
        criticism += weight * negative * (0.5 + _harm(mention) / 4)
        calm += weight * neutral
        praise += weight * positive
    if criticism + praise <= CALM * calm:
        return "neutral"
    larger, side = max((criticism, "negative"), (praise, "positive"))
    if larger >= MOSTLY * (criticism + praise) or not {"negative", "positive"} <= read:
        return side
    return MIXED


def _heaviest(
    weights: Sequence[float], chances: Sequence[Mapping[str, float]]
) -> tuple[str | None, list[float]]:
    """The label that weighs most, None if nothing has any; and what each mention adds to it."""
    labels = dict.fromkeys(label for each in chances for label in each)
    sums = {
        label: sum(w * each.get(label, 0.0) for w, each in zip(weights, chances, strict=True))
        for label in labels
    }
    if not sums:
        return None, [0.0] * len(weights)
    best = max(sums, key=lambda label: sums[label])
    return best, [w * each.get(best, 0.0) for w, each in zip(weights, chances, strict=True)]


def _chances(label: str, sure: float, candidates: Sequence[Candidate]) -> dict[str, float]:
    """The labels that a mention may be about, with probabilities; ``none`` is not among them.

    A label that is not what was read, because the sender or a person said so, has all of it.
    """
    if label != UNASSIGNED and (not candidates or (label, sure) != _pair(candidates[0])):
        return {label: 1.0}
    return {candidate.key: candidate.p for candidate in candidates if candidate.key != NONE}


def _pair(candidate: Candidate) -> tuple[str, float]:
    return candidate.key, candidate.p


def _moods(mention: Mention) -> tuple[float, float, float]:
    """The probabilities of negative, neutral and positive, from the likeliest and the score."""
    sure, score = mention.confidence.sentiment, mention.score
    neutral = {
        "negative": 1 - 2 * sure - score,
        "neutral": sure,
        "positive": 1 - 2 * sure + score,
    }[mention.sentiment]
    neutral = min(max(neutral, 0.0), 1.0)
    return (1 - neutral - score) / 2, neutral, (1 - neutral + score) / 2


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
