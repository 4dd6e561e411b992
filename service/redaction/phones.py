"""Phone numbers in free text, told from order numbers, prices and dates.

A cheap pattern proposes; libphonenumber's matcher decides, for the countries suggested by the
language and the sender's country. International numbers (+…) need no country.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from re import Match

from phonenumbers import Leniency, PhoneNumberMatcher

from service.redaction.exempt import SEPARATOR, mask_exempt_numbers

UNKNOWN_LANGUAGE = ("US", "GB", "DE", "FR", "ES")
REGIONS_OF_LANGUAGE = {
    "ar": ("SA", "EG", "AE"),
    "cs": ("CZ",),
    "da": ("DK",),
    "de": ("DE", "AT", "CH"),
    "el": ("GR",),
    "en": ("US", "GB"),
    "es": ("ES", "MX"),
    "fi": ("FI",),
    "fr": ("FR", "BE"),
    "he": ("IL",),
    "hi": ("IN",),
    "hu": ("HU",),
    "id": ("ID",),
    "it": ("IT",),
    "ja": ("JP",),
    "ko": ("KR",),
    "nl": ("NL", "BE"),
    "no": ("NO",),
    "pl": ("PL",),
    "pt": ("PT", "BR"),
    "ro": ("RO",),
    "ru": ("RU",),
    "sv": ("SE",),
    "th": ("TH",),
    "tr": ("TR",),
    "uk": ("UA",),
    "und": (*UNKNOWN_LANGUAGE, "IT", "RU", "CN", "BR", "KR", "IN"),
    "vi": ("VN",),
    "zh": ("CN", "TW"),
}
MIN_DIGITS = 7
MAX_DIGITS = 17
MAX_WORDS = 7
MAX_PARTS = 8
"""Parts of a candidate that are checked."""
MAX_CHECKS = 40
"""Candidates of one text that are checked; a text with more is a phone list, and all are
redacted.
"""
MAX_CALLS = 600
"""Calls of the matcher for one text; what is left then is redacted like a phone list."""

CONTEXT_CHARS = 64
"""Characters before a number that are searched for words which say to keep it."""

_GAP = r"[^\S\n]"
_DIGIT = re.compile(r"\d")
_CANDIDATE = re.compile(rf"(?:(?<![A-Za-z0-9_])[+(]{{0,2}}|\+)\d(?:{SEPARATOR}{{0,3}}\d){{6,24}}")
_WORD = re.compile(r"(?:(?!(?<=\d{9})[-/]\d{9})\S)+")
"""What stands between blanks, and between the hyphen or slash of two long numbers."""
_JOINT = re.compile(rf"[(./–]|{_GAP}-|-{_GAP}")
"""Where the matcher looks for numbers within a candidate."""
_MARKED = re.compile(r"[+(]|0\d")
"""How a number begins if it can be told from a count, an hour or a room before it."""
_CUE_BEFORE = re.compile(
    r"(?:tel|tél|phone|call|mobile?|cell|fax|sms|whatsapp|handy|telefon\w*|ring|anruf\w*|"
    r"móvil|llam\w*|appel\w*|ligar|nummer|number|电话|電話)\W{0,4}(?:\w{1,4}\W{1,2})?$",
    re.IGNORECASE,
)


def regions_for(language: str, country: str | None) -> tuple[str, ...]:
    """Countries to try, likeliest first. ``language`` is a primary subtag or ``und``."""
    guesses = REGIONS_OF_LANGUAGE.get(language, UNKNOWN_LANGUAGE)
    if country is None or country in guesses[:1]:
        return guesses
    return (country, *(guess for guess in guesses if guess != country))


def phone_spans(text: str, regions: Iterable[str]) -> list[tuple[int, int]]:
    """Positions of phone numbers in ``text``, in order.

    ``regions`` is only iterated over if there is a candidate.
    """
    first = _CANDIDATE.search(text) if len(_DIGIT.findall(text)) >= MIN_DIGITS else None
    if first is None:
        return []
    near = max(0, first.start() - CONTEXT_CHARS)
    return list(_spans(text[:near] + mask_exempt_numbers(text[near:]), regions))


def _spans(text: str, regions: Iterable[str]) -> Iterator[tuple[int, int]]:
    candidates = [match for match in _CANDIDATE.finditer(text) if _is_plausible(match)]
    if not candidates or len(candidates) > MAX_CHECKS:
        yield from (candidate.span() for candidate in candidates)
        return
    tried, calls = tuple(regions), iter(range(MAX_CALLS))
    at = 0
    while (candidate := _CANDIDATE.search(text, at)) is not None:
        at = candidate.end()
        found = _first_number(candidate[0], tried, calls) if _is_plausible(candidate) else None
        if found is not None:
            start, at = (candidate.start() + offset for offset in found)
            yield start, at


def _is_plausible(candidate: Match[str]) -> bool:
    """Short ungrouped digits are phone numbers only if a word before them says so."""
    found = candidate[0]
    if not found.isdigit() or found.startswith("0") or len(found) > MIN_DIGITS + 1:
        return True
    before = candidate.string[max(0, candidate.start() - 24) : candidate.start()]
    return _CUE_BEFORE.search(before) is not None


def _first_number(
    candidate: str, regions: tuple[str, ...], calls: Iterator[int]
) -> tuple[int, int] | None:
    """Positions for the first country in which a number is found.

    Each try takes one of ``calls``; without any left, all of ``candidate`` is a number.
    """
    looks = _looks(candidate, regions)
    for _, (start, matcher) in zip(calls, looks, strict=False):
        for number in matcher:
            return start + number.start, start + number.end
    return None if next(looks, None) is None else (0, len(candidate))


def _looks(candidate: str, regions: tuple[str, ...]) -> Iterator[tuple[int, PhoneNumberMatcher]]:
    """Variants of a number to look for, and where each begins in ``candidate``."""
    parts = list(islice(_parts(candidate), MAX_PARTS))
    for region in regions:
        for start, end, leniency in parts:
            yield start, PhoneNumberMatcher(candidate[start:end], region, leniency, max_tries=1)
    for region in regions if _JOINT.search(candidate) else ():
        yield 0, PhoneNumberMatcher(candidate, region)


def _parts(candidate: str) -> Iterator[tuple[int, int, int]]:
    """Consecutive words that may be a number, from the left, the longest first; and how strictly.

    A number without a marker stands at either end, grouped as is usual in its country.
    """
    words = [word.span() for word in _WORD.finditer(candidate)]
    for first, (start, _) in enumerate(words):
        is_marked = _MARKED.match(candidate, start) is not None
        for _, end in reversed(words[first : first + MAX_WORDS]):
            is_last = end == words[-1][1]
            if not is_marked and first > 0 and not is_last:
                continue
            if MIN_DIGITS <= len(_DIGIT.findall(candidate, start, end)) <= MAX_DIGITS:
                is_certain = is_marked or (first == 0 and is_last)
                yield start, end, Leniency.VALID if is_certain else Leniency.EXACT_GROUPING
