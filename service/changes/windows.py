"""Before and after, day by day: in the scope, and in the rest of the journey."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from sqlmodel import Session

from service.changes.scopes import ResolvedScope
from service.insights.filters import Selection
from service.insights.periods import DAY
from service.insights.queries.items import Items
from service.insights.queries.sums import mention_sums
from service.insights.queries.theme_series import theme_series
from service.insights.sums import EMPTY_PART, ItemSums, MentionSums, Part, RatingSums, joined

Days = Mapping[date, Part]


class Windows(NamedTuple):
    """Whole UTC days: ``before`` from its first to ``turn``, ``after`` from its first to ``end``.

    If the change happened after 00:00, its day belongs to neither.
    """

    before: date
    turn: date
    after: date
    end: date

    @property
    def days(self) -> int:
        """The length of each; 0 if no whole day after the change has begun."""
        return (self.end - self.after).days


def windows(happened_at: datetime, days: int, now: datetime) -> Windows:
    """Windows of equal length on both sides, cut at the end of the current day."""
    turn = happened_at.date()
    after = turn if happened_at.time() == time() else turn + DAY
    begun = max(min(days, (now.date() + DAY - after).days), 0)
    return Windows(turn - begun * DAY, turn, after, after + begun * DAY)


@dataclass(frozen=True, slots=True)
class Window:
    """One window by day: the feedback in the scope, and in everything around it."""

    scope: list[Part]
    around: list[Part]

    @property
    def rest(self) -> list[Part]:
        """The feedback outside the scope, by day."""
        return [minus(whole, own) for whole, own in zip(self.around, self.scope, strict=True)]


def read_windows(session: Session, scoped: ResolvedScope, found: Windows) -> tuple[Window, Window]:
    """The windows before and after."""
    since, until = (datetime.combine(day, time(), UTC) for day in (found.before, found.end))
    own = scoped.selection.between(since, until)
    if scoped.theme:
        scope: Days = theme_series(session, own, scoped.theme, "day")
    else:
        scope = _by_day(session, own)
    around = _by_day(session, scoped.around.between(since, until))
    before, after = (
        Window(*([days.get(day, EMPTY_PART) for day in span] for days in (scope, around)))
        for span in (_days(found.before, found.turn), _days(found.after, found.end))
    )
    return before, after


def total_of(parts: Iterable[Part]) -> Part:
    """All days together; each item belongs to one day only."""
    mentions, items = MentionSums(), ItemSums()
    for part in parts:
        mentions.add(part.mentions)
        items.items += part.items.items
        items.silent += part.items.silent
        for scale, rating in part.items.ratings.items():
            items.add(0, scale, rating)
    return Part(mentions, items)


def minus(whole: Part, own: Part) -> Part:
    """The rest of a day: mentions outside the scope, and items that don't touch it."""
    names = ("mentions", "negative", "positive", "score_milli", "severity")
    mentions = MentionSums(
        *(getattr(whole.mentions, name) - getattr(own.mentions, name) for name in names)
    )
    silent = whole.items.silent - own.items.silent
    items = ItemSums(whole.items.items - own.items.items, silent=silent)
    for scale, rating in whole.items.ratings.items():
        items.ratings[scale] = rating.plus(own.items.ratings.get(scale, RatingSums()), -1)
    return Part(mentions, items)


def _by_day(session: Session, selection: Selection) -> Days:
    sums = mention_sums(session, selection, "day", "all")
    said = {day: of_day for (day, _), of_day in sums.items()}
    touching = Items(session, selection, "day").by_period
    return {day: part for day, part in joined(said, touching).items() if day}


def _days(first: date, end: date) -> list[date]:
    return [first + step * DAY for step in range((end - first).days)]
