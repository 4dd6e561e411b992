"""A run of characters, [start, end), how it is trimmed, and what is in it."""

import re
from typing import Final

Span = tuple[int, int]

WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""A Chinese, Japanese or Korean sign: no blanks part its words, and it takes two columns."""

_EDGE: Final = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\x00\u200b\ufeff"
)
"""All that ``str.split`` takes for white space, lest a trimmed text have no word; and more."""
_UNPRINTABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


def trim(text: str, start: int, end: int, also: str = "") -> Span:
    """The span without white space, invisible characters and ``also`` at its ends; maybe empty."""
    edge = _EDGE + also
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip(edge))
    return start + left, max(start + len(piece.rstrip(edge)), start + left)


def printable(text: str) -> str:
    """The text, of the same length, with what no tokenizer can encode replaced: NUL characters
    and halves of surrogate pairs."""
    return _UNPRINTABLE.sub(" ", text)
