"""Many measures at once are the same as one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.insights import samples
from service.insights.comparison import Side, compare
from service.insights.measures import measured
from service.insights.samples import Sample
from service.insights.statistics import Change, rate_changes, wilson
from service.insights.sums import EMPTY_PART, ItemSums, MentionSums, Part, RatingSums

few = settings(max_examples=25, deadline=None)
SCALES = ("nps:0-10", "csat:1-5", "ces:1-7", "other:-5-5")


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """What could have been said of a part, and by whom."""
    counts = st.integers(0, 60)
    negative, positive, neutral, severe = (draw(counts) for _ in range(4))
    mentions = negative + positive + neutral
    severity = min(negative + severe, 3 * negative)
    said = MentionSums(mentions, negative, positive, 400 * (positive - negative), severity)
    items = ItemSums()
    items.add(draw(st.integers(0, mentions)), "", RatingSums())
    for scale in SCALES:
        high, low, middle = (draw(counts) for _ in range(3))
        least, greatest = samples.scale_bounds(scale.partition(":")[2])
        total = high * greatest + low * least + middle * (least + greatest) / 2
        rating = RatingSums(high + low + middle, round(1000 * total), high, low)
        items.add(rating.n, scale, rating)
    return Part(said, items)


@few
@given(st.lists(parts(), min_size=1, max_size=5))
def test_parts_measured_together_are_as_each_by_itself(found: list[Part]) -> None:
    together = measured(found, [part.mentions.mentions for part in found])
    assert together == [measured([part], [part.mentions.mentions])[0] for part in found]


@few
@given(st.lists(st.tuples(parts(), parts()), min_size=1, max_size=5))
def test_intervals_and_changes_of_many_are_those_of_one(pairs: list[tuple[Part, Part]]) -> None:
    for name in ("negative_share", "net_sentiment", "mean_severity"):
        now, before = (
            [samples.of_mentions(part.mentions, part.items.items)[name] for part in side]
            for side in zip(*pairs, strict=True)
        )
        many, others = (
            samples.of_many_mentions(
                [part.mentions for part in side], [part.items.items for part in side]
            )[name]
            for side in zip(*pairs, strict=True)
        )
        _compare(now, before, many, others)
    for scale in SCALES:
        now, before = (
            [samples.of_ratings(scale, part.items.ratings[scale]) for part in side]
            for side in zip(*pairs, strict=True)
        )
        many, others = (
            samples.of_many_ratings(scale, [part.items.ratings[scale] for part in side])
            for side in zip(*pairs, strict=True)
        )
        _compare(now, before, many, others)


def _compare(now: list[Sample], before: list[Sample], many: Sample, others: Sample) -> None:
    for bound, bounds in zip(("low", "high"), many.interval(), strict=True):
        assert bounds.tolist() == pytest.approx([getattr(one.interval(), bound) for one in now])
    both = [place for place in range(len(now)) if now[place].n and before[place].n]
    found = many.at(both).change(others.at(both))
    expected = [now[place].change(before[place]) for place in both]
    assert found is not None
    for column, name in zip(found, Change._fields, strict=True):
        assert column is not None
        assert column.tolist() == pytest.approx([getattr(one, name) for one in expected])


@few
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)).filter(any), min_size=1))
def test_rates_of_many_are_told_apart_as_those_of_two(counts: list[tuple[int, int]]) -> None:
    now, before = zip(*counts, strict=True)
    found = np.array(rate_changes(now, 0.7, before, 1.0)).T
    for pair, change in zip(counts, found, strict=True):
        one = np.array(rate_changes(pair[:1], 0.7, pair[1:], 1.0)).T[0]
        assert change == pytest.approx(one, nan_ok=True)


def test_shares_of_many_have_their_wilson_intervals() -> None:
    hits, n = np.array([0.0, 0, 3, 10, 412, 0.5]), np.array([0.0, 1, 10, 10, 2140, 2.5])
    many = wilson(hits, n)
    pairs = list(zip(many.low.tolist(), many.high.tolist(), strict=True))
    for pair, of in zip(pairs, zip(hits.tolist(), n.tolist(), strict=True), strict=True):
        assert pair == pytest.approx(wilson(*of))


def test_what_only_one_side_has_is_not_compared() -> None:
    said = Part(MentionSums(30, 20, 5, severity=25), ItemSums(30))
    side = Side(60, 60, 7.0)
    new, usual = compare([said, said], [EMPTY_PART, said], side, side)
    assert set(new) == {"volume", "share"}
    assert (new["volume"]["difference"], new["volume"]["high"]) == (None, None)
    assert set(usual) == {"volume", "share", "negative_share", "net_sentiment", "mean_severity"}
    assert usual["net_sentiment"]["difference"] == 0


def test_the_share_of_one_item_is_not_tested() -> None:
    """A ticket with 40 complaints among 400 surveys; before it there were 2 complaints of 2."""
    side, before = Side(440, 401, 7.0), Side(402, 402, 7.0)
    now = Part(MentionSums(40, 40), ItemSums(1))
    (found,) = compare([now], [Part(MentionSums(2, 2), ItemSums(2))], side, before)
    assert found["share"]["p"] is None
    (many,) = compare(
        [Part(now.mentions, ItemSums(40))], [Part(MentionSums(2, 2), ItemSums(2))], side, before
    )
    assert many["share"]["p"] < 0.001
