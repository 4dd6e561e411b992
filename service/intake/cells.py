"""Values as people write them into tables: ratings, dates, and what a column of them means."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

DateOrder = Literal["iso", "dmy", "mdy", "epoch"]

NAIVE_TIMES: Final = "Times without an offset are read as UTC."
_MISSING: Final = frozenset({"", "-", "--", "n/a", "na", "nan", "null", "none"})
_RATING = re.compile(
    r"\s*([-+]?\d{1,6}(?:[.,]\d{1,6})?)\s*"
    r"(?:%|(?:/|of|out of|von|sur|de|su)\s*\d{1,4}(?:[.,]0+)?|[^\W\d]{1,12}|★)?\s*",
    re.IGNORECASE,
)
_GLYPHS = re.compile(r"\s*([★⭐]{1,10})(?:\ufe0f?)?☆{0,9}\s*")
_NUMERIC_DATE = re.compile(
    r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})"
    r"(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?"
)
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})(.*)")
_WORDED: Final = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%d-%b-%Y")
_EPOCH = re.compile(r"\d{9,10}|\d{12,13}")


def blank_as_none(value: Any) -> Any:
    """``None`` for what tables say instead of nothing: blanks, "-", "n/a", …; else the value."""
    is_blank = isinstance(value, str) and value.strip().casefold() in _MISSING
    return None if is_blank else value


def read_rating(cell: str) -> float | None:
    """The number in ``4``, ``4,5``, ``8/10``, ``5 stars``, ``90 %`` or ``★★★``."""
    if glyphs := _GLYPHS.fullmatch(cell):
        return float(len(glyphs[1]))
    found = _RATING.fullmatch(cell)
    return float(found[1].replace(",", ".")) if found else None


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


def _read(text: str, order: DateOrder) -> datetime | None:
    if _EPOCH.fullmatch(text):
        number = int(text)
        return datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)
    if numeric := _NUMERIC_DATE.fullmatch(text):
        return _from_numbers(numeric, order)
    if year_first := _YEAR_FIRST.fullmatch(text):
        year, month, day, rest = year_first.groups()
        text = f"{year}-{int(month):02}-{int(day):02}{rest}"
    text = re.sub(r"\s*(?:UTC|GMT)$", "+00:00", text)
    text = re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", text)
    return _iso(text) or _worded(text)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _worded(text: str) -> datetime | None:
    for pattern in _WORDED:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _from_numbers(match: re.Match[str], order: DateOrder) -> datetime:
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    day, month = (second, first) if order == "mdy" else (first, second)
    hour, minute, seconds = (int(part or 0) for part in match.group(4, 5, 6))
    if match[7]:
        hour = hour % 12 + (12 if match[7].lower().startswith("p") else 0)
    year += 2000 if year < 100 else 0
    return datetime(year, month, day, hour, minute, seconds, tzinfo=UTC)


def date_order(cells: Sequence[str]) -> tuple[DateOrder | None, bool]:
    """How a column writes its dates, and whether that is certain; ``None`` if it has no dates.

    Day and month are told apart by numbers above 12, else by "AM"/"PM", which go with the month
    first; else the day is taken to be first.
    """
    numeric = [match for cell in cells if (match := _NUMERIC_DATE.fullmatch(cell.strip()))]
    if numeric and len(numeric) * 2 >= len(cells):
        if any(int(match[1]) > 12 for match in numeric):
            return "dmy", True
        if any(int(match[2]) > 12 for match in numeric):
            return "mdy", True
        return ("mdy" if any(match[7] for match in numeric) else "dmy"), False
    if cells and sum(_EPOCH.fullmatch(cell.strip()) is not None for cell in cells) == len(cells):
        return "epoch", True
    readable = sum(read_time(cell, "iso") is not None for cell in cells)
    return ("iso", True) if cells and readable * 2 >= len(cells) else (None, False)
