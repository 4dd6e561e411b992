"""Text that every part of the system can store and send on."""

import re
from typing import Annotated, Final
from unicodedata import category, normalize

from pydantic import AfterValidator, FiniteFloat

from service.web.blanks import is_blank

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets take for a formula (OWASP, CSV injection); full-width signs are such, too."""
_JOINERS: Final = "\u200c\u200d"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def refuse_unstorable(text: str) -> str:
    """The same text, if PostgreSQL can store it and UTF-8 can carry it.

    Raises:
        ValueError: a NUL character or half of a surrogate pair, with its position.
    """
    if (found := _UNSTORABLE.search(text)) is None:
        return text
    what = "a NUL character" if found[0] == "\0" else "half of a surrogate pair"
    raise ValueError(f"contains {what} at position {found.start()}; remove it and send it again")


def seen(text: str) -> str:
    """The same text without blanks around it, if people see all of it, and on one line.

    Joiners stay, which emoji and some scripts are written with.

    Raises:
        ValueError: it is blank, or has a line break, a control or another invisible character.
    """
    if is_blank(text):
        raise ValueError("is blank; say what people should read")
    text = text.strip()
    for position, character in enumerate(text):
        if category(character) in _UNSEEN and character not in _JOINERS:
            found = f"an invisible character (U+{ord(character):04X}) at position {position}"
            raise ValueError(f"contains {found}; remove it and send it again")
    return text


def composed(text: str) -> str:
    """The same text in NFC, as all of it is stored."""
    return text if text.isascii() else normalize("NFC", text)


def inert(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


CleanText = Annotated[str, AfterValidator(refuse_unstorable)]
"""A string without NUL characters and lone surrogates; others are refused with a reason."""

CleanValue = CleanText | bool | int | FiniteFloat | None
"""A JSON value that is not a container: clean text, a truth value, a finite number or null."""
