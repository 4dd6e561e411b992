"""How the items of many entries of one kind have changed since the period before. Pure."""

from collections.abc import Sequence
from math import isnan
from typing import Final, NamedTuple

import numpy as np

from service.insights.measures import ratio
from service.insights.pain_schemas import TrendOut
from service.insights.statistics import LEVEL, Change, corrected, rate_changes
from service.insights.sums import MentionSums

DIGITS: Final = 4


class Judged(NamedTuple):
    """The change in an entry's items, None if unknown; ``significant`` after the correction for all
    entries of its kind."""

    change: Change | None
    significant: bool


UNJUDGED: Final = Judged(None, False)


def judge(items: Sequence[tuple[int, int]], elapsed: float) -> list[Judged]:
    """Judge each entry by its items (now, before); ``elapsed`` is that of ``totals.Before``.

    Entries without items now have changed, too: pass them, as they count in the correction.
    """
    changes = _changes(items, elapsed)
    rates = corrected([change.p for change in changes.values()])
    called = {place for place, rate in zip(changes, rates, strict=True) if rate < LEVEL}
    return [Judged(changes.get(place), place in called) for place in range(len(items))]


def trend(mentions: int, before: MentionSums, items_before: int, judged: Judged) -> TrendOut:
    """An entry's trend for a response."""
    change = judged.change
    return TrendOut(
        previous_mentions=before.mentions,
        previous_items=items_before,
        previous_negative_share=ratio(before.negative, before.mentions),
        change=ratio(mentions - before.mentions, before.mentions),
        rate_change=change and _rounded(change.difference),
        low=change and _rounded(change.low),
        high=change and _rounded(change.high),
        p=change and _rounded(change.p),
        significant=judged.significant,
    )


def _changes(items: Sequence[tuple[int, int]], elapsed: float) -> dict[int, Change]:
    """The change of each entry by its index; an entry without items in either period has none."""
    some = [place for place, counts in enumerate(items) if sum(counts)]
    if not some or not elapsed:
        return {}
    counts, before = zip(*(items[place] for place in some), strict=True)
    found = np.array(rate_changes(counts, elapsed, before, 1.0)).T.tolist()
    return {
        place: Change(*(None if isnan(value) else value for value in change))
        for place, change in zip(some, found, strict=True)
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
