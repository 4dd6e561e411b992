"""Turns sums into the measures of responses: shares, means and rating KPIs. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from service.insights import leave_one_out, samples
from service.insights.pain_schemas import ImpactOut
from service.insights.schemas import IntervalOut
from service.insights.statistics import Interval
from service.insights.sums import ItemSums, MentionSums, RatingSums
from service.rollups.contributions import COUNTED_EMOTIONS

USUAL_RANGES: Final = {"nps": "0-10", "csat": "1-5", "ces": "1-7", "stars": "1-5"}
"""Scales with their usual range, which are named without it: "nps", not "nps:0-10"."""
MEASURES: Final = ("net_sentiment", "negative_share", "score", "mean_severity")
"""The measures that a definition may use as a KPI, apart from the rating scales."""
DIGITS: Final = 3
NOT_RATED: Final = RatingSums()
Fields = dict[str, Any]
"""Fields of a part of a response, validated only with the whole of it: one by one, validation takes
far longer."""


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
    """Items x mean severity, to 1 digit: how many are affected, times how badly on average."""
    return round(items * sums.severity / sums.mentions, 1) if sums.mentions else 0.0


def scale_name(scale: str) -> str:
    """``nps:0-10`` as "nps"; a scale with an unusual range keeps it (``csat:1-7``)."""
    name, _, span = scale.partition(":")
    return name if USUAL_RANGES.get(name) == span else scale


def kpi_value(scale: str, rating: RatingSums) -> float | None:
    """The KPI of ratings on one scale; None without ratings.

    NPS is the percentage of promoters (9, 10) minus that of detractors (0 to 6), -100..100
    (Reichheld 2003). CSAT is the percentage of satisfied answers (the upper quarter of the
    scale, 4 and 5 of 5), 0..100. For other scales it is the mean, in the unit of the scale.
    """
    if not rating.n:
        return None
    name = scale.partition(":")[0]
    if name == "nps":
        return round(100 * (rating.high - rating.low) / rating.n, 1)
    if name == "csat":
        return round(100 * rating.high / rating.n, 1)
    return round(rating.value_milli / 1000 / rating.n, 2)


def kpis(items: Sequence[ItemSums]) -> list[dict[str, Fields]]:
    """For each of ``items``, the KPI of every rated scale (fields of ``KpiOut``) by scale name."""
    found: list[dict[str, Fields]] = [{} for _ in items]
    for scale in sorted({scale for own in items for scale in own.ratings}):
        rated = [
            (place, rating)
            for place, own in enumerate(items)
            if (rating := own.ratings.get(scale, NOT_RATED)).n
        ]
        sample = samples.of_many_ratings(scale, [rating for _, rating in rated])
        name, intervals, small = scale_name(scale), _shown(sample.interval(), 2), sample.small
        for (place, rating), interval, few in zip(rated, intervals, small.tolist(), strict=True):
            found[place][name] = {
                "value": kpi_value(scale, rating) or 0.0,
                "n": rating.n,
                "high": ratio(rating.high, rating.n),
                "low": ratio(rating.low, rating.n),
                "interval": interval,
                "small": few,
            }
    return found


def _shown(interval: Interval, digits: int = DIGITS) -> list[Fields]:
    """Rounded intervals, one for each place in the arrays of ``interval``."""
    return [
        {"low": round(low, digits), "high": round(high, digits)}
        for low, high in zip(interval.low.tolist(), interval.high.tolist(), strict=True)
    ]


def interval_out(interval: Interval) -> IntervalOut:
    """A rounded interval."""
    return IntervalOut(low=round(interval.low, DIGITS), high=round(interval.high, DIGITS))


def emotions(sums: MentionSums) -> dict[str, int]:
    """Mentions by emotion, most frequent first, without emotions that no mention has."""
    counts = zip(COUNTED_EMOTIONS, sums.emotion_counts, strict=True)
    some = [(name, count) for name, count in counts if count]
    return dict(sorted(some, key=lambda pair: (-pair[1], pair[0])))


def impacts(whole: ItemSums, touching: ItemSums) -> dict[str, ImpactOut]:
    """Leave-one-out: every KPI of ``whole`` minus the same KPI without the items ``touching``."""
    found = {}
    for scale, rating in sorted(whole.ratings.items()):
        overall = kpi_value(scale, rating)
        own = touching.ratings.get(scale, RatingSums())
        if overall is None or not own.n:
            continue
        without = kpi_value(scale, rating.plus(own, -1))
        left = leave_one_out.of_scale(scale, whole, touching, tested=False)
        found[scale_name(scale)] = ImpactOut(
            impact=left and round(left.impact, DIGITS),
            interval=left and interval_out(Interval(left.low, left.high)),
            overall=overall,
            without=without,
            n=own.n,
            of=rating.n,
        )
    return found


def measured(parts: Sequence[tuple[MentionSums, ItemSums]], of: Iterable[int]) -> list[Fields]:
    """The fields of ``MeasuresOut`` for each of ``parts``: cells, stages, touchpoints or periods.

    ``of`` has, for each part, the number of mentions that its ``share`` is a share of. All parts
    are measured at once, in arrays: one by one, a map would take ten times as long.
    """
    items = [own for _, own in parts]
    found = samples.of_many_mentions(
        [own for own, _ in parts], [own.with_mentions for own in items]
    )
    intervals = {name: _shown(sample.interval()) for name, sample in found.items()}
    answers = found["negative_share"]
    some, small = (answers.n > 0).tolist(), answers.small.tolist()
    return [
        {
            "mentions": sums.mentions,
            "items": own.items,
            "share": ratio(sums.mentions, whole),
            "negative": sums.negative,
            "positive": sums.positive,
            "negative_share": ratio(sums.negative, sums.mentions),
            "net_sentiment": net_sentiment(sums),
            "score": mean_score(sums),
            "mean_severity": ratio(sums.severity, sums.mentions),
            "intervals": {n: its[at] for n, its in intervals.items()} if some[at] else {},
            "small": small[at],
            "kpis": rated,
        }
        for at, ((sums, own), whole, rated) in enumerate(zip(parts, of, kpis(items), strict=True))
    ]


def measured_kpi(name: str, fields: Fields) -> float | None:
    """The value of a KPI that a definition names, a measure or a rating scale; None if unknown."""
    rated: Mapping[str, Fields] = fields["kpis"]
    value: float | None = rated[name]["value"] if name in rated else None
    return fields.get(name) if name in MEASURES else value
