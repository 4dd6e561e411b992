"""A run of characters, [start, end), and how it is trimmed."""

import re
from typing import Final

Span = tuple[int, int]

_EDGE: Final = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029\x00\u00a0\u3000\u200b\ufeff"
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
