"""Text in which there is nothing to see."""

import unicodedata
from typing import Final

_UNSEEN_KINDS: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
SELECTORS: Final = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
"""They choose a variant of the character before them, such as an emoji in colour."""
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | SELECTORS
"""Joiners, fillers, the blank of Braille, selectors of variants: they count as letters."""


def is_blank(text: str) -> bool:
    """Whether ``text`` has only blanks and characters that can't be seen, such as U+200B."""
    if text[:1].isascii() and text[:1].isalnum():  # as nearly all of them are
        return False
    return all(map(is_unseen, text))


def is_missing(value: object) -> bool:
    """Whether a field that may be left out is: null, or blank, as templates of tools leave it."""
    return value is None or (isinstance(value, str) and is_blank(value))


def is_unseen(character: str) -> bool:
    """Whether there is nothing to see of this character itself; spaces are such."""
    return character in _UNSEEN or unicodedata.category(character) in _UNSEEN_KINDS
