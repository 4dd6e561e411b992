"""What the mentions of a text amount to: its main mention, and the reading of the whole.

An item with one mention is as that is read. Else all mentions speak together, in a pool of their
probabilities (``nlp.pool``), and no label is counted before the end: what three mentions each find
likely says more than what one just so decides.

**What the item is about.** A mention weighs its length, half as much again for each degree of
severity if it is negative, and half as much if it is the first. The main mention is the one whose
likeliest stage and touchpoint are, multiplied, the likeliest in the pool; these are the item's. One
less likely there than ``LIKELY`` is unassigned, or than ``LIKELY_ENOUGH`` if the mention itself is
not sure of it (``nlp.views``). Emotion and intent are the likeliest of the pool.

**Its sentiment.** A mention weighs the root of its length, the first half as much again. The item
is ``mixed`` if there are mentions of both kinds and praise and criticism, counted by mentions with
the first for one and a half, both have ``BOTH_SIDES`` of the two; else it is the likeliest of the
pool. Its severity is the largest of its mentions'.

The score is the mean of the mentions' scores, weighted by the length of their text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt
from typing import Final

from nlp.documents import Analysis, Candidate, Candidates, Confidence, Mention
from nlp.labels import HEADS, MIXED, UNASSIGNED
from nlp.pool import pool
from nlp.reading import MOST_CANDIDATES
from nlp.views import Pools, View

BOTH_SIDES: Final = 0.425
"""The share of praise and criticism that the lesser has in a mixed text.

Of one and one, 2/5, the first speaks for the text; of a first against two, 3/7, neither side does.
"""

_NO_CANDIDATES: Final = Candidates(stage=(), touchpoint=())


def summarize(language: str, mentions: Sequence[Mention]) -> Analysis:
    """The analysis of a text with these mentions, which may be none."""
    if not mentions:
        return _empty(language)
    main, whole = (0, mentions[0]) if len(mentions) == 1 else _together(mentions)
    return Analysis(
        language=language,
        sentiment=whole.sentiment,
        score=_score(mentions),
        stage=whole.stage,
        touchpoint=whole.touchpoint,
        emotion=whole.emotion,
        intent=whole.intent,
        severity=whole.severity,
        confidence=whole.confidence,
        candidates=whole.candidates,
        mentions=tuple(mentions),
        main=main,
    )


def _together(mentions: Sequence[Mention]) -> tuple[int, Mention]:
    """The index of the main one of several mentions, and it with what all say in its place."""
    views = [View(mention) for mention in mentions]
    pools = _pools(mentions, views)
    main = max(range(len(views)), key=lambda index: (*views[index].support(pools), -index))
    severest = max(mentions, key=lambda mention: mention.severity)
    mood, mood_sure = _sentiment(mentions, views, pools["sentiment"])
    stage, stage_sure = views[main].place("stage", pools)
    touchpoint, touchpoint_sure = views[main].place("touchpoint", pools)
    emotion, emotion_sure = _likeliest(pools["emotion"])
    intent, intent_sure = _likeliest(pools["intent"])
    return main, replace(
        mentions[main],
        sentiment=mood,
        stage=stage,
        touchpoint=touchpoint,
        emotion=emotion,
        intent=intent,
        severity=severest.severity,
        confidence=Confidence(
            sentiment=round(mood_sure, 4),
            stage=round(stage_sure, 4),
            touchpoint=round(touchpoint_sure, 4),
            emotion=round(emotion_sure, 4),
            intent=round(intent_sure, 4),
            severity=severest.confidence.severity,
        ),
        candidates=Candidates(_candidates(pools["stage"]), _candidates(pools["touchpoint"])),
    )


def _pools(mentions: Sequence[Mention], views: Sequence[View]) -> Pools:
    """What several mentions say together, by head."""
    lengths = [mention.end - mention.start for mention in mentions]
    firsts = [0.5] + [0.0] * (len(mentions) - 1)
    harms = [m.severity / 2 if m.sentiment == "negative" else 0.0 for m in mentions]
    topical = [n * (1 + h + f) for n, h, f in zip(lengths, harms, firsts, strict=True)]
    tonal = [sqrt(n) * (1 + f) for n, f in zip(lengths, firsts, strict=True)]
    return {
        head: pool(
            [view.opinions[head] for view in views],
            tonal if head == "sentiment" else topical,
            len(HEADS[head]),
        )
        for head in views[0].opinions
    }


def _sentiment(
    mentions: Sequence[Mention], views: Sequence[View], together: Mapping[str, float]
) -> tuple[str, float]:
    """The item's sentiment by the rule above, with its probability.

    That of ``mixed`` is that of the surest praise and the surest criticism, both.
    """
    if not {"positive", "negative"} <= {mention.sentiment for mention in mentions}:
        return _likeliest(together)
    praise, criticism = (
        [view.opinions["sentiment"][side] for view in views] for side in ("positive", "negative")
    )
    for_it, against = sum(praise) + praise[0] / 2, sum(criticism) + criticism[0] / 2
    if min(for_it, against) >= BOTH_SIDES * (for_it + against):
        return MIXED, max(praise) * max(criticism)
    return _likeliest(together)


def _likeliest(chances: Mapping[str, float]) -> tuple[str, float]:
    return max(chances.items(), key=lambda pair: pair[1])


def _candidates(chances: Mapping[str, float]) -> tuple[Candidate, ...]:
    ranked = sorted(chances.items(), key=lambda pair: -pair[1])
    return tuple(Candidate(label, round(p, 4)) for label, p in ranked[:MOST_CANDIDATES])


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
