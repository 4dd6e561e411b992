"""How often the trend of a cell is called a change where chance alone made it."""

from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from models.pain_point import PAIN, WIN
from service.insights.entries import Entry
from service.insights.sums import ItemSums, MentionSums
from service.insights.volume_changes import judge_changes
from service.journey.native import Cell

CELLS = 1000
LENGTHS = ((1, 0.78), (2, 0.15), (3, 0.05), (5, 0.02))
"""Mentions of an item at one cell, and how often items are that long, about as in the demo set."""

Counts = NDArray[np.int64]


def drawn(random: np.random.Generator, items: float) -> tuple[Counts, Counts]:
    """Items and their mentions in many periods, with ``items`` on average."""
    of_length = [random.poisson(items * chance, CELLS) for _, chance in LENGTHS]
    mentions = sum(length * count for (length, _), count in zip(LENGTHS, of_length, strict=True))
    return np.sum(of_length, axis=0), np.asarray(mentions)


@pytest.mark.parametrize("complaints", [5, 15, 60])
def test_complaints_that_stay_as_they_are_while_praise_grows_are_no_change(
    complaints: int,
) -> None:
    """4 to 7 in 100 tests are below 0.05, as the mentions of an item always agree here. By all
    items of the cell it would be 79 to 99."""
    random = np.random.default_rng(6)
    periods = []
    for praise in (60, 20):
        complaining, negative = drawn(random, complaints)
        praising, positive = drawn(random, praise)
        periods.append((complaining + praising, negative, positive))
    entries = [
        Entry(UUID(int=0), Cell("usage", "product"), None, "", None, now, of_now, then, of_then)
        for (of_now, now), (of_then, then) in zip(*map(sums, periods), strict=True)
    ]
    assert called([entry.affected(PAIN) for entry in entries]) < 0.08
    assert called([entry.affected(WIN) for entry in entries]) > 0.95
    assert called([(entry.items.items, entry.items_before.items) for entry in entries]) > 0.75


def called(counts: list[tuple[float, float]]) -> float:
    """The share of changes whose p is below 0.05."""
    found = [one.change for one in judge_changes(counts, 1.0)]
    return float(np.mean([change is not None and change.p < 0.05 for change in found]))


def sums(period: tuple[Counts, Counts, Counts]) -> list[tuple[ItemSums, MentionSums]]:
    return [
        (ItemSums(items), MentionSums(negative + positive, negative, positive))
        for items, negative, positive in np.column_stack(period).tolist()
    ]
