"""A mention with a little of the text around it, and where in that it is. Pure."""

from typing import Final

from service.insights.pain_schemas import ExcerptOut

CUT: Final = "…"


def excerpt(around: str, first: int, start: int, end: int, chars: int) -> ExcerptOut:
    """What is shown of a text of ``chars`` characters, of which ``[start, end)`` is meant.

    ``around`` is the text from ``first`` on, up to somewhere behind ``end``. Words that it cuts
    are left out, and an ellipsis stands for what is missing.
    """
    said = around[start - first : end - first]
    before, behind = around[: start - first], around[end - first :]
    if first > 0:
        before = CUT + _from_a_word_on(before)
    if end + len(behind) < chars:
        behind = _from_a_word_on(behind[::-1])[::-1] + CUT
    return ExcerptOut(text=before + said + behind, start=len(before), end=len(before) + len(said))


def _from_a_word_on(text: str) -> str:
    """``text`` without its first, cut word; all of it if it is one word (Chinese, an address)."""
    gap = next((place for place, char in enumerate(text) if char.isspace()), None)
    return text if gap is None else text[gap + 1 :].lstrip()
