"""Searches by words: parses queries, and finds their terms in a text. Pure.

A word is a run of letters, digits and marks. In scripts without spaces between words (Chinese,
Japanese, Thai, …), and in Korean, which attaches particles to words, every character is a word, so
that a search finds any part of a text. Case is ignored, and so are accents on Latin letters.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af"
)
"""The same ranges as in the migration that creates the index, so that both split texts alike."""
MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff"
_TOKEN: Final = re.compile(rf"[{UNSPACED}]|(?:[^\W_{UNSPACED}]|[{MARKS}])+")
_CLAUSE: Final = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_LATIN_MARKS: Final = range(0x300, 0x370)


class Token(NamedTuple):
    """A word in its folded form, which is compared, and its place ``[start, end)`` in a text."""

    word: str
    start: int
    end: int


class Span(NamedTuple):
    """``[start, end)`` in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    """Adjacent words; with ``prefix`` the last one matches all words that begin with it."""

    words: tuple[str, ...]
    prefix: bool = False

    def spans(self, tokens: Sequence[Token]) -> Iterator[Span]:
        """The places of the term in a text with these tokens."""
        first, length = self.words[0], len(self.words)
        for place in range(len(tokens) - length + 1):
            found = tokens[place].word
            if (found == first or (self.prefix and length == 1)) and self._is_at(tokens, place):
                yield Span(tokens[place].start, tokens[place + length - 1].end)

    def _is_at(self, tokens: Sequence[Token], place: int) -> bool:
        *whole, last = self.words
        found = [token.word for token in tokens[place : place + len(self.words)]]
        ends = found[-1].startswith(last) if self.prefix else found[-1] == last
        return ends and found[:-1] == whole


@dataclass(frozen=True, slots=True)
class Query:
    """Matches texts that have all of ``wanted`` and none of ``unwanted``."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...]

    def find(self, text: str) -> list[Span] | None:
        """The places of the wanted terms in ``text``, in order; None if it does not match."""
        tokens = tokens_of(text)
        if any(True for term in self.unwanted for _ in term.spans(tokens)):
            return None
        found: set[Span] = set()
        for term in self.wanted:
            spans = set(term.spans(tokens))
            if not spans:
                return None
            found |= spans
        return _joined(sorted(found))


def parse(text: str) -> Query:
    """Parse a query such as ``card "last step" refund* -delivery``.

    Clauses without a word are ignored; ``wanted`` can be empty.
    """
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for clause in _CLAUSE.finditer(text):
        said = clause["phrase"] if clause["phrase"] is not None else clause["word"]
        words = tuple(token.word for token in tokens_of(said))
        if words:
            prefix = clause["phrase"] is None and said.endswith("*")
            (unwanted if clause["minus"] else wanted).append(Term(words, prefix))
    return Query(tuple(wanted), tuple(unwanted))


def tokens_of(text: str) -> list[Token]:
    """The words of a text, in order."""
    return [Token(_folded(found[0]), *found.span()) for found in _TOKEN.finditer(text)]


@lru_cache(maxsize=50_000)
def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    kept: list[str] = []
    for char in unicodedata.normalize("NFD", word):
        if ord(char) in _LATIN_MARKS and kept and kept[-1].isascii():
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).lower()


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Sorted spans, with touching and overlapping ones merged."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined
