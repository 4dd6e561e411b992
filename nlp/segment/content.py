"""Checks whether a piece of text says anything."""

import re
from typing import Final

from nlp.segment import phrases

_CONTENT: Final = re.compile(r"[^\W_]")
_PICTURE: Final = re.compile(r"[\u2190-\u2bff\U0001f000-\U0001faff]|[:;=8][-o']?[()DPp/|]|<3")
_EDGE: Final = " \t\r\n.,!?-_*#:;()\"'…。！"
_MAX_NO_ANSWER: Final = 40

_DENIALS: Final = phrases.words(phrases.DENIALS)
_NO_ANSWERS: Final = phrases.words(phrases.NO_ANSWERS) | _DENIALS


def has_words(text: str, start: int, end: int) -> bool:
    """Whether there is a letter or digit, of any script, in ``text[start:end]``."""
    return bool(_CONTENT.search(text, start, end))


def is_pictured(text: str) -> bool:
    """Whether there is an emoji or another symbol that can express a feeling."""
    return bool(_PICTURE.search(text))


def is_no_answer(text: str) -> bool:
    """Whether the whole text only says that there is nothing to say, as ``n/a`` does."""
    return _answer(text) in _NO_ANSWERS


def is_denial(text: str) -> bool:
    """Whether the whole text is "no" or "nothing", which says something if there was a question."""
    return _answer(text) in _DENIALS


def _answer(text: str) -> str:
    """The text without punctuation around it, case-folded; empty if it is too long to matter."""
    return text.strip(_EDGE).casefold() if len(text) <= _MAX_NO_ANSWER else ""
