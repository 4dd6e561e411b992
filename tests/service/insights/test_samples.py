"""What measures are means of, and what a part of them does to the whole."""

import numpy as np
import pytest

from service.insights.leave_one_out import Impact, judge_impacts, leave_out, of_scale, of_sentiment
from service.insights.samples import (
    MIN_ANSWERS,
    Sample,
    of_many_mentions,
    of_many_ratings,
    of_mentions,
    of_ratings,
    share,
)
from service.insights.statistics import Moments, wilson
from service.insights.sums import ItemSums, MentionSums, RatingSums


def test_from_21_answers_on_any_share_is_known_to_a_fifth() -> None:
    assert MIN_ANSWERS == 21
    widths = [wilson(hits, MIN_ANSWERS).half_width for hits in range(MIN_ANSWERS + 1)]
    assert max(widths) <= 0.2 < wilson(10, 20).half_width
    assert of_mentions(MentionSums(20, 9, 3), 20)["negative_share"].small
    assert not of_mentions(MentionSums(21, 9, 3), 21)["negative_share"].small


def test_mentions_of_one_item_count_as_one_answer() -> None:
    lone = of_mentions(MentionSums(30, 12, 9, severity=30), 30)
    many = of_mentions(MentionSums(90, 36, 27, severity=90), 30)
    for name, sample in lone.items():
        assert many[name].moments == pytest.approx(sample.moments)
    assert many["negative_share"].interval() == pytest.approx(wilson(12, 30))


EQUAL = {3: 1}
AS_IN_THE_DEMO = {
    **{1: 23, 2: 36, 3: 46, 4: 41, 5: 30, 6: 9, 17: 2, 21: 2},
    **dict.fromkeys((7, 8, 9, 11, 12, 13, 14, 16, 18, 22), 1),
}
"""Mentions an item, and how many items have so many."""


@pytest.mark.parametrize(
    ("sizes", "false_alarms", "coverage"),
    [(EQUAL, (0.03, 0.07), (0.93, 0.97)), (AS_IN_THE_DEMO, (0.12, 0.16), (0.85, 0.89))],
)
def test_how_sure_mentions_that_agree_are_depends_on_how_alike_items_are(
    sizes: dict[int, int], false_alarms: tuple[float, float], coverage: tuple[float, float]
) -> None:
    """100 items a side, each negative throughout or not at all, 40 % of them: no difference."""
    random, runs, items = np.random.default_rng(1), 4000, 100
    many = list(sizes)
    chances = np.array(list(sizes.values())) / sum(sizes.values())

    def side() -> Sample:
        mentions = random.choice(many, (runs, items), p=chances)
        negative = np.where(random.random((runs, items)) < 0.4, mentions, 0).sum(axis=1)
        drawn = zip(mentions.sum(axis=1).tolist(), negative.tolist(), strict=True)
        sums = [MentionSums(all_said, bad) for all_said, bad in drawn]
        return of_many_mentions(sums, [items] * runs)["negative_share"]

    now, before = side(), side()
    change, interval = now.change(before), now.interval()
    assert change is not None
    assert false_alarms[0] < np.mean(change.p < 0.05) < false_alarms[1]
    inside = (interval.low <= 0.4) & (interval.high >= 0.4)
    assert coverage[0] < np.mean(inside) < coverage[1]


@pytest.mark.parametrize(
    ("scale", "values"),
    [
        ("stars:1-5", [1, 2, 3, 4, 5, 5, 5, 4, 1]),
        ("ces:1-7", [7, 6, 6, 2, 4, 3]),
        ("other:-5-5", [-5, 5, 0, 1.5, -2]),
    ],
)
def test_a_mean_never_seems_surer_than_it_is(scale: str, values: list[float]) -> None:
    low, high = (float(end) for end in scale.partition(":")[2].rsplit("-", 1))
    norms = [(value - low) / (high - low) for value in values]
    sums = RatingSums(
        len(values),
        round(1000 * sum(values)),
        sum(norm >= 0.75 for norm in norms),
        sum(norm <= 0.25 for norm in norms),
    )
    sample = of_ratings(scale, sums)
    assert (sample.least, sample.greatest) == (low, high)
    assert sample.value == pytest.approx(np.mean(values))
    assert sample.moments.squares >= sum(value**2 for value in values) - 1e-9


def test_csat_and_nps_are_known_exactly() -> None:
    csat = of_ratings("csat:1-5", RatingSums(40, 0, 30, 4))
    assert csat.value == 75
    assert csat.interval() == pytest.approx(tuple(100 * x for x in wilson(30, 40)))
    nps = of_ratings("nps:0-10", RatingSums(40, 0, 20, 10))
    assert nps.value == 25
    assert nps.moments == (40, 1000, 300_000)


def test_a_sample_differs_from_another_in_its_own_unit() -> None:
    now, before = (of_ratings("csat:1-5", RatingSums(100, 0, high, 0)) for high in (80, 60))
    found = now.change(before)
    assert found is not None
    assert found.difference == pytest.approx(20)
    assert 0 < (found.low or 0) < 20 < (found.high or 0) < 40
    assert now.change(of_ratings("csat:1-5", RatingSums())) is None


def nps_sample(promoters: int, passives: int, detractors: int) -> Sample:
    n = promoters + passives + detractors
    return of_ratings("nps:0-10", RatingSums(n, 0, promoters, detractors))


@pytest.mark.parametrize("n", [1, 2, 3, 21])
def test_an_interval_has_the_value_and_is_on_the_scale(n: int) -> None:
    best, worst = nps_sample(n, 0, 0), nps_sample(0, 0, n)
    assert best.value == best.interval().high == 100
    assert worst.value == worst.interval().low == -100
    found = best.change(worst)
    assert found is not None
    assert found.difference == found.high == 200
    back = worst.change(best)
    assert back is not None
    assert back.difference == back.low == -200
    many = of_many_ratings("nps:0-10", [RatingSums(n, 0, n, 0)] * 2)
    assert many.interval().high.tolist() == [100, 100]
    others = of_many_ratings("nps:0-10", [RatingSums(n, 0, 0, n), RatingSums(n, 0, n, 0)])
    changes = many.change(others)
    assert changes is not None
    assert changes.high is not None
    assert changes.high[0] == 200


@pytest.mark.parametrize(
    ("part", "rest"), [((10, 20, 70), (400, 300, 200)), ((60, 60, 80), (50, 60, 90))]
)
def test_an_impact_has_the_interval_of_the_bootstrap(
    part: tuple[int, int, int], rest: tuple[int, int, int]
) -> None:
    found = leave_out(nps_sample(*part), nps_sample(*rest))
    assert found is not None
    n = sum(part) + sum(rest)
    chances = np.array([*part, *rest]) / n
    draws = np.random.default_rng(1).multinomial(n, chances, size=20_000)
    net = np.array([100, 0, -100, 100, 0, -100])
    overall = draws @ net / n
    without = draws[:, 3:] @ net[3:] / draws[:, 3:].sum(axis=1)
    assert found.impact == pytest.approx(np.mean(overall - without), abs=0.2)
    bounds = np.percentile(overall - without, [2.5, 97.5])
    assert (found.low, found.high) == pytest.approx(bounds, abs=0.4)
    assert found.overall - found.impact == pytest.approx(found.without)


def test_all_there_is_has_no_impact_and_a_handful_is_not_tested() -> None:
    whole, part = ItemSums(), ItemSums()
    whole.add(100, "nps:0-10", RatingSums(100, 0, 50, 20))
    assert of_scale("nps:0-10", whole, whole) is None
    part.add(5, "nps:0-10", RatingSums(5, 0, 0, 5))
    found = of_scale("nps:0-10", whole, part)
    assert found is not None
    assert (found.p, found.n, found.of) == (None, 5, 100)
    assert found.impact == pytest.approx(30 - 100 * (50 - 15) / 95)


@pytest.mark.parametrize(("own", "other"), [(5, 10), (10, 5)])
def test_no_impact_of_a_few_is_beyond_the_scale(own: int, other: int) -> None:
    whole, part = ItemSums(), ItemSums()
    for value, sums in ((own, [whole, part]), (other, [whole])):
        rating = RatingSums(1, 1000 * value, int(value == 10), int(value == 5))
        for each in sums:
            each.add(1, "nps:0-10", rating)
    found = of_scale("nps:0-10", whole, part)
    assert found is not None
    assert abs(found.impact) == 100
    assert -200 <= found.low <= found.impact <= found.high <= 200
    assert 200 in (-found.low, found.high)


def test_sentiment_has_an_impact_too() -> None:
    whole = (MentionSums(200, 80, 100), ItemSums(150))
    found = of_sentiment(whole, (MentionSums(50, 45, 2), ItemSums(50)))
    assert found is not None
    assert found.impact == pytest.approx(20 / 200 - (98 - 35) / 150)
    assert (found.n, found.of, found.small) == (50, 200, False)
    nothing = (MentionSums(), ItemSums())
    assert of_sentiment(nothing, nothing) is None


def test_one_item_drives_nothing_however_much_it_says() -> None:
    """400 surveys with a mention each, half of them praise, and a ticket with 40 complaints."""
    whole = (MentionSums(440, 240, 200), ItemSums(401))
    found = of_sentiment(whole, (MentionSums(40, 40, 0), ItemSums(1)))
    assert found is not None
    assert (found.p, found.n, found.of, found.small) == (None, 40, 440, True)
    assert found.low < found.impact < 0 < found.high
    many = of_sentiment(whole, (MentionSums(40, 40, 0), ItemSums(40)))
    assert many is not None
    assert many.p is not None
    assert many.p < 0.001
    assert many.high < 0


def test_others_who_say_much_make_no_part_small() -> None:
    """A part that 40 items have 46 mentions of, beside 10 items with 100 mentions each."""
    whole = (MentionSums(1046, 546, 400), ItemSums(50))
    found = of_sentiment(whole, (MentionSums(46, 40, 4), ItemSums(40)))
    assert found is not None
    assert (found.n, found.small, found.p) == (46, False, None)  # the rest is small
    more = of_sentiment((whole[0], ItemSums(100)), (MentionSums(46, 40, 4), ItemSums(40)))
    assert more is not None
    assert more.p is not None


def test_a_part_that_all_items_speak_of_is_told_but_not_tested() -> None:
    """Of every one of 60 items a mention is here, and of 30 of them one elsewhere, too."""
    whole = (MentionSums(90, 70, 10), ItemSums(60))
    found = of_sentiment(whole, (MentionSums(60, 55, 2), ItemSums(60)))
    assert found is not None
    assert found.without == pytest.approx((8 - 15) / 30)
    assert (found.p, found.small) == (None, False)


def test_a_share_that_is_of_one_item_is_small() -> None:
    assert share(40, 1, 440, 401).n == pytest.approx(11)
    assert share(40, 1, 440, 401).small
    assert share(40, 40, 440, 401).n == pytest.approx(401)
    assert share(40, 80, 440, 500).n == 440
    many = share(np.array([40.0, 40.0, 0.0]), np.array([1.0, 40.0, 0.0]), 440, 401)
    assert many.n.tolist() == pytest.approx([11, 401, 401])
    assert share(0, 0, 0, 0).n == 0


def impact(p: float | None, n: int) -> Impact:
    return Impact(-3, -5, -1, p, 20, 23, -10, n, 1000, small=n < MIN_ANSWERS)


def test_a_moment_of_truth_is_beyond_chance_and_large() -> None:
    found = judge_impacts(
        {
            "a": impact(0.001, 80),
            "b": impact(0.001, 49),
            "c": impact(0.4, 300),
            "d": impact(None, 300),
        }
    )
    assert [key for key, judged in found.items() if judged.moment_of_truth] == ["a"]
    assert [key for key, judged in found.items() if judged.significant] == ["a", "b"]
    assert found["a"].p == pytest.approx(0.0015)
    assert found["d"].p is None


def test_what_was_never_said_has_no_value() -> None:
    assert Sample(Moments(0, 0, 0), 0, 1).value is None
    with pytest.raises(ValueError, match="no range"):
        of_ratings("stars:one-five", RatingSums(1, 1, 1, 0))
