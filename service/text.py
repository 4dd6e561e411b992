"""Whether text is blank, visible and storable, and the forms in which it is stored and sent on."""

import re
from typing import Annotated, Final
from unicodedata import category, normalize

from pydantic import AfterValidator

_UNSEEN_KINDS: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
SELECTORS: Final = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
"""Select a variant of the preceding character, such as a coloured emoji."""
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | SELECTORS
"""Joiners, fillers, the Braille blank and variation selectors, which Unicode counts as letters."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets take for a formula (OWASP, CSV injection), full-width signs included."""
_STAYING: Final = SELECTORS | frozenset("\u200c\u200d")
_HINTS: Final = re.compile("[\u00ad\u061c\u200e\u200f]")
"""Soft hyphens and directional marks, which programs add to copied text."""
_FLAG: Final = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
"""The flag of a part of a country: a black flag and a few invisible letters, such as "gbeng"."""
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


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
    return character in _UNSEEN or category(character) in _UNSEEN_KINDS


def refuse_unstorable(text: str) -> str:
    """The same text, if PostgreSQL can store it and UTF-8 can encode it.

    Raises:
        ValueError: a NUL character or half of a surrogate pair, with its position.
    """
    if (found := _UNSTORABLE.search(text)) is None:
        return text
    what = "a NUL character" if found[0] == "\0" else "half of a surrogate pair"
    raise ValueError(f"contains {what} at position {found.start()}; remove it and send it again")


def refuse_invisible(text: str) -> str:
    """The same text, trimmed, if it is visible throughout and on one line.

    Joiners, variation selectors and flags stay: emoji and some scripts need them. Soft hyphens and
    directional marks are removed.

    Raises:
        ValueError: it is blank, or has a line break, a control character, or another invisible or
        private character.
    """
    if is_blank(text):
        raise ValueError("is blank; send visible text")
    text = text.strip()
    for position, character in enumerate(_FLAG.sub(lambda flag: "-" * len(flag[0]), text)):
        if not (character in _STAYING or _HINTS.match(character) or _is_plain(character)):
            found = f"an invisible or private character (U+{ord(character):04X})"
            raise ValueError(
                f"contains {found} at position {position}; remove it and send it again"
            )
    return _HINTS.sub("", text).strip()


def _is_plain(character: str) -> bool:
    """Whether a character is a space or visible, and not private."""
    kind = category(character)
    return kind == "Zs" or not (
        is_unseen(character) or kind == "Co" or _is_noncharacter(ord(character))
    )


def _is_noncharacter(point: int) -> bool:
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


def to_nfc(text: str) -> str:
    """The same text in NFC, the form in which all text is stored."""
    return text if text.isascii() else normalize("NFC", text)


def escape_formula(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


CleanText = Annotated[str, AfterValidator(refuse_unstorable)]
"""A string without NUL characters and lone surrogates; others are rejected with a reason."""
