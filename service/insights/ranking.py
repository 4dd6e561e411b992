"""The order in which pain points and wins are listed, and which of them are shown. Pure."""

from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import Final, NamedTuple, Self

from models.pain_point import IGNORED, PAIN
from service.errors import InvalidParam, InvalidRequest
from service.insights import samples
from service.insights.entries import Entry
from service.insights.params import ThemeParams, plain
from service.insights.sums import ItemSums, RatingSums
from service.insights.totals import Totals
from service.journey.names import folded
from service.web.cursors import cursor_float, decode_cursor, encode_cursor

NEED_DETAILS: Final = ("impact", "recent")
"""Sort orders that need entries with their details (``entries.with_details``)."""


class SortKey(NamedTuple):
    """The sort key of an entry: smaller comes first."""

    first: float
    then: float
    stage: str
    touchpoint: str
    id: str


class Order:
    """The order of the entries of one selection.

    Descending by ``sort``; among equals by pain, or, for wins, by joy.
    """

    def __init__(self, totals: Totals, sort: str) -> None:
        self._sort = sort
        self._list = "pain-points" if totals.sentiment == PAIN else "wins"
        self._usual = _pain if totals.sentiment == PAIN else _joy
        self._values: dict[str, Callable[[Entry], float]] = {
            "pain": _pain,
            "joy": _joy,
            "mentions": lambda entry: entry.mentions.mentions,
            "trend": _growth(totals),
            "recent": _last_day,
            "impact": _impact_on(totals.whole, -1 if totals.sentiment == PAIN else 1),
        }

    def sort_key(self, entry: Entry) -> SortKey:
        """The sort key of ``entry``."""
        value = self._values[self._sort](entry)
        return SortKey(-value, -self._usual(entry), *entry.cell, str(entry.id))

    def cursor(self, entry: Entry) -> str:
        """The cursor of the page after ``entry``."""
        return encode_cursor(self._list, (self._sort, *self.sort_key(entry)))

    def after(self, cursor: str) -> SortKey:
        """The sort key that a cursor contains.

        Raises:
            InvalidRequest: the cursor belongs to another order.
        """
        sort, *place = decode_cursor(
            self._list, cursor, (str, cursor_float, cursor_float, str, str, str)
        )
        if sort != self._sort:
            reason = f"belongs to another order; use sort={sort[:20]}, or omit the cursor"
            raise InvalidRequest(invalid_params=[InvalidParam("cursor", reason)])
        return SortKey(*place)


class ListFilter(NamedTuple):
    """Filters a list. Empty fields don't filter, except that ignored themes need their status."""

    statuses: Sequence[str] = ()
    owners: frozenset[str] = frozenset()
    words: str = ""

    @classmethod
    def of(cls, params: ThemeParams) -> Self:
        """The filters of ``params``."""
        owners = frozenset(folded(plain(owner)) for owner in params.owner)
        return cls(params.status, owners, folded(params.q or ""))

    def matches(self, entry: Entry) -> bool:
        """Whether the entry is shown."""
        return (
            self._has_status(entry)
            and (not self.owners or folded(entry.owner or "") in self.owners)
            and (not self.words or any(self.words in folded(text) for text in _texts(entry)))
        )

    def _has_status(self, entry: Entry) -> bool:
        if self.statuses:
            return entry.theme is not None and entry.theme.status in self.statuses
        return entry.theme is None or entry.theme.status != IGNORED


def _texts(entry: Entry) -> Iterable[str]:
    return (entry.title, *(entry.theme.keywords if entry.theme else ()))


def _pain(entry: Entry) -> float:
    return entry.pain


def _joy(entry: Entry) -> float:
    return entry.joy


def _growth(totals: Totals) -> Callable[[Entry], float]:
    """The number of affected items beyond those expected at the rate of the period before."""
    elapsed = totals.before.elapsed if totals.before else 1.0

    def growth(entry: Entry) -> float:
        now, before = entry.affected(totals.sentiment)
        return now - elapsed * before

    return growth


def _last_day(entry: Entry) -> float:
    return entry.days.last.toordinal() if entry.days else 0


def _impact_on(whole: ItemSums, sign: int) -> Callable[[Entry], float]:
    """``sign`` x the impact on the KPI of the scale with most ratings; entries without one come
    last."""
    scale = whole.most_rated()
    overall = samples.of_ratings(scale, whole.ratings[scale]).value if scale else None
    if scale is None or overall is None:
        return lambda _entry: 0.0

    def impact(entry: Entry) -> float:
        own = entry.items.ratings.get(scale, RatingSums())
        rest = whole.ratings[scale].plus(own, -1)
        without = samples.of_ratings(scale, rest).value if own.n else None
        return -inf if without is None else sign * (overall - without)

    return impact
