"""Payment card numbers in free text, told from other numbers by issuer, groups and check digit.

Texts are folded before (``service.redaction.text``): digits, blanks and hyphens are ASCII.
"""

import re
from collections.abc import Iterator
from re import Match

from stdnum import luhn

MAX_DIGITS = 19
_GROUP_DIGITS = 4
"""Digits of every group but the last, if groups are separated by more than a blank or hyphen."""

_ISSUED = re.compile(
    r"4\d{15}(?:\d{3})?|3[47]\d{13}|3[0689]\d{12,17}|35\d{14,17}"
    r"|(?:2[2-7]|5[1-5])\d{14}|(?:5[06-8]|6\d)\d{12,17}",
    re.ASCII,
)
"""Visa, American Express, Diners, JCB, Mastercard, Maestro and UnionPay: first digits, lengths.

The few with 13 digits are omitted: every article number (EAN) has 13 digits.
"""

_CLOSE = re.compile(r"(?<!\d)(?<!\d[ .,-])\d(?:[ -]?\d){13,18}(?![ -]?\d)", re.ASCII)
_SPREAD = re.compile(r"\d(?:[\s.-]{0,3}\d){13,}", re.ASCII)
_GROUP = re.compile(r"\d+", re.ASCII)
_CODE_BEFORE = re.compile(r"[A-Za-z_]-?\Z")
_CODE_AFTER = re.compile(r"-?[A-Za-z_]")


def close_cards(text: str) -> Iterator[tuple[int, int]]:
    """Positions of cards whose digits are grouped in any way, by single blanks or hyphens."""
    for found in _CLOSE.finditer(text):
        if not _is_within_code(found) and _is_card("".join(_GROUP.findall(found[0]))):
            yield found.span()


def spread_cards(text: str) -> Iterator[tuple[int, int]]:
    """Positions of cards in groups of four or more digits, separated by blanks, line ends, dots, …

    Other numbers may precede and follow them, such as the month of expiry.
    """
    for found in _SPREAD.finditer(text):
        if not _is_within_code(found):
            yield from _in_groups(found)


def _in_groups(run: Match[str]) -> Iterator[tuple[int, int]]:
    text = run.string
    groups = [group.span() for group in _GROUP.finditer(text, *run.span())]
    first = 0
    while first < len(groups):
        start = groups[first][0]
        stands_free = first == 0 or text[start - 1].isspace()
        last = _last_group(text, groups, first) if stands_free else None
        if last is not None:
            yield start, groups[last][1]
        first = (first if last is None else last) + 1


def _last_group(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The last group of the longest card that begins with the group ``first``."""
    digits, longest = "", None
    for number in range(first, len(groups)):
        start, end = groups[number]
        digits += text[start : min(end, start + MAX_DIGITS + 1)]
        if len(digits) > MAX_DIGITS:
            break
        is_end = number == len(groups) - 1 or text[end].isspace()
        if is_end and _is_card(digits):
            longest = number
        if end - start < _GROUP_DIGITS:
            break
    return longest


def _is_card(digits: str) -> bool:
    return _ISSUED.fullmatch(digits) is not None and luhn.is_valid(digits)


def _is_within_code(found: Match[str]) -> bool:
    """Letters on both sides: a checksum, a serial number, a UUID."""
    before = found.string[max(0, found.start() - 2) : found.start()]
    return bool(_CODE_BEFORE.search(before) and _CODE_AFTER.match(found.string, found.end()))
