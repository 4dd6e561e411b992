"""Text without any visible character."""

import unicodedata
from typing import Final

_UNSEEN_KINDS: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
SELECTORS: Final = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
"""Select a variant of the preceding character, such as a coloured emoji."""
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | SELECTORS
"""Joiners, fillers, the Braille blank and variation selectors, which Unicode counts as letters."""


def is_blank(text: str) -> bool:
    """Whether ``text`` has only blanks and characters that can't be seen, such as U+200B."""
    if text[:1].isascii() and text[:1].isalnum():  # nearly all texts
        return False
    return all(map(is_unseen, text))


def is_missing(value: object) -> bool:
    """Whether an optional field counts as left out: null, or blank, as tools send it."""
    return value is None or (isinstance(value, str) and is_blank(value))


def is_unseen(character: str) -> bool:
    """Whether this character alone is invisible; spaces are."""
    return character in _UNSEEN or unicodedata.category(character) in _UNSEEN_KINDS
