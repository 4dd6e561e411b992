"""Splits a block of text into sentences, with exact offsets."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from sentencex import get_sentence_boundaries

from nlp.segment.abbreviations import CLOSING, NUMBERED, UNFINISHED
from nlp.segment.spans import Span, trim

_LINE_BREAK: Final = re.compile(r"[\n\r]")
"""Line breaks left in a block are a mail program's; the splitter would end a paragraph there."""

_WINDOW: Final = 4_000
"""Characters split at once: in Chinese and Japanese the splitter's time grows with their square."""

_MARGIN: Final = 100
"""Characters after a sentence that may decide where it ends; sentences that end closer to the end
of a window are split again."""

_INITIALS: Final = re.compile(r"[^\W\d_](?:\.[^\W\d_]{1,3})*")
"""A letter, or letters parted by dots as in ``m.in``: an abbreviation in any language."""

_OPENING: Final = "([\"'«“„"
_MAX_ABBREVIATION: Final = 20
"""How many characters before a boundary are searched for an abbreviation."""


def sentences(text: str, start: int, end: int, language: str) -> list[Span]:
    """The trimmed, non-empty sentences of ``text[start:end]``, as [start, end) in ``text``."""
    block = _LINE_BREAK.sub(" ", text[start:end])
    spans = (trim(text, start + left, start + right) for left, right in _whole(block, language))
    return [span for span in spans if span[0] < span[1]]


def _whole(block: str, language: str) -> list[Span]:
    """The sentences of a block; the dot of an abbreviation does not end one."""
    found: list[Span] = []
    for left, right in _split(block, language):
        if found and _continues(block, left, language):
            found[-1] = (found[-1][0], right)
        else:
            found.append((left, right))
    return found


def _continues(block: str, at: int, language: str) -> bool:
    """Whether an abbreviation, not a sentence, ends before ``at``."""
    if block[at - 1 : at + 1] == ".-":
        return True
    words = block[max(at - _MAX_ABBREVIATION, 0) : at].split()
    if not words or words[-1][-1] != ".":
        return False
    word = words[-1][:-1].lstrip(_OPENING).casefold()
    unfinished, closing, numbered = _abbreviations(language)
    if word in unfinished:
        return True
    continues = word in closing or bool(_INITIALS.fullmatch(word))
    if block[at].isdigit():
        return continues or word in numbered
    return continues and block[at].islower()


@cache
def _abbreviations(language: str) -> tuple[frozenset[str], ...]:
    tables = (UNFINISHED, CLOSING, NUMBERED)
    return tuple(frozenset(table.get(language, "").split()) for table in tables)


def _split(block: str, language: str) -> Iterator[Span]:
    """The sentences of a block, window by window; one longer than a window widens it."""
    at, size = 0, _WINDOW
    while at + size < len(block):
        complete = [
            span
            for span in _boundaries(block[at : at + size], language)
            if span[1] <= size - _MARGIN
        ]
        yield from ((at + left, at + right) for left, right in complete)
        at, size = (at + complete[-1][1], _WINDOW) if complete else (at, 2 * size)
    yield from ((at + left, at + right) for left, right in _boundaries(block[at:], language))


def _boundaries(block: str, language: str) -> list[Span]:
    found = get_sentence_boundaries(language, block)
    return [(sentence["start_index"], sentence["end_index"]) for sentence in found]
