"""How the volume of many entries of one kind has changed since the period before. Pure."""

from collections.abc import Sequence
from math import isnan
from typing import Final, NamedTuple

import numpy as np

from service.insights.measures import ratio
from service.insights.pain_schemas import TrendOut
from service.insights.statistics import SIGNIFICANCE_LEVEL, Change, benjamini_hochberg, rate_changes
from service.insights.sums import MentionSums

DIGITS: Final = 4


class JudgedChange(NamedTuple):
    """The change in the items that an entry affects, None if unknown; ``significant`` after the
    correction for all entries of its kind."""

    change: Change | None
    significant: bool


UNJUDGED: Final = JudgedChange(None, False)


def judge_changes(items: Sequence[tuple[float, float]], part: float) -> list[JudgedChange]:
    """Judge each entry by its items (now, before); ``part`` is the ``comparable_part``.

    Entries without items now have changed, too: pass them, as they count in the correction.
    """
    changes = _changes(items, part)
    rates = benjamini_hochberg([change.p for change in changes.values()])
    called = {
        place for place, rate in zip(changes, rates, strict=True) if rate < SIGNIFICANCE_LEVEL
    }
    return [JudgedChange(changes.get(place), place in called) for place in range(len(items))]


def trend(mentions: int, before: MentionSums, items_before: int, judged: JudgedChange) -> TrendOut:
    """An entry's trend for a response."""
    change = judged.change
    return TrendOut(
        previous_mentions=before.mentions,
        previous_items=items_before,
        previous_negative_share=ratio(before.negative, before.mentions),
        previous_positive_share=ratio(before.positive, before.mentions),
        change=ratio(mentions - before.mentions, before.mentions),
        rate_change=change and _rounded(change.difference),
        low=change and _rounded(change.low),
        high=change and _rounded(change.high),
        p=change and _rounded(change.p),
        significant=judged.significant,
    )


def _changes(items: Sequence[tuple[float, float]], part: float) -> dict[int, Change]:
    """By the place of an entry; of those of which it can be told."""
    some = [place for place, counts in enumerate(items) if sum(counts)]
    if not some or not part:
        return {}
    counts, before = zip(*(items[place] for place in some), strict=True)
    found = np.array(rate_changes(counts, part, before, 1.0)).T.tolist()
    return {
        place: Change(*(None if isnan(value) else value for value in change))
        for place, change in zip(some, found, strict=True)
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
