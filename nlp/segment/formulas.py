"""Whether a line or sentence is a formula of letters: greeting, sign-off, name, reference."""

import re
from typing import Final

from nlp.segment import phrases

_WORD: Final = re.compile(r"[^\s,:;!?。、，！：،؛؟]+")
_BREAK: Final = re.compile(r"\s*(?:[,:;!?.。、，！：،؛؟]+|\s[–—-]+(?=\s)|$)\s*")
_REFERENCE: Final = re.compile(
    r"(?:[^\W\d_]+[.:]*\s+){0,3}"
    r"(?:#?\d[\d ./-]{3,}|#?[\w./-]*[A-Z][\w./-]*\d[\w./-]*|#?\d+[-/][\w/-]+)"
)
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_GREETINGS: Final = phrases.words(phrases.GREETINGS)
_ADDRESSEES: Final = phrases.words(phrases.ADDRESSEES)
_SIGN_OFFS: Final = phrases.words(phrases.SIGN_OFFS)
_THANKS: Final = phrases.words(phrases.THANKS)

_NEED_NAME: Final = phrases.words(phrases.ADJECTIVE_GREETINGS)
"""Greetings that are also plain adjectives: only with an addressee."""

_NEED_BREAK: Final = phrases.words(phrases.BARE_SIGN_OFFS)
"""Sign-offs that also begin sentences: only when a comma or the line's end follows."""

_NAME_PARTICLES: Final = phrases.words(phrases.NAME_PARTICLES)
_NEVER_NAMES: Final = phrases.words(phrases.NEVER_NAMES)

_SALUTATION: Final = 40
"""A longer first line says more than whom it is for."""


def is_dressing(text: str, ticket: bool) -> bool:
    """Whether a line or sentence is a sign-off, or in a ticket a closing thanks or reference."""
    if len(text) > 80:
        return False
    end = _phrase(text, _SIGN_OFFS)
    if end:
        return _is_closing(text, end, ticket, most_words=6)
    end = ticket and _phrase(text, _THANKS)
    return bool(end and _is_closing(text, end, ticket)) or (ticket and _is_reference(text))


def is_name(text: str) -> bool:
    """Whether a text has no more than six words, all with a capital, no digits, no verdict."""
    words = text.split()
    if len(words) > 6 or text[-1] in "!?…" or (text[-1] == "." and len(words[-1]) > 4):
        return False
    if _WIDE.search(text):
        return len(text) <= 6
    return all(_names(word) for word in words) and any(word[0].isalpha() for word in words)


def is_first_name(text: str) -> bool:
    """Whether a text may be a name without a capital: one word, two in a script without case."""
    words = text.rstrip(".").split()
    caseless = text.lower() == text.upper()
    return 0 < len(words) <= 1 + caseless and all(
        word.replace("-", "").isalpha() and word.casefold() not in _NEVER_NAMES for word in words
    )


def is_salutation(line: str) -> bool:
    """Whether a first line only says whom it is for."""
    return line[-1] in ",:，：" and len(line) <= _SALUTATION and len(line.split()) <= 5


def greeting_end(line: str) -> int:
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


def _is_closing(line: str, end: int, ticket: bool, most_words: int = 0) -> bool:
    """Whether what follows a closing phrase that ends at ``end`` is a name, or short at least."""
    stop = _BREAK.match(line, end)
    if not stop and (line[:end].casefold() in _NEED_BREAK or not line[end].isspace()):
        return False
    rest = line[stop.end() if stop else end :].strip()
    named = not rest or is_name(rest) or (ticket and is_first_name(rest))
    return named or bool(stop and len(rest.split()) <= most_words)


def _names(word: str) -> bool:
    plain = word.casefold().strip(",.")
    return plain in _NAME_PARTICLES or (word[0].isupper() and plain not in _NEVER_NAMES)


def _is_reference(line: str) -> bool:
    return bool(_REFERENCE.fullmatch(line.rstrip(".")))
