"""Derives the labels of an item from its mentions, and picks the main mention.

An item with one mention has that mention's labels. Otherwise the probabilities of all mentions are
pooled (``nlp.pool``), and labels are chosen only at the end: what three mentions each find likely
says more than what one barely decides.

**Stage and touchpoint.** A mention's weight is its length, plus half of it for each degree of
severity if the mention is negative, plus half of it if it is the first. The main mention is the one
whose likeliest stage and touchpoint have the highest product of probabilities in the pool; the item
gets these two. One with less than ``LIKELY`` in the pool is unassigned, or with less than
``LIKELY_ENOUGH`` if the mention itself is not sure of it (``nlp.opinions``). Emotion and intent are
the likeliest in the pool.

**Sentiment.** A mention's weight is the square root of its length, one and a half times that for
the first, and half of it for a neutral one: a request beside a complaint takes nothing back. The
item is ``mixed`` if it has both positive and negative mentions and if praise and criticism, summed
over the mentions with the first counting one and a half, each have at least ``BOTH_SIDES`` of the
two; otherwise it is the likeliest in the pool.

Severity is the highest of the mentions', the score their mean, weighted by length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt
from typing import Final

from nlp.decoding import MAX_CANDIDATES
from nlp.documents import Analysis, Candidate, Candidates, Confidence, Mention
from nlp.labels import HEADS, MIXED, UNASSIGNED
from nlp.opinions import MentionOpinions, Pools
from nlp.pool import pool

BOTH_SIDES: Final = 0.425
"""The least share that praise and criticism each have in a mixed text.

One of each (2/5) is not mixed, a first against two others (3/7) is.
"""

_NO_CANDIDATES: Final = Candidates(stage=(), touchpoint=())


def summarize(language: str, mentions: Sequence[Mention]) -> Analysis:
    """The analysis of a text with these mentions, which may be none."""
    if not mentions:
        return _empty(language)
    main, item = (0, mentions[0]) if len(mentions) == 1 else _combined(mentions)
    return Analysis(
        language=language,
        sentiment=item.sentiment,
        score=_score(mentions),
        stage=item.stage,
        touchpoint=item.touchpoint,
        emotion=item.emotion,
        intent=item.intent,
        severity=item.severity,
        confidence=item.confidence,
        candidates=item.candidates,
        mentions=tuple(mentions),
        main=main,
    )


def _combined(mentions: Sequence[Mention]) -> tuple[int, Mention]:
    """The index of the main one of several mentions, and a copy of it with the item's labels."""
    opinions = [MentionOpinions(mention) for mention in mentions]
    pools = _pools(mentions, opinions)
    main = max(range(len(opinions)), key=lambda index: (*opinions[index].support(pools), -index))
    severest = max(mentions, key=lambda mention: mention.severity)
    mood, mood_sure = _sentiment(mentions, opinions, pools["sentiment"])
    stage, stage_sure = opinions[main].item_label("stage", pools)
    touchpoint, touchpoint_sure = opinions[main].item_label("touchpoint", pools)
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


def _pools(mentions: Sequence[Mention], opinions: Sequence[MentionOpinions]) -> Pools:
    """The pooled probabilities of several mentions, by head."""
    lengths = [mention.end - mention.start for mention in mentions]
    firsts = [0.5] + [0.0] * (len(mentions) - 1)
    harms = [m.severity / 2 if m.sentiment == "negative" else 0.0 for m in mentions]
    topical = [n * (1 + h + f) for n, h, f in zip(lengths, harms, firsts, strict=True)]
    calm = [0.5 if mention.sentiment == "neutral" else 1.0 for mention in mentions]
    tonal = [sqrt(n) * (1 + f) * c for n, f, c in zip(lengths, firsts, calm, strict=True)]
    return {
        head: pool(
            [each.by_head[head] for each in opinions],
            tonal if head == "sentiment" else topical,
            len(HEADS[head]),
        )
        for head in opinions[0].by_head
    }


def _sentiment(
    mentions: Sequence[Mention], opinions: Sequence[MentionOpinions], pooled: Mapping[str, float]
) -> tuple[str, float]:
    """The item's sentiment by the rule above, with its probability.

    For ``mixed``, this is the product of the surest praise and the surest criticism.
    """
    if not {"positive", "negative"} <= {mention.sentiment for mention in mentions}:
        return _likeliest(pooled)
    praise, criticism = (
        [each.by_head["sentiment"][side] for each in opinions] for side in ("positive", "negative")
    )
    for_it, against = sum(praise) + praise[0] / 2, sum(criticism) + criticism[0] / 2
    if min(for_it, against) >= BOTH_SIDES * (for_it + against):
        return MIXED, max(praise) * max(criticism)
    return _likeliest(pooled)


def _likeliest(chances: Mapping[str, float]) -> tuple[str, float]:
    return max(chances.items(), key=lambda pair: pair[1])


def _candidates(chances: Mapping[str, float]) -> tuple[Candidate, ...]:
    ranked = sorted(chances.items(), key=lambda pair: -pair[1])
    return tuple(Candidate(label, round(p, 4)) for label, p in ranked[:MAX_CANDIDATES])


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
