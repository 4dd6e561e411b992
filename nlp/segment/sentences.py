"""Sentences of a block of text, with exact offsets."""

import re
from typing import Final

from sentencex import get_sentence_boundaries

from nlp.segment.spans import Span, trim

_LINE_BREAK: Final = re.compile(r"[\n\r]")
"""Those left in a block are a mail program's; the splitter would end paragraphs there."""


def sentences(text: str, start: int, end: int, language: str) -> list[Span]:
    """The trimmed, non-empty sentences of ``text[start:end]``, as [start, end) in ``text``."""
    block = _LINE_BREAK.sub(" ", text[start:end])
    spans = (
        trim(text, start + found["start_index"], start + found["end_index"])
        for found in get_sentence_boundaries(language, block)
    )
    return [span for span in spans if span[0] < span[1]]
