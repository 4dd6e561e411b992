"""Spans of characters, [start, end): how they are trimmed, and what they may contain."""

import re
from typing import Final

Span = tuple[int, int]

CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""A Chinese, Japanese or Korean character: words may have no spaces between them, and it takes two
columns."""

_EDGE: Final = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\x00\u200b\ufeff"
)
"""All white space of ``str.split``, so that a trimmed text is empty or has a word, and invisible
characters."""
_UNPRINTABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


def trim(text: str, start: int, end: int, also: str = "") -> Span:
    """The span without white space, invisible characters and ``also`` at its ends; may be empty."""
    edge = _EDGE + also
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip(edge))
    return start + left, max(start + len(piece.rstrip(edge)), start + left)


def printable(text: str) -> str:
    """The text with what no tokenizer can encode (NUL, lone surrogates) replaced by spaces; its
    length stays the same."""
    return _UNPRINTABLE.sub(" ", text)
