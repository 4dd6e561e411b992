"""The effect of a change: found where there is one, and hardly ever where there is none."""

import re
from datetime import UTC, date, datetime

import numpy as np
import pytest
from numpy.random import Generator

from service.changes.effects import VOLUME, Effect, effects, required_items
from service.changes.windows import Window, minus, total_of, windows
from service.changes.wording import sentence, verdict
from service.insights.statistics import SIGNIFICANCE_LEVEL
from service.insights.sums import ItemSums, MentionSums, Part, RatingSums

DAYS = 28
NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)


def day(random: Generator, items: int, bad: float, shock: float = 0.0) -> Part:
    """A day of NPS answers with a mention each, ``bad`` of them negative and of detractors.

    With a ``shock``, days differ from each other in that share.
    """
    n = int(random.poisson(items))
    share = float(np.clip(bad + random.normal(0, shock), 0.02, 0.98)) if shock else bad
    negative = int(random.binomial(n, share))
    positive = int(random.binomial(n - negative, 0.7))
    severity = int(random.integers(1, 4, size=negative).sum())
    sums = ItemSums()
    low = int(random.binomial(negative, 0.8))
    sums.add(n, "nps:0-10", RatingSums(n, 0, positive, low))
    return Part(MentionSums(n, negative, positive, 0, severity), sums)


def window(
    random: Generator,
    own: float,
    rest: float,
    items: int = 14,
    shock: float = 0.0,
    days: int = DAYS,
) -> Window:
    """A window with ``items`` a day in the scope and three times as many elsewhere."""
    scope = [day(random, items, own, shock) for _ in range(days)]
    others = [day(random, 3 * items, rest, shock) for _ in range(days)]
    return Window(scope, [total_of(pair) for pair in zip(scope, others, strict=True)])


def verdicts(
    runs: int,
    own: tuple[float, float],
    rest: tuple[float, float],
    items: int = 14,
    shock: float = 0.0,
) -> list[str]:
    """The verdicts of simulated changes; ``own`` and ``rest`` are (before, after)."""
    found: list[str] = []
    for seed in range(runs):
        random = np.random.default_rng(seed)
        before, after = (
            window(random, *shares, items, shock) for shares in zip(own, rest, strict=True)
        )
        found.append(verdict(effects(before, after, has_rest=True))[0])
    return found


@pytest.mark.parametrize(("items", "shock"), [(14, 0.0), (14, 0.15), (2, 0.0)])
def test_without_an_effect_about_one_verdict_of_20_is_a_false_one(items: int, shock: float) -> None:
    found = verdicts(120, (0.5, 0.5), (0.4, 0.4), items, shock)
    false = np.mean([said != "no_evidence_yet" for said in found])
    assert false <= 0.11  # 5 % and three standard errors


def test_what_happens_everywhere_is_not_put_down_to_the_change() -> None:
    found = verdicts(120, (0.6, 0.45), (0.45, 0.3))
    assert np.mean([said != "no_evidence_yet" for said in found]) <= 0.11


def test_an_effect_is_found_and_its_direction_is_right() -> None:
    better = verdicts(40, (0.6, 0.4), (0.4, 0.4))
    worse = verdicts(40, (0.4, 0.6), (0.4, 0.4))
    assert better.count("improved") >= 38
    assert worse.count("worse") >= 38
    assert "worse" not in better
    assert "improved" not in worse


def test_the_interval_holds_the_true_effect() -> None:
    inside = []
    for seed in range(120):
        random = np.random.default_rng(seed)
        before = window(random, 0.6, 0.4, shock=0.1)
        after = window(random, 0.45, 0.35, shock=0.1)
        change = effects(before, after, has_rest=True)["negative_share"].change
        inside.append((change.low or 0) <= -0.15 + 0.05 <= (change.high or 0))
    assert np.mean(inside) >= 0.89


def test_the_effect_is_the_difference_of_the_differences() -> None:
    random = np.random.default_rng(1)
    before, after = window(random, 0.6, 0.4), window(random, 0.4, 0.4)
    found = effects(before, after, has_rest=True)["negative_share"]
    own = [total_of(side.scope).mentions for side in (before, after)]
    rest = [total_of(side.rest).mentions for side in (before, after)]
    shares = [sums.negative / sums.mentions for sums in (*own, *rest)]
    assert (found.before, found.after, *(found.control or ())) == pytest.approx(tuple(shares))
    assert found.change.difference == pytest.approx(shares[1] - shares[0] - shares[3] + shares[2])
    assert (found.better, found.significant) == (True, True)


def test_without_a_rest_it_is_before_and_after() -> None:
    random = np.random.default_rng(1)
    before, after = window(random, 0.6, 0.4), window(random, 0.4, 0.4)
    found = effects(before, after, has_rest=False)
    assert VOLUME not in found
    assert found["nps"].control is None
    assert "nothing to compare it with" in sentence(
        found, DAYS, required_items(found, False), "place"
    )


def test_a_pain_point_is_better_the_rarer_it_is() -> None:
    random = np.random.default_rng(2)
    before, after = window(random, 1.0, 0.3, items=14), window(random, 1.0, 0.3, items=14)
    rarer = Window(after.scope[::-1], [total_of([part, part]) for part in after.around])
    found = effects(before, rarer, has_rest=True, direction=-1)
    assert set(found) == {"mean_severity", VOLUME}
    assert found[VOLUME].better is True
    assert verdict(found) == ("improved", VOLUME)
    assert verdict(effects(before, rarer, has_rest=True, direction=1))[0] == "worse"


def test_of_a_win_only_its_volume_is_told() -> None:
    random = np.random.default_rng(2)
    before, after = (praise(random, items) for items in (6, 14))
    found = effects(before, after, has_rest=True, direction=1)
    assert set(found) == {VOLUME}
    assert found[VOLUME].p == found[VOLUME].change.p
    assert verdict(found) == ("improved", VOLUME)


@pytest.mark.parametrize("direction", [-1, 1])
def test_a_theme_that_did_not_change_is_told_by_its_volume(direction: int) -> None:
    random = np.random.default_rng(2)
    side = praise(random, 14) if direction == 1 else window(random, 1.0, 0.3)
    found = effects(side, side, has_rest=True, direction=direction)
    said = sentence(found, DAYS, required_items(found, of_theme=True), "place")
    assert said.startswith("No evidence of an effect yet: its share of all feedback")
    assert "severity" not in said
    said = sentence(found, DAYS, required_items(found, of_theme=True), "place_in_segment")
    assert ": its share of the feedback of this segment went from" in said


def praise(random: Generator, items: int) -> Window:
    """A window of a win with so many items a day; elsewhere there are 42."""
    scope = [Part(MentionSums(n, 0, n), ItemSums(n)) for n in random.poisson(items, DAYS).tolist()]
    others = [day(random, 42, 0.3) for _ in range(DAYS)]
    return Window(scope, [total_of(pair) for pair in zip(scope, others, strict=True)])


def test_too_little_feedback_says_how_much_is_needed() -> None:
    random = np.random.default_rng(3)
    before, after = (window(random, 0.5, 0.5, items=5, days=2) for _ in range(2))
    found = effects(before, after, has_rest=True)
    need = required_items(found, of_theme=False)
    assert found["negative_share"].p is None
    share = found["negative_share"].before
    two_samples = 2 * share * (1 - share) * 7.849 / 0.01
    assert need.items == pytest.approx(2 * two_samples, abs=1)
    without_control = required_items(found, of_theme=False, has_rest=False)
    assert without_control.items == pytest.approx(two_samples, abs=1)
    assert verdict({"negative_share": found["negative_share"]})[0] == "no_evidence_yet"
    said = sentence({"negative_share": found["negative_share"]}, 3, need, "place")
    assert str(need.items) in said


@pytest.mark.parametrize("side", [0, 1])
def test_one_day_does_not_show_how_much_days_differ(side: int) -> None:
    random = np.random.default_rng(3)
    sides = [window(random, 0.9, 0.4, 60), window(random, 0.1, 0.4, 60)]
    sides[side] = Window(sides[side].scope[:1], sides[side].around[:1])
    found = effects(sides[0], sides[1], has_rest=True)
    for effect in found.values():
        assert (effect.p, effect.moved, effect.detectable) == (None, False, None)
    share = found["negative_share"]
    assert (share.control, share.change.low, share.change.high) == (None, -1, 1)
    assert verdict(found) == ("no_evidence_yet", None)
    need = required_items(found, of_theme=False)
    assert sentence(found, 1, need, "place").startswith("Too early for a verdict: one day before")
    assert "on two days or more" in sentence(found, DAYS, need, "place")


def test_a_control_from_one_day_is_dropped() -> None:
    random = np.random.default_rng(1)
    before, after = window(random, 0.6, 0.4), window(random, 0.4, 0.4)
    once = Window(before.scope, [before.around[0], *before.scope[1:]])
    found = effects(once, after, has_rest=True)["negative_share"]
    assert (found.control, found.significant) == (None, True)


@pytest.mark.parametrize(("days", "most"), [(1, 0), (2, 3)])
def test_days_that_differ_anyway_are_no_effect_soon_after_a_change(days: int, most: int) -> None:
    false = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        before, after = (
            window(random, 0.5, 0.4, items=100, shock=0.1, days=days) for _ in range(2)
        )
        false += verdict(effects(before, after, has_rest=True))[0] != "no_evidence_yet"
    assert false <= most


def power(effect: float, items: int, days: int, runs: int = 50) -> float:
    """How often that true effect on the share of complaints is significant by itself, p being
    uncorrected, on days that vary.
    """
    found = 0
    for seed in range(runs):
        random = np.random.default_rng(seed)
        before, after = (
            window(random, 0.5 + part, 0.4, items, 0.05, days) for part in (effect / 2, -effect / 2)
        )
        found += (
            effects(before, after, has_rest=True)["negative_share"].change.p < SIGNIFICANCE_LEVEL
        )
    return found / runs


def unchanged(items: int, days: int, runs: int = 50) -> list[dict[str, Effect]]:
    """What is found without an effect, on days that vary."""
    pairs = (
        [window(random, 0.5, 0.4, items, 0.05, days) for _ in range(2)]
        for random in map(np.random.default_rng, range(runs))
    )
    return [effects(before, after, has_rest=True) for before, after in pairs]


@pytest.mark.parametrize(("items", "days"), [(40, 3), (20, 7)])
def test_a_detectable_effect_is_found_in_four_of_five_cases(items: int, days: int) -> None:
    least = [found["negative_share"].detectable or 1.0 for found in unchanged(items, days)]
    assert 0.68 <= power(float(np.median(least)), items, days) <= 0.92  # two standard errors


def test_as_many_items_as_needed_find_ten_points_in_four_of_five_cases() -> None:
    items = 100
    need = np.median([required_items(found, of_theme=False).items for found in unchanged(items, 7)])
    assert 0.68 <= power(0.1, items, round(need / items)) <= 0.92  # two standard errors


@pytest.mark.parametrize("days", [2, 3, 28])
def test_what_the_interval_holds_is_not_detectable(days: int) -> None:
    for found in unchanged(40, days, runs=10):
        for effect in found.values():
            low, high = effect.change.low or 0.0, effect.change.high or 0.0
            assert effect.detectable is None or effect.detectable > (high - low) / 2


def test_where_no_effect_would_show_the_sentence_says_so() -> None:
    share = unchanged(40, days=2, runs=1)[0]["negative_share"]._replace(detectable=None)
    found = {"negative_share": share}
    said = sentence(found, 2, required_items(found, of_theme=False), "place")
    assert "With this much feedback, hardly any effect would show; about" in said


def test_a_day_with_most_of_the_feedback_is_not_taken_for_many() -> None:
    false = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        sides = [[window(random, 0.5, 0.4, n, 0.15, days=1) for n in (200, 5, 5)] for _ in "ab"]
        before, after = (
            Window([one.scope[0] for one in side], [one.around[0] for one in side])
            for side in sides
        )
        false += verdict(effects(before, after, has_rest=True))[0] != "no_evidence_yet"
    assert false <= 4


def all_or_nothing(bad: float) -> Window:
    """Six answers on each of four days in the scope, all alike; elsewhere half of 12 complain."""
    share = Part(MentionSums(6, round(6 * bad), 0, 0, 0), ItemSums(6))
    rest = Part(MentionSums(12, 6, 0, 0, 0), ItemSums(12))
    return Window([share] * 4, [total_of([share, rest])] * 4)


def test_a_share_that_goes_from_all_to_none_is_told_in_whole_points() -> None:
    found = effects(all_or_nothing(1), all_or_nothing(0), has_rest=True)
    change = found["negative_share"].change
    assert (change.difference, change.low) == (-1.0, -1.0)
    assert -1 < (change.high or 0) < -0.5
    said = sentence(found, DAYS, required_items(found, False), "place")
    assert "from 100% to 0%; elsewhere from 50% to 50%" in said
    assert re.search(r"The effect is −100 points \(−100 to −\d\d points, 95%\)\.$", said)


def test_measures_that_contradict_each_other_decide_nothing() -> None:
    random = np.random.default_rng(4)
    found = effects(window(random, 0.6, 0.4), window(random, 0.4, 0.4), has_rest=True)
    wrong: Effect = found["negative_share"]._replace(direction=1)
    both = {"negative_share": found["negative_share"], "nps": wrong}
    assert verdict(both) == ("no_evidence_yet", None)
    assert "contradict" in sentence(both, DAYS, required_items(found, False), "place")


def volumes(per_day: int, bad: float, days: int = DAYS) -> Window:
    """So many items a day in the scope and 12 elsewhere, which half of complain."""
    own = Part(MentionSums(per_day, round(per_day * bad)), ItemSums(per_day))
    rest = Part(MentionSums(12, 6), ItemSums(12))
    return Window([own] * days, [total_of([own, rest])] * days)


def test_a_scope_that_is_talked_about_more_is_told_first() -> None:
    found = effects(volumes(2, 1), volumes(8, 1), has_rest=True)
    assert verdict(found) == ("no_evidence_yet", None)
    said = sentence(found, DAYS, required_items(found, False), "place")
    assert re.match(
        r"Its share of all feedback rose from 14% to 40% \(\+\d\d to \+\d\d points, 95%\)\. "
        r"The measures do not show whether that is better or worse; 100% of the mentions since "
        r"then are complaints\. Apart from that, no evidence of an effect yet: the share of",
        said,
    )
    few = found | {"negative_share": found["negative_share"]._replace(p=None)}
    assert "better or worse. Apart from that" in sentence(
        few, DAYS, required_items(few, False), "place"
    )
    less = effects(volumes(8, 0.25), volumes(2, 0.5), has_rest=True)
    del less["negative_share"], less["net_sentiment"], less["mean_severity"]
    said = sentence(less, DAYS, required_items(less, False), "place")
    assert said.startswith("Its share of all feedback fell from 40% to 14%")
    assert "better or worse. Apart from that, too little feedback for a verdict" in said


def test_a_verdict_says_too_that_there_is_more_talk() -> None:
    found = effects(volumes(4, 1), volumes(12, 0.25), has_rest=True)
    said = sentence(found, DAYS, required_items(found, False), "place")
    assert said.startswith("It got better: the share of complaints")
    assert " Its share of all feedback rose from 25% to 50%" in said
    assert "better or worse" not in said


def test_an_interval_without_nought_that_proves_nothing_is_explained() -> None:
    random = np.random.default_rng(1)
    before, after = window(random, 0.6, 0.4), window(random, 0.4, 0.4)
    clear = effects(before, after, has_rest=True)
    found = {name: effect._replace(p=0.08) for name, effect in clear.items()}
    assert (found["negative_share"].change.high or 0) < 0
    said = sentence(found, DAYS, required_items(found, False), "place")
    assert "On its own that would be significant, but 5 measures were tested" in said
    assert "in up to 25 of 100 cases chance alone" in said
    same = effects(before, before, has_rest=True)
    assert "On its own" not in sentence(same, DAYS, required_items(same, False), "place")


def test_a_volume_needs_nothing_to_be_compared_with() -> None:
    random = np.random.default_rng(2)
    side = praise(random, 14)
    found = effects(side, side, has_rest=True, direction=1)
    assert "nothing to compare" not in sentence(
        found, DAYS, required_items(found, of_theme=True), "place"
    )


def test_what_changed_elsewhere_is_not_put_down_to_the_change() -> None:
    random = np.random.default_rng(6)
    found = effects(window(random, 0.5, 0.7), window(random, 0.5, 0.3), has_rest=True)
    share = found["negative_share"]
    assert (share.significant, share.better, share.moved) == (True, False, False)
    assert verdict(found) == ("no_evidence_yet", None)
    assert "elsewhere, not here" in sentence(found, DAYS, required_items(found, False), "place")


def test_what_got_better_here_but_far_less_than_elsewhere_is_no_change_for_the_worse() -> None:
    random = np.random.default_rng(6)
    before, after = window(random, 0.7, 0.7, items=40), window(random, 0.6, 0.3, items=40)
    found = effects(before, after, has_rest=True)
    share = found["negative_share"]
    assert (share.own.difference or 0) < 0 < (share.change.difference or 0)
    assert share.own.p < SIGNIFICANCE_LEVEL
    assert (share.significant, share.better, share.moved) == (True, False, False)
    assert verdict(found) == ("no_evidence_yet", None)


def test_those_who_say_nothing_make_no_effect_surer() -> None:
    said, elsewhere = MentionSums(6, 3, 2, 0, 6), MentionSums(12, 6, 3, 0, 9)

    def side(silent: int) -> Window:
        scope = Part(said, ItemSums(2 + silent, silent=silent))
        rest = Part(elsewhere, ItemSums(3 + silent, silent=silent))
        return Window([scope] * 28, [total_of([scope, rest])] * 28)

    spoken = effects(side(0), side(0), has_rest=True)
    beside = effects(side(10), side(10), has_rest=True)
    del spoken[VOLUME], beside[VOLUME]
    assert beside == spoken


def test_windows_are_whole_days_of_equal_length() -> None:
    found = windows(NOON, 28, datetime(2026, 8, 1, tzinfo=UTC))
    assert found == (date(2026, 4, 5), date(2026, 5, 3), date(2026, 5, 4), date(2026, 6, 1))
    midnight = windows(NOON.replace(hour=0), 28, datetime(2026, 8, 1, tzinfo=UTC))
    assert (midnight.turn, midnight.after) == (date(2026, 5, 3), date(2026, 5, 3))
    cut = windows(NOON, 28, datetime(2026, 5, 10, 8, tzinfo=UTC))
    assert (cut.days, cut.before, cut.end) == (7, date(2026, 4, 26), date(2026, 5, 11))
    assert windows(NOON, 28, NOON).days == 0


def test_the_rest_is_what_the_scope_leaves() -> None:
    random = np.random.default_rng(5)
    own, other = day(random, 9, 0.5), day(random, 20, 0.5)
    rest = minus(total_of([own, other]), own)
    assert rest.mentions.negative == other.mentions.negative
    assert rest.items.ratings["nps:0-10"] == other.items.ratings["nps:0-10"]
