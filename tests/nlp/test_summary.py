"""An item has labels that follow from its mentions."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from nlp.documents import Analysis, Candidate, Candidates, Confidence, Mention
from nlp.labels import HEADS, UNASSIGNED
from nlp.summary import summarize

CERTAIN = Confidence(**dict.fromkeys(HEADS, 1.0))
SCORES = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}


def mention(sentiment: str, stage: str, severity: int = 0, length: int = 40) -> Mention:
    """A mention of which all is certain."""
    return Mention(
        start=0,
        end=length,
        text="x" * length,
        sentiment=sentiment,
        score=SCORES[sentiment],
        stage=stage,
        touchpoint="product",
        emotion="neutral",
        intent="statement",
        severity=severity,
        confidence=CERTAIN,
        candidates=Candidates((), ()),
    )


def unsure(stage: str, p: float, second: str = "none", least: float = 0.4) -> Mention:
    """A neutral mention that is ``stage`` with ``p``, unassigned below ``least``."""
    likely = (Candidate(stage, p), Candidate(second, round(min(p, 1 - p) / 2, 4)))
    return replace(
        mention("neutral", stage if p >= least else UNASSIGNED),
        confidence=replace(CERTAIN, stage=p),
        candidates=Candidates(likely, ()),
    )


def whole(*mentions: Mention) -> Analysis:
    return summarize("en", mentions)


def test_one_mention_speaks_for_itself() -> None:
    only = unsure("usage", 0.35)
    analysis = whole(only)
    assert (analysis.stage, analysis.touchpoint) == (only.stage, only.touchpoint)
    assert (analysis.confidence, analysis.candidates) == (only.confidence, only.candidates)


def test_what_the_longer_part_is_about_is_the_subject() -> None:
    short, long = mention("neutral", "purchase", length=20), mention("neutral", "usage", length=90)
    assert whole(short, long).stage == "usage"
    assert whole(replace(long, stage="purchase"), replace(short, stage="usage")).stage == "purchase"


def test_harm_and_the_first_place_add_weight() -> None:
    first, second = mention("neutral", "purchase"), mention("negative", "usage", 1)
    assert whole(mention("neutral", "purchase"), mention("neutral", "usage")).main == 0
    assert whole(first, replace(second, severity=2)).main == 1
    assert whole(first, replace(second, sentiment="positive", severity=3)).main == 0


def test_many_that_find_it_likely_outweigh_a_sure_one() -> None:
    likely = unsure("usage", 0.38)
    analysis = whole(unsure("purchase", 0.5, "usage"), likely, likely, likely)
    assert (analysis.stage, analysis.main) == ("usage", 1)
    assert analysis.confidence is not None
    assert analysis.confidence.stage > 0.3


def test_what_no_mention_is_sure_of_has_to_be_likely_together() -> None:
    mentions = [unsure("usage", 0.26, "purchase"), unsure("renewal", 0.26, "support")]
    assert whole(*mentions).stage == UNASSIGNED
    assert whole(*mentions).candidates.stage[0].key in ("usage", "renewal")


def test_of_two_that_say_the_same_the_surer_one_is_the_main_mention() -> None:
    assert whole(unsure("usage", 0.6), unsure("usage", 0.9)).main == 1
    assert whole(unsure("usage", 0.9), unsure("usage", 0.9)).main == 0


def test_the_stage_and_touchpoint_are_those_of_one_mention() -> None:
    one = replace(mention("neutral", "purchase", length=60), touchpoint="checkout")
    other = replace(mention("neutral", "onboarding", length=50), touchpoint="delivery")
    third = replace(mention("neutral", "onboarding", length=45), touchpoint="checkout")
    analysis = whole(one, other, third)
    chosen = analysis.mentions[analysis.main or 0]
    assert (analysis.stage, analysis.touchpoint) == (chosen.stage, chosen.touchpoint)


def test_a_mention_about_nothing_is_main_only_among_its_like() -> None:
    nothing = replace(unsure("none", 0.99, "usage"), stage=UNASSIGNED, end=400)
    assert whole(nothing, unsure("usage", 0.9)).main == 1
    analysis = whole(nothing, nothing)
    assert (analysis.main, analysis.stage) == (0, UNASSIGNED)
    assert analysis.confidence is not None
    assert analysis.confidence.stage > 0.98


def test_a_mention_that_was_set_to_unassigned_has_no_say() -> None:
    aside = replace(mention("negative", UNASSIGNED, 3), candidates=Candidates((), ()))
    assert whole(aside, unsure("usage", 0.9)).stage == "usage"
    assert whole(aside, aside).stage == UNASSIGNED


def test_a_stated_label_counts_as_certain_whatever_was_read() -> None:
    read = (Candidate("usage", 0.9), Candidate("support", 0.1))
    said = replace(mention("neutral", "support"), candidates=Candidates(read, ()))
    assert whole(said, unsure("usage", 0.9)).stage == "support"
    analysis = whole(said, said, said)
    assert analysis.confidence is not None
    assert (analysis.stage, analysis.confidence.stage) == ("support", 1.0)


def test_emotion_and_intent_are_the_likeliest_of_all() -> None:
    calm = replace(mention("neutral", "usage"), confidence=replace(CERTAIN, emotion=0.4))
    angry = replace(mention("neutral", "usage"), emotion="anger", intent="churn")
    analysis = whole(calm, angry)
    assert (analysis.emotion, analysis.main) == ("anger", 0)
    assert whole(angry, mention("neutral", "usage", length=10)).intent == "churn"


def test_the_severity_is_the_largest_with_its_own_confidence() -> None:
    severe = replace(mention("negative", "usage", 3), confidence=replace(CERTAIN, severity=0.7))
    analysis = whole(mention("positive", "usage", length=400), severe)
    assert analysis.severity == 3
    assert analysis.confidence is not None
    assert analysis.confidence.severity == 0.7


@pytest.mark.parametrize(
    ("moods", "expected"),
    [
        (["positive"], "positive"),
        (["negative", "negative", "positive"], "negative"),
        (["positive", "negative"], "positive"),
        (["negative", "positive"], "negative"),
        (["positive", "negative", "negative"], "mixed"),
        (["negative", "positive", "neutral", "positive"], "mixed"),
        (["neutral", "neutral", "neutral", "positive"], "neutral"),
        (["neutral", "positive", "positive"], "positive"),
    ],
)
def test_the_sentiment_of_an_item_weighs_its_mentions(moods: Sequence[str], expected: str) -> None:
    assert whole(*(mention(mood, "usage") for mood in moods)).sentiment == expected


def test_for_its_sentiment_mentions_count_by_the_root_of_their_length_and_the_first_more() -> None:
    good, bad = mention("positive", "usage"), mention("negative", "usage", length=160)
    assert whole(good, good, good, bad).sentiment == "positive"
    assert whole(mention("negative", "usage"), replace(good, end=60)).sentiment == "negative"
    assert whole(mention("negative", "usage"), replace(good, end=120)).sentiment == "positive"


def test_a_neutral_mention_counts_half_for_the_sentiment() -> None:
    bad, calm = mention("negative", "usage"), mention("neutral", "usage")
    assert whole(bad, calm).sentiment == whole(calm, bad).sentiment == "negative"
    assert whole(calm, calm, calm, bad).sentiment == "neutral"


def test_the_score_is_the_mean_of_all_text() -> None:
    long, short = mention("positive", "usage", length=90), mention("negative", "usage", length=10)
    assert whole(long, short).score == whole(short, long).score == 0.8


def test_an_unsure_criticism_does_not_make_praise_mixed() -> None:
    doubt = replace(
        mention("negative", "usage"), score=-0.1, confidence=replace(CERTAIN, sentiment=0.5)
    )
    praise = mention("positive", "usage")
    assert whole(praise, doubt, doubt).sentiment == "positive"
    mixed = whole(praise, mention("negative", "usage"), mention("negative", "usage"))
    assert mixed.confidence is not None
    assert mixed.confidence.sentiment == 1.0
