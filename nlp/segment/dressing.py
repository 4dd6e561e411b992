"""Which lines of a text are its own: no greeting, signature, quoted reply or bare reference.

What a single line or sentence is, ``formulas`` says; here it is where it stands that counts.
"""

import re
from collections.abc import Sequence
from typing import Final

from nlp.segment import phrases
from nlp.segment.formulas import greeting_end, is_dressing, is_name, is_salutation
from nlp.segment.spans import Span, trim

_LINE: Final = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_QUOTE_HEADER: Final = re.compile("|".join(phrases.QUOTE_HEADERS), re.IGNORECASE)
_CONTACT: Final = re.compile(
    r"\S+@\S+|\S+ at \S+ dot \S+|(?:https?://|www\.)\S+|\+?[\d ()/.-]{7,}", re.IGNORECASE
)
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BULLET: Final = re.compile(r"\s*(?:[-*•·–—▪◦●‣+]+|\(?\d{1,2}[.)]|[a-z]\))\s+")

_DEVICE_STARTS: Final = tuple(sorted(phrases.words(phrases.DEVICE_LINES)))

_SIGNATURE_WORDS: Final = 8
"""A longer line after a sign-off is text again, such as a postscript."""

_WRAPPED: Final = 60
"""A line at least this long may be one that a mail program has wrapped."""


def body(text: str, ticket: bool) -> list[Span]:
    """The blocks of a text that are its own words, as [start, end) in characters, in order.

    A block is a line, or lines that a mail program has wrapped. Greetings and sign-offs go
    from any text; closing thanks, name and reference lines only from a ticket.
    """
    kept = _without_signatures(text, _without_quotes(text))
    if ticket:
        kept = _without_names(text, kept)
    return _unwrap(text, kept)


def _without_quotes(text: str) -> list[Span]:
    """Trimmed lines, without quoted replies, the lines that announce them, device lines."""
    kept: list[Span] = []
    for match in _LINE.finditer(text):
        start, end = trim(text, match.start(), match.end())
        if start == end:
            continue
        line = text[start:end]
        if line[0] == ">":
            if kept and text[kept[-1][1] - 1] in ":：":
                kept.pop()
            continue
        if len(line) < 200 and _QUOTE_HEADER.match(line):
            if kept and text[end:].lstrip()[:1] != ">":
                break
            continue
        if not line.casefold().startswith(_DEVICE_STARTS):
            kept.append((start, end))
    return kept


def _without_signatures(text: str, lines: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    signing = False
    for start, end in lines:
        line = text[start:end]
        if signing and _is_short(line):
            continue
        signing = line == "--" or (bool(kept) and is_dressing(line, ticket=False))
        start += 0 if signing else greeting_end(line)
        if not signing and start < end:
            kept.append((start, end))
    return kept


def _without_names(text: str, lines: list[Span]) -> list[Span]:
    """Without the line that says whom it is for, and without names and references at the end."""
    if len(lines) > 1 and is_salutation(text[slice(*lines[0])]):
        lines = lines[1:]
    last = len(lines)
    while last > 1 and _signs(text[slice(*lines[last - 1])]):
        last -= 1
    return lines[:last]


def _signs(line: str) -> bool:
    return is_dressing(line, ticket=True) or is_name(line) or bool(_CONTACT.fullmatch(line))


def _unwrap(text: str, lines: Sequence[Span]) -> list[Span]:
    blocks: list[Span] = []
    for start, end in lines:
        if blocks and _continues(text, blocks[-1], start):
            blocks[-1] = (blocks[-1][0], end)
            continue
        bullet = _BULLET.match(text, start, end)
        blocks.append((bullet.end() if bullet else start, end))
    return [(start, end) for start, end in blocks if start < end]


def _continues(text: str, block: Span, start: int) -> bool:
    """Whether the line at ``start`` goes on where a wrapped line has left off."""
    end = block[1]
    if start - end > 2 or not text[start].islower() or text[end - 1] in ".!?:;…":
        return False
    line_start = max(text.rfind("\n", block[0], end) + 1, block[0])
    return end - line_start >= _WRAPPED


def _is_short(line: str) -> bool:
    words = line.split()
    first = words[0].casefold().rstrip(".:")
    if first in phrases.POSTSCRIPTS or len(words) > _SIGNATURE_WORDS:
        return False
    return len(line) <= (20 if _WIDE.search(line) else 70)
