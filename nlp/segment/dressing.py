"""Which lines of a text are its own: no greeting, signature, quoted reply or bare reference."""

import re
from collections.abc import Sequence
from typing import Final

from nlp.segment import phrases
from nlp.segment.spans import Span, trim

_LINE: Final = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_WORD: Final = re.compile(r"[^\s,:;!?。、，！：]+")
_BREAK: Final = re.compile(r"\s*(?:[,:;!?.。、，！：]+|\s[–—-]+(?=\s)|$)\s*")
_QUOTE_HEADER: Final = re.compile("|".join(phrases.QUOTE_HEADERS), re.IGNORECASE)
_CONTACT: Final = re.compile(
    r"\S+@\S+|\S+ at \S+ dot \S+|(?:https?://|www\.)\S+|\+?[\d ()/.-]{7,}", re.IGNORECASE
)
_REFERENCE: Final = re.compile(
    r"(?:[^\W\d_]+[.:]*\s+){0,3}"
    r"(?:#?\d[\d ./-]{3,}|#?[\w./-]*[A-Z][\w./-]*\d[\w./-]*|#?\d+[-/][\w/-]+)"
)
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BULLET: Final = re.compile(r"\s*(?:[-*•·–—▪◦●‣+]+|\(?\d{1,2}[.)]|[a-z]\))\s+")

_GREETINGS: Final = phrases.words(phrases.GREETINGS)
_ADDRESSEES: Final = phrases.words(phrases.ADDRESSEES)
_SIGN_OFFS: Final = phrases.words(phrases.SIGN_OFFS)
_THANKS: Final = phrases.words(phrases.THANKS)
_DEVICE_STARTS: Final = tuple(sorted(phrases.words(phrases.DEVICE_LINES)))

_NEED_NAME: Final = phrases.words(phrases.ADJECTIVE_GREETINGS)
"""Greetings that are also plain adjectives: only with an addressee."""

_NEED_BREAK: Final = phrases.words(phrases.BARE_SIGN_OFFS)
"""Sign-offs that also begin sentences: only when a comma or the line's end follows."""

_NAME_PARTICLES: Final = phrases.words(phrases.NAME_PARTICLES)

_SIGNATURE_WORDS: Final = 8
"""A longer line after a sign-off is text again, such as a postscript."""

_SALUTATION: Final = 40
"""A longer first line says more than whom it is for."""

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


def is_dressing(text: str, ticket: bool) -> bool:
    """Whether a line or sentence is a sign-off, or in a ticket a closing thanks or reference."""
    if len(text) > 80:
        return False
    end = _phrase(text, _SIGN_OFFS)
    if end:
        return _is_closing(text, end, most_words=6)
    end = ticket and _phrase(text, _THANKS)
    return bool(end and _is_closing(text, end)) or (ticket and _is_reference(text))


def is_name(text: str) -> bool:
    """Whether a text has no more than six words, all with a capital, no digits, no verdict."""
    words = text.split()
    if len(words) > 6 or text[-1] in "!?…" or (text[-1] == "." and len(words[-1]) > 4):
        return False
    if _WIDE.search(text):
        return len(text) <= 6
    return all(_names(word) for word in words) and any(word[0].isalpha() for word in words)


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
        start += 0 if signing else _greeting(line)
        if not signing and start < end:
            kept.append((start, end))
    return kept


def _without_names(text: str, lines: list[Span]) -> list[Span]:
    """Without the line that says whom it is for, and without names and references at the end."""
    if len(lines) > 1 and _is_salutation(text[slice(*lines[0])]):
        lines = lines[1:]
    last = len(lines)
    while last > 1 and _signs(text[slice(*lines[last - 1])]):
        last -= 1
    return lines[:last]


def _is_salutation(line: str) -> bool:
    return line[-1] in ",:，：" and len(line) <= _SALUTATION and len(line.split()) <= 5


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


def _greeting(line: str) -> int:
    """Where a line's text starts after its greetings."""
    at = 0
    for _ in range(3):
        end = _one_greeting(line, at) or (at and _addressee(line, at))
        if not end:
            return at
        at = end
    return at


def _one_greeting(line: str, at: int) -> int:
    """Where the greeting that stands at ``at`` is over; 0 without one."""
    end = _phrase(line, _GREETINGS, at)
    if not end:
        return 0
    if len(line) <= _SALUTATION and line[-1] in ",:，：":
        return len(line)
    named = line[at:end].casefold() not in _NEED_NAME
    for _ in range(7):
        stop = _BREAK.match(line, end)
        if stop:
            return stop.end() if named else 0
        word = _WORD.search(line, end)
        if not word or not _addresses(word.group()):
            return 0
        named = True
        end = word.end()
    return 0


def _addressee(line: str, at: int) -> int:
    """Where whoever is addressed at ``at``, after a greeting, is over; 0 without."""
    word = _WORD.match(line, at)
    if not word or word.group().casefold() not in _ADDRESSEES:
        return 0
    stop = _BREAK.match(line, word.end())
    return stop.end() if stop else 0


def _addresses(word: str) -> bool:
    return not word[0].islower() or word.casefold() in _ADDRESSEES


def _phrase(text: str, table: frozenset[str], at: int = 0) -> int:
    """Where the longest phrase of a table that starts at ``at`` ends; 0 without one."""
    if _WIDE.match(text, at):
        return max((at + n for n in range(2, 16) if text[at : at + n] in table), default=0)
    end, words = 0, []
    for match in _WORD.finditer(text, at, at + 60):
        words.append(match.group().casefold().rstrip("."))
        if " ".join(words) in table:
            end = match.start() + len(match.group().rstrip("."))
        if len(words) == 5:
            break
    return end


def _is_closing(line: str, end: int, most_words: int = 0) -> bool:
    """Whether what follows a closing phrase that ends at ``end`` is a name, or short at least."""
    stop = _BREAK.match(line, end)
    if not stop and (line[:end].casefold() in _NEED_BREAK or not line[end].isspace()):
        return False
    rest = line[stop.end() if stop else end :].strip()
    return not rest or is_name(rest) or bool(stop and len(rest.split()) <= most_words)


def _names(word: str) -> bool:
    return word.casefold().strip(",.") in _NAME_PARTICLES or word[0].isupper()


def _is_reference(line: str) -> bool:
    return bool(_REFERENCE.fullmatch(line.rstrip(".")))


def _is_short(line: str) -> bool:
    words = line.split()
    first = words[0].casefold().rstrip(".:")
    if first in phrases.POSTSCRIPTS or len(words) > _SIGNATURE_WORDS:
        return False
    return len(line) <= (20 if _WIDE.search(line) else 70)
