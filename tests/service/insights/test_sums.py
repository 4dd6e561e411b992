"""Sums of nothing stay nothing."""

import pytest

from service.insights.sums import EMPTY_PART, ItemSums, RatingSums


def test_looking_for_a_scale_that_nobody_rated_on_adds_none() -> None:
    with pytest.raises(KeyError):
        EMPTY_PART.items.ratings["nps:0-10"]
    assert EMPTY_PART.items == ItemSums()


def test_ratings_on_a_scale_add_up() -> None:
    items = ItemSums()
    items.add(2, "nps:0-10", RatingSums(2, 19_000, 2, 0))
    items.add(1, "nps:0-10", RatingSums(1, 3000, 0, 1))
    items.add(4, "", RatingSums())
    assert items.items == 7
    assert items.ratings == {"nps:0-10": RatingSums(3, 22_000, 2, 1)}
