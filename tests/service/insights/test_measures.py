"""Formulas, against examples worked out by hand."""

import pytest

from service.insights.measures import (
    emotions,
    impacts,
    kpi_value,
    kpis,
    measured,
    measured_kpi,
    pain,
    scale_name,
)
from service.insights.schemas import MeasuresOut
from service.insights.sums import ItemSums, MentionSums, RatingSums
from service.rollups.contributions import COUNTED_EMOTIONS

NPS = RatingSums(n=10, value_milli=71_000, high=5, low=2)


def only(mentions: MentionSums, items: ItemSums) -> MeasuresOut:
    """The measures of a single part, which is all there is."""
    return MeasuresOut.model_validate(measured([(mentions, items)], [mentions.mentions])[0])


@pytest.mark.parametrize(
    ("scale", "rating", "value"),
    [
        ("nps:0-10", NPS, 30.0),  # 50 % - 20 %
        ("nps:0-10", RatingSums(3, 0, 0, 3), -100.0),
        ("csat:1-5", RatingSums(3, 12_000, 2, 0), 66.7),  # 2 of 3 satisfied
        ("ces:1-7", RatingSums(3, 17_000, 2, 0), 5.67),  # (7 + 6 + 4) / 3
        ("stars:1-5", RatingSums(4, 13_000, 2, 1), 3.25),
        ("other:0-100", RatingSums(2, 120_500, 0, 0), 60.25),
        ("stars:1-5", RatingSums(), None),
    ],
)
def test_each_scale_has_its_kpi(scale: str, rating: RatingSums, value: float | None) -> None:
    assert kpi_value(scale, rating) == value


@pytest.mark.parametrize(
    ("scale", "name"),
    [
        ("nps:0-10", "nps"),
        ("csat:1-5", "csat"),
        ("csat:1-7", "csat:1-7"),
        ("other:0-1", "other:0-1"),
    ],
)
def test_a_scale_with_an_unusual_range_keeps_it_in_its_name(scale: str, name: str) -> None:
    assert scale_name(scale) == name


def test_scales_are_never_mixed() -> None:
    items = ItemSums(items=6)
    items.ratings |= {"csat:1-5": RatingSums(2, 8000, 1, 0), "csat:1-7": RatingSums(4, 8000, 0, 3)}
    (found, nothing) = kpis([items, ItemSums()])
    assert nothing == {}
    assert {name: (kpi["value"], kpi["n"]) for name, kpi in found.items()} == {
        "csat": (50.0, 2),
        "csat:1-7": (0.0, 4),
    }
    assert found["csat:1-7"]["low"] == 0.75


def test_impact_is_the_whole_minus_the_rest() -> None:
    whole, touching, unrated = ItemSums(10), ItemSums(4), ItemSums(3)
    whole.ratings["nps:0-10"] = NPS
    touching.ratings["nps:0-10"] = RatingSums(4, 20_000, 1, 2)
    impact = impacts(whole, touching)["nps"]
    # The rest: 4 promoters of 6, no detractor: 66.667.
    assert (impact.overall, impact.without, impact.impact) == (30.0, 66.7, -36.667)
    assert (impact.n, impact.of) == (4, 10)
    assert impacts(whole, unrated) == {}


def test_a_small_impact_on_many_is_within_its_interval() -> None:
    whole, touching = ItemSums(100_000), ItemSums(40)
    whole.ratings["nps:0-10"] = RatingSums(100_000, 600_000_000, 40_000, 30_000)
    touching.ratings["nps:0-10"] = RatingSums(40, 200_000, 10, 20)
    found = impacts(whole, touching)["nps"]
    # -25 beside 10.01 of the rest, and 0.04 % of all.
    assert (found.overall, found.without, found.impact) == (10.0, 10.0, -0.014)
    assert found.interval is not None
    assert found.interval.low <= -0.014 <= found.interval.high


def test_impact_of_everything_can_not_be_told() -> None:
    whole = ItemSums(10)
    whole.ratings["nps:0-10"] = NPS
    assert impacts(whole, whole)["nps"].impact is None


def test_measures_of_nothing_are_null() -> None:
    nothing = only(MentionSums(), ItemSums())
    assert nothing.mentions == nothing.items == 0
    assert nothing.negative_share is nothing.net_sentiment is nothing.score is None
    assert nothing.kpis == {}
    assert pain(MentionSums(), 0) == 0.0


def test_net_sentiment_is_positive_minus_negative_share() -> None:
    found = only(MentionSums(8, 5, 1, -3210, 9), ItemSums(items=7))
    assert found.net_sentiment == -0.5
    assert found.negative_share == 0.625
    assert found.score == -0.401
    assert found.mean_severity == 1.125
    assert measured_kpi("net_sentiment", found.model_dump()) == -0.5
    assert measured_kpi("nps", found.model_dump()) is None


def test_emotions_come_most_frequent_first_without_those_nobody_felt() -> None:
    felt = {"worry": 1, "anger": 3, "confusion": 1}
    sums = MentionSums(emotion_counts=tuple(felt.get(emotion, 0) for emotion in COUNTED_EMOTIONS))
    assert list(emotions(sums).items()) == [("anger", 3), ("confusion", 1), ("worry", 1)]
