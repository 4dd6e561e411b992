"""One side against another: each measure with its difference, and what chance would do. Pure."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from service.insights import samples
from service.insights.measures import DIGITS, scale_name
from service.insights.samples import FEWEST, Sample
from service.insights.schemas import ChangeOut
from service.insights.statistics import LEVEL, Change, corrected, rate_change
from service.insights.sums import ItemSums, MentionSums

KPI_DIGITS: Final = 2
P_DIGITS: Final = 5
DAY: Final = timedelta(days=1)


class Part(NamedTuple):
    """A part of one side: what was said there, and by which items."""

    mentions: MentionSums
    items: ItemSums


class Side(NamedTuple):
    """All of one side, and its length in days; None where lengths are not to be compared."""

    mentions: int
    items: int
    days: float | None


NOTHING: Final = Part(MentionSums(), ItemSums())


def compare(now: Part, before: Part, side: Side, other: Side) -> dict[str, ChangeOut]:
    """Every measure that both have, with p as it is before ``settle``."""
    pairs = {
        "share": (_share(now, side), _share(before, other)),
        **_pairs(
            samples.of_mentions(now.mentions, now.items.items),
            samples.of_mentions(before.mentions, before.items.items),
        ),
    }
    rated = _pairs(samples.kpi_samples(now.items), samples.kpi_samples(before.items))
    found = {
        "volume": _volume(now, before, side, other),
        **{name: _change(*pair, DIGITS) for name, pair in pairs.items()},
        **{scale_name(scale): _change(*pair, KPI_DIGITS) for scale, pair in rated.items()},
    }
    return {name: change for name, change in found.items() if change}


def settle(changes: Iterable[ChangeOut]) -> None:
    """Correct all p of one answer for being many, and say which differences are significant."""
    tested = [change for change in changes if change.p is not None]
    for change, p in zip(tested, corrected([change.p or 0.0 for change in tested]), strict=True):
        change.p, change.significant = round(p, P_DIGITS), p < LEVEL


def _pairs(
    now: Mapping[str, Sample], before: Mapping[str, Sample]
) -> dict[str, tuple[Sample, Sample]]:
    return {name: (now[name], before[name]) for name in now if name in before}


def _share(part: Part, side: Side) -> Sample:
    return samples.share(part.mentions.mentions, side.mentions, side.items)


def _change(now: Sample, before: Sample, digits: int) -> ChangeOut | None:
    found = now.change(before)
    if found is None:
        return None
    tested = not (now.small or before.small)
    return _out(before.value, found, tested, digits)


def _volume(now: Part, before: Part, side: Side, other: Side) -> ChangeOut | None:
    """Items a day, relative; the other side's are told as a number."""
    if side.days is None or other.days is None:
        return None
    count, count_before = now.items.items, before.items.items
    found = rate_change(count, side.days, count_before, other.days)
    return found and _out(count_before, found, count + count_before >= FEWEST, DIGITS)


def _out(other: float | None, change: Change, tested: bool, digits: int) -> ChangeOut:
    values = (other, change.difference, change.low, change.high)
    shown = [None if value is None else round(value, digits) for value in values]
    return ChangeOut(
        other=shown[0],
        difference=shown[1],
        low=shown[2],
        high=shown[3],
        p=change.p if tested else None,
        significant=False,
    )
