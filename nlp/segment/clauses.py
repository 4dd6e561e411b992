"""Splits a sentence into clauses that may make points of their own."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, Literal, cast

from nlp.segment.conjunctions import ADDITIONS, CONTRASTS, TURNS, TURNS_WITHIN

Joint = Literal["sentence", "strong", "contrast", "turn", "addition", "weak"]
"""How a clause is joined to the one before. In order: it begins a sentence; follows a semicolon or
is an item of a list; follows a comma and begins with a contrasting conjunction; the same without
the comma, or with a side of two words; begins with another conjunction; follows other punctuation
or an emoji."""

Clause = tuple[int, int, Joint]

_ENCLOSED: Final = (
    "|".join(
        rf"{left}[^{left}{right}]{{1,300}}{right}"
        for left, right in (
            ('"', '"'),
            ("“", "”"),
            ("„", "“”"),
            ("«", "»"),
            ("「", "」"),
            ("（", "）"),
        )
    )
    + r"|\([^()]{1,300}\)"
)
_EMOJI: Final = "\u2600-\u27bf\U0001f300-\U0001faff"
_EMOJI_PARTS: Final = "\u200d\ufe0e\ufe0f\u2194\u2195\u2b1b\U000e0020-\U000e007f"
"""Characters that continue an emoji: joiners, signs that only a joiner adds, styles, tags."""
_STRONG: Final = r"[;；]|\s/\s|(?<!\()\s(?=\d\)\s)"
_WEAK: Final = (
    r"[,:](?=\s)|[，،、：]|\s[–—-]+(?=\s)|(?<![!?…])[!?…]+(?=\s)|(?<!\.)\.\.+(?=\s)"
    rf"|[{_EMOJI}][{_EMOJI}{_EMOJI_PARTS}]*"
)
"""A run of signs is matched only from its first: trying each would take quadratic time."""
_SIGN: Final = r"[\W\u2776-\u2793]"
"""What all joints except turns begin with: a lookahead that skips letters fast."""
_UNSPACED: Final = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD: Final = re.compile(r"\w[\w'’]*")

_FIRST: Final[Joint] = "sentence"

_WORDS_PER_SIGN: Final = 0.75
"""How many words a character of a script without spaces counts as."""

_MAX_EXAMINED: Final = 60
"""How many characters of a clause are examined to decide whether it can stand alone."""

_MIN_WORDS: Final = {"strong": 2, "contrast": 3, "turn": 2, "addition": 3, "weak": 2}
"""The minimum number of words that each side of a joint must have to stand alone. A contrast with
fewer counts as a turn: "Great food, but slow service" is split, "Good, but not great" is not."""


def clauses(text: str, start: int, end: int, language: str) -> Iterator[Clause]:
    """Split a sentence where both sides can stand alone; never inside quotes or brackets."""
    begin, joint = start, _FIRST
    for match in _joints(language).finditer(text, start, end):
        kind = match.lastgroup
        if not kind:
            continue
        size = min(_size(text, begin, match.start()), _size(text, match.end(), end))
        if kind == "contrast" and size < _MIN_WORDS[kind]:
            kind = "turn"
        if size >= _MIN_WORDS[kind]:
            yield begin, match.end(), joint
            begin, joint = match.end(), cast(Joint, kind)
    yield begin, end, joint


@cache
def _joints(language: str) -> re.Pattern[str]:
    """Where a sentence may be split; the group that matches is the kind of the joint."""
    contrast, addition = _any_of(CONTRASTS, language), _any_of(ADDITIONS, language)
    within = TURNS_WITHIN.get(language)
    turn = rf"(?={within})" if within else rf"\s(?={_any_of(TURNS, language)})"
    return re.compile(
        rf"(?P<turn>{turn})"
        rf"|(?={_SIGN})(?:{_ENCLOSED}"
        rf"|(?P<strong>{_STRONG})"
        rf"|(?P<contrast>(?:[,，،]\s*|、)(?={contrast}))"
        rf"|(?P<addition>,?\s(?={addition}))"
        rf"|(?P<weak>{_WEAK}))",
        re.IGNORECASE,
    )


def _any_of(table: dict[str, str], language: str) -> str:
    words = [word.replace("_", " ") for word in table.get(language, "").split()]
    if not words:
        return r"(?!)"
    edge = "" if _UNSPACED.search(words[0]) else r"\b"
    return f"(?:{'|'.join(map(re.escape, words))}){edge}"


def _size(text: str, start: int, end: int) -> float:
    """The length in words, or its equivalent in scripts without spaces, up to ``_MAX_EXAMINED``."""
    piece = text[start : min(end, start + _MAX_EXAMINED)]
    unspaced = len(_UNSPACED.findall(piece))
    return len(_WORD.findall(piece)) if unspaced < 3 else unspaced * _WORDS_PER_SIGN
