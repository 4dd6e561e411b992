"""Leave-one-out: what a measure would be without a part, and how certain that is. Pure.

The part and the rest are disjoint: overall = w part + (1 - w) rest, with w = n / of. So
impact = overall - rest = w d, with d = part - rest. Its variance is w^2 (V(part) + V(rest)) +
d^2 w (1 - w) / of (the delta method, as w is an estimated share itself); its p is that of d = 0.
Means and w are based on all answers; variances, tests and ``small`` on the independent ones.
"""

from collections.abc import Hashable, Mapping
from math import sqrt
from typing import Final, NamedTuple, TypeVar

from service.insights import samples
from service.insights.samples import MIN_ANSWERS, Sample
from service.insights.statistics import SIGNIFICANCE_LEVEL, Z_95, benjamini_hochberg
from service.insights.sums import ItemSums, MentionSums, RatingSums

K = TypeVar("K", bound=Hashable)

SENTIMENT: Final = "sentiment"
VOLUME: Final = 0.05
"""The least share of all answers that makes a part a moment of truth."""


class Impact(NamedTuple):
    """``overall`` minus the value ``without`` a part, which has ``n`` of ``of`` answers.

    ``low`` and ``high`` are its 95 % interval; ``value`` is the value of the part alone. ``p`` is
    None if the part or the rest is too small to be tested, or if no test was asked for. ``small``:
    the part has too few independent answers.
    """

    impact: float
    low: float
    high: float
    p: float | None
    overall: float
    without: float
    value: float
    n: int
    of: int
    small: bool


class Independent(NamedTuple):
    """How many answers count as independent: of the part, of the rest, and (``share``) of all for
    the share of the part in them."""

    part: float
    rest: float
    share: float


def leave_out(
    part: Sample, rest: Sample, tested: bool = True, independent: Independent | None = None
) -> Impact | None:
    """The impact of a part; None if the part or the rest is empty.

    ``independent`` is None if all answers are independent.
    """
    if part.value is None or rest.value is None:
        return None
    n, of = part.n, part.n + rest.n
    kept = independent or Independent(n, of - n, of)
    own, others = part.rescaled(kept.part), rest.rescaled(kept.rest)
    change = own.change(others) if tested and not (own.small or others.small) else None
    weight, difference = n / of, part.value - rest.value
    variance = sum(side.smoothed().estimate().variance for side in (own, others))
    spread = weight**2 * variance + difference**2 * weight * (1 - weight) / kept.share
    impact, half = weight * difference, Z_95 * sqrt(spread)
    span = part.greatest - part.least
    return Impact(
        impact=impact,
        low=min(max(impact - half, -span), impact),
        high=max(min(impact + half, span), impact),
        p=change and change.p,
        overall=rest.value + impact,
        without=rest.value,
        value=part.value,
        n=round(n),
        of=round(of),
        small=own.small,
    )


def of_scale(scale: str, whole: ItemSums, part: ItemSums, tested: bool = True) -> Impact | None:
    """The impact of items on the KPI of a scale."""
    all_of_it = whole.ratings.get(scale, RatingSums())
    own = part.ratings.get(scale, RatingSums())
    rest = all_of_it.plus(own, -1)
    return leave_out(samples.of_ratings(scale, own), samples.of_ratings(scale, rest), tested)


def of_sentiment(
    whole: tuple[MentionSums, ItemSums], part: tuple[MentionSums, ItemSums]
) -> Impact | None:
    """The impact of mentions on net sentiment; ``whole`` and ``part`` have mentions and items.

    Items with mentions in both the part and the rest count as independent answers of the part only,
    so that the number of those of the rest is a lower bound.
    """
    (all_mentions, all_items), (mentions, items) = whole, part
    rest = MentionSums(
        all_mentions.mentions - mentions.mentions,
        all_mentions.negative - mentions.negative,
        all_mentions.positive - mentions.positive,
    )
    shares = samples.share(
        mentions.mentions, items.with_mentions, all_mentions.mentions, all_items.with_mentions
    )
    independent = Independent(
        part=min(mentions.mentions, items.with_mentions),
        rest=min(rest.mentions, max(all_items.with_mentions - items.with_mentions, 0)),
        share=shares.n,
    )
    own, others = (
        samples.of_mentions(side, side.mentions)["net_sentiment"] for side in (mentions, rest)
    )
    return leave_out(own, others, independent=independent)


class JudgedImpact(NamedTuple):
    """``p``, corrected for all parts that were tested, and the verdicts that follow from it."""

    p: float | None
    significant: bool
    moment_of_truth: bool


def judge_impacts(impacts: Mapping[K, Impact]) -> dict[K, JudgedImpact]:
    """Which of these parts move the measure significantly, and which of those are large enough
    (``VOLUME``) to be moments of truth."""
    tested = {key: found.p for key, found in impacts.items() if found.p is not None}
    ps = dict(zip(tested, benjamini_hochberg(list(tested.values())), strict=True))
    return {key: _judged(found, ps.get(key)) for key, found in impacts.items()}


def _judged(found: Impact, p: float | None) -> JudgedImpact:
    significant = p is not None and p < SIGNIFICANCE_LEVEL
    return JudgedImpact(p, significant, significant and found.n >= VOLUME * found.of)


def truth_scale(items: ItemSums) -> str:
    """The KPI that determines moments of truth: the scale with most ratings (``MIN_ANSWERS`` or
    more), else ``sentiment``."""
    return items.most_rated(MIN_ANSWERS) or SENTIMENT
