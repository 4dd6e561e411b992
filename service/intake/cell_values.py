"""Ratings and dates as people write them into tables, and what a column of them means."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Final, Literal, NamedTuple

DateOrder = Literal["iso", "dmy", "mdy", "epoch"]

_OTHER: Final[dict[DateOrder | None, DateOrder]] = {"dmy": "mdy", "mdy": "dmy"}
FIRST: Final[dict[DateOrder, str]] = {"dmy": "day", "mdy": "month"}
NAIVE_TIMES: Final = "Times without an offset are read as UTC."
_MISSING: Final = frozenset({"", "-", "--", "n/a", "na", "nan", "null", "none"})
_RATING = re.compile(
    r"\s*+([-+]?\d{1,6}(?:[.,]\d{1,6})?)\s*+"
    r"(?:(%)|(?:/|of|out of|von|sur|de|su)\s*+(\d{1,4})(?:[.,]0+)?)?\s*+(?:[^\W\d]{1,12}|★)?\s*+",
    re.IGNORECASE,
)
_LABEL: Final = r"(?=\W*[^\W\d_])[^\d()]{1,60}"
_LABELLED: Final = (
    re.compile(rf"\s*+{_LABEL}?(?:\s[-–—=]\s+|[:=]\s+|\()([^()]{{1,20}})\)?\s*+"),
    re.compile(rf"\s*+([^()]{{1,20}}?)(?:\s[-–—=]\s+|[:=]\s+|\s?\(){_LABEL}\)?\s*+"),
)
"""A rating after its label or before it, as survey tools label the ends of a scale."""
_MAX_LABELLED_CHARS: Final = 100
_GLYPHS = re.compile(r"\s*([★⭐]{1,10})(?:\ufe0f?)?(☆{0,9})\s*")
_MOMENT = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?(?P<day>\S.{0,30}?)"
    r"(?:(?:T|,?\s+(?:at\s+)?)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?\s*(?P<zone>[a-z]*\s?(?:[+-]\d{1,2}(?::?\d\d)?)?))?",
    re.IGNORECASE,
)
"""A day, optionally with a weekday before it and a time and a time zone after it."""
_MAX_TIME_CHARS = 80

_NUMERIC_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})")
_DAYS_IN_WORDS: Final = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y")
_ZONE = re.compile(r"([a-z]*)\s?(?:([+-])(\d{1,2})(?::?(\d\d))?)?", re.IGNORECASE)
_ZONE_HOURS: Final = {
    **dict.fromkeys(("", "z", "utc", "gmt"), 0),
    **{"cet": 1, "cest": 2, "mez": 1, "mesz": 2},
    **{"est": -5, "edt": -4, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7},
}
"""Unambiguous names of time zones, with their offset from UTC in hours."""

_EPOCH = re.compile(r"\d{9,10}|\d{12,13}")


def blank_as_none(value: Any) -> Any:
    """``None`` for cells that mean nothing: blanks, "-", "n/a", …; else the value."""
    is_blank = isinstance(value, str) and value.strip().casefold() in _MISSING
    return None if is_blank else value


class WrittenRating(NamedTuple):
    """A rating as written; ``out_of`` is the greatest possible one, if it is written too."""

    value: float
    out_of: float | None = None


def read_rating(cell: str) -> WrittenRating | None:
    """The rating in ``4``, ``4,5``, ``8/10``, ``5 stars``, ``90 %`` or ``★★★☆☆``.

    A label may be set off from it: ``10 - Extremely likely``, ``Very satisfied (5)``.
    """
    if glyphs := _GLYPHS.fullmatch(cell):
        full, empty = (float(len(part)) for part in glyphs.groups())
        return WrittenRating(full, full + empty if empty else None)
    found = _RATING.fullmatch(cell) or _labelled(cell)
    if found is None:
        return None
    number, percent, greatest = found.groups()
    out_of = "100" if percent else greatest
    return WrittenRating(float(number.replace(",", ".")), float(out_of) if out_of else None)


def _labelled(cell: str) -> re.Match[str] | None:
    """A match of ``_RATING`` without its label."""
    if len(cell) > _MAX_LABELLED_CHARS:
        return None
    parts = (match[1] for pattern in _LABELLED if (match := pattern.fullmatch(cell)))
    return next((found for part in parts if (found := _RATING.fullmatch(part))), None)


def read_time(cell: str, order: DateOrder) -> datetime | None:
    """The time in ``cell``, in UTC if it has no offset; ``None`` if there is none."""
    text = cell.strip()
    try:
        found = _read(text, order)
    except (ValueError, OverflowError, OSError):
        return None
    if found is None:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _moment(text: str) -> re.Match[str] | None:
    """A match of ``_MOMENT``, which is not tried on text that is too long to be a time."""
    return _MOMENT.fullmatch(text) if len(text) <= _MAX_TIME_CHARS else None


def _read(text: str, order: DateOrder) -> datetime | None:
    if _EPOCH.fullmatch(text):
        number = int(text)
        return datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)
    if (found := _iso(text)) is not None:
        return found
    moment = _moment(text)
    if moment is None:
        return None
    day, zone = _day(moment["day"], order), _zone(moment["zone"] or "")
    return datetime.combine(day, _time(moment), zone) if day and zone else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _day(text: str, order: DateOrder) -> date | None:
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, found.groups())
        return date(year, month, day)
    if found := _NUMERIC_DAY.fullmatch(text):
        first, second, year = map(int, found.groups())
        day, month = (second, first) if order == "mdy" else (first, second)
        return date(year + 2000 if year < 100 else year, month, day)
    return _day_in_words(" ".join(re.sub(r"[.,]", " ", text).split()))


def _day_in_words(text: str) -> date | None:
    for pattern in _DAYS_IN_WORDS:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


def _time(moment: re.Match[str]) -> time:
    hour, minute, second = (int(part or 0) for part in moment.group("hour", "minute", "second"))
    if moment["half"]:
        hour = hour % 12 + (12 if moment["half"].lower() == "p" else 0)
    return time(hour, minute, second)


def _zone(text: str) -> timezone | None:
    """UTC if there is no name; ``None`` for an unknown name."""
    found = _ZONE.fullmatch(text.strip())
    hours = _ZONE_HOURS.get(found[1].lower()) if found else None
    if found is None or hours is None:
        return None
    offset = timedelta(hours=int(found[3] or 0), minutes=int(found[4] or 0))
    return timezone(timedelta(hours=hours) + (-offset if found[2] == "-" else offset))


class DateFormat(NamedTuple):
    """How a column writes its dates; ``None`` if it has no dates.

    ``day_first`` and ``month_first`` are the numbers of dates that can't be read otherwise.
    """

    order: DateOrder | None
    day_first: int = 0
    month_first: int = 0
    is_chosen: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether the user chose, or some dates tell day and month apart and none contradicts."""
        is_told = bool(self.day_first) != bool(self.month_first)
        return self.is_chosen or is_told or self.order not in _OTHER


def date_format(cells: Sequence[str]) -> DateFormat:
    """How a column writes its dates.

    Day and month are told apart by numbers above 12, the majority of them decides; else by
    "AM"/"PM", which imply the month first; else the day is assumed to be first.
    """
    moments = [moment for cell in cells if (moment := _moment(cell.strip()))]
    numeric = [day for moment in moments if (day := _NUMERIC_DAY.fullmatch(moment["day"]))]
    if numeric and len(numeric) * 2 >= len(cells):
        day_first, month_first = (sum(int(day[at]) > 12 for day in numeric) for at in (1, 2))
        usual: DateOrder = "mdy" if any(moment["half"] for moment in moments) else "dmy"
        proven: DateOrder = "dmy" if day_first > month_first else "mdy"
        order = usual if day_first == month_first else proven
        return DateFormat(order, day_first, month_first)
    if cells and sum(_EPOCH.fullmatch(cell.strip()) is not None for cell in cells) == len(cells):
        return DateFormat("epoch")
    readable = sum(read_time(cell, "iso") is not None for cell in cells)
    return DateFormat("iso" if cells and readable * 2 >= len(cells) else None)


def other_order(order: DateOrder | None) -> DateOrder | None:
    """Month first for day first and the other way round, else ``None``."""
    return _OTHER.get(order)


def set_dates(order: DateOrder) -> str:
    """How to choose an order, as advice."""
    return f"set dates={order} (voc import: --dates {order})"
