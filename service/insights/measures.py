"""What is reported of sums: shares, means and rating KPIs. Pure arithmetic, each with its n."""

from collections.abc import Mapping
from typing import Final

from service.insights import leaving_out, samples
from service.insights.pain_schemas import ImpactOut
from service.insights.samples import Sample
from service.insights.schemas import IntervalOut, KpiOut, MeasuresOut
from service.insights.statistics import Interval
from service.insights.sums import ItemSums, MentionSums, RatingSums

USUAL_RANGES: Final = {"nps": "0-10", "csat": "1-5", "ces": "1-7", "stars": "1-5"}
"""A scale with its usual range is called by its name alone."""
DIGITS: Final = 3


def ratio(part: float, whole: int) -> float | None:
    """``part / whole`` to 3 digits; None when there is nothing to divide by."""
    return round(part / whole, DIGITS) if whole else None


def net_sentiment(sums: MentionSums) -> float | None:
    """(positive - negative) / mentions, -1..1."""
    return ratio(sums.positive - sums.negative, sums.mentions)


def mean_score(sums: MentionSums) -> float | None:
    """The mean score of the mentions, -1..1."""
    return ratio(sums.score_milli / 1000, sums.mentions)


def pain(sums: MentionSums, items: int) -> float:
    """Items x mean severity, to 1 digit: how many are hurt, times how much on average."""
    return round(items * sums.severity / sums.mentions, 1) if sums.mentions else 0.0


def scale_name(scale: str) -> str:
    """``nps:0-10`` as "nps"; a scale with an unusual range keeps it (``csat:1-7``)."""
    name, _, span = scale.partition(":")
    return name if USUAL_RANGES.get(name) == span else scale


def kpi_value(scale: str, rating: RatingSums) -> float | None:
    """One figure for ratings on one scale; None when there are none.

    NPS is the percentage of promoters (9, 10) minus that of detractors (0 to 6), -100..100
    (Reichheld 2003). CSAT is the percentage of satisfied answers (the upper quarter of the
    scale, 4 and 5 of 5), 0..100. Other scales have their mean, in their own unit.
    """
    if not rating.n:
        return None
    name = scale.partition(":")[0]
    if name == "nps":
        return round(100 * (rating.high - rating.low) / rating.n, 1)
    if name == "csat":
        return round(100 * rating.high / rating.n, 1)
    return round(rating.value_milli / 1000 / rating.n, 2)


def kpis(items: ItemSums) -> dict[str, KpiOut]:
    """Every scale's KPI by its name, scales never mixed."""
    return {
        scale_name(scale): _kpi(scale, items.ratings[scale], sample)
        for scale, sample in samples.kpi_samples(items).items()
    }


def _kpi(scale: str, rating: RatingSums, sample: Sample) -> KpiOut:
    return KpiOut(
        value=kpi_value(scale, rating) or 0.0,
        n=rating.n,
        high=ratio(rating.high, rating.n),
        low=ratio(rating.low, rating.n),
        interval=interval_out(sample.interval(), 2),
        small=sample.small,
    )


def interval_out(interval: Interval, digits: int = DIGITS) -> IntervalOut:
    """An interval as it is shown."""
    return IntervalOut(low=round(interval.low, digits), high=round(interval.high, digits))


def emotions(sums: MentionSums) -> dict[str, int]:
    """Mentions by emotion, those that were felt, most frequent first."""
    felt = {name: count for name, count in sums.emotions.items() if count}
    return dict(sorted(felt.items(), key=lambda pair: (-pair[1], pair[0])))


def impacts(whole: ItemSums, touching: ItemSums) -> dict[str, ImpactOut]:
    """Leave-one-out: every KPI of ``whole``, minus the same without the items of ``touching``."""
    found = {}
    for scale, rating in sorted(whole.ratings.items()):
        overall = kpi_value(scale, rating)
        own = touching.ratings.get(scale, RatingSums())
        if overall is None or not own.n:
            continue
        without = kpi_value(scale, rating.plus(own, -1))
        bounds = leaving_out.of_scale(scale, whole, touching)
        found[scale_name(scale)] = ImpactOut(
            impact=None if without is None else round(overall - without, 2),
            interval=bounds and interval_out(Interval(bounds.low, bounds.high), 2),
            overall=overall,
            without=without,
            n=own.n,
            of=rating.n,
        )
    return found


def measures(sums: MentionSums, items: ItemSums, of: int | None = None) -> MeasuresOut:
    """Everything that a cell, a stage, a touchpoint or a period is measured by.

    ``of`` are the mentions that it is a part of; all of its own if it is the whole.
    """
    found = samples.of_mentions(sums, items.items)
    return MeasuresOut(
        mentions=sums.mentions,
        items=items.items,
        share=ratio(sums.mentions, sums.mentions if of is None else of),
        negative=sums.negative,
        positive=sums.positive,
        negative_share=ratio(sums.negative, sums.mentions),
        net_sentiment=net_sentiment(sums),
        score=mean_score(sums),
        mean_severity=ratio(sums.severity, sums.mentions),
        intervals={
            name: interval_out(sample.interval()) for name, sample in found.items() if sample.n
        },
        small=found["negative_share"].small,
        kpis=kpis(items),
    )


def measured_kpi(name: str, measured: MeasuresOut) -> float | None:
    """The present value of a definition's KPI: one of the measures, or a rating scale's."""
    if name in measured.kpis:
        return measured.kpis[name].value
    own: Mapping[str, float | None] = {
        "net_sentiment": measured.net_sentiment,
        "negative_share": measured.negative_share,
        "score": measured.score,
        "mean_severity": measured.mean_severity,
    }
    return own.get(name)
