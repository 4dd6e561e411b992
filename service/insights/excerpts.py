"""Excerpts: a mention with some of the text around it. Pure."""

from typing import Final

from service.insights.pain_schemas import ExcerptOut

CUT: Final = "…"


def excerpt(around: str, first: int, start: int, end: int, chars: int) -> ExcerptOut:
    """The excerpt around the mention ``[start, end)`` of a text of ``chars`` characters.

    ``around`` is the text from ``first`` to some place after ``end``. Words cut off at its ends are
    dropped, and an ellipsis marks omitted text.
    """
    said = around[start - first : end - first]
    before, behind = around[: start - first], around[end - first :]
    if first > 0:
        before = CUT + _from_a_word_on(before)
    if end + len(behind) < chars:
        behind = _from_a_word_on(behind[::-1])[::-1] + CUT
    return ExcerptOut(text=before + said + behind, start=len(before), end=len(before) + len(said))


def _from_a_word_on(text: str) -> str:
    """``text`` without its first word, which is cut off; all of it if it is a single word (Chinese,
    a URL)."""
    gap = next((place for place, char in enumerate(text) if char.isspace()), None)
    return text if gap is None else text[gap + 1 :].lstrip()
