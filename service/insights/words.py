"""What a search asks for in words, and where a text has it. Pure.

A word is a run of letters, digits and marks; in scripts that put no blanks between words (Chinese,
Japanese, Thai, …) and in Korean, which writes particles onto them, every character is one: there a
search finds any part of a text. Case is ignored, and so are accents on Latin letters.
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
"""As in the migration that made the index: one there is one here."""
MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff"
_TOKEN: Final = re.compile(rf"[{UNSPACED}]|(?:[^\W_{UNSPACED}]|[{MARKS}])+")
_CLAUSE: Final = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_LATIN_MARKS: Final = range(0x300, 0x370)


class Token(NamedTuple):
    """A word as it is compared, at ``[start, end)`` of a text."""

    word: str
    start: int
    end: int


class Span(NamedTuple):
    """``[start, end)`` in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow one another; with ``prefix`` the last may be longer than said."""

    words: tuple[str, ...]
    prefix: bool = False

    def spans(self, tokens: Sequence[Token]) -> Iterator[Span]:
        """Where it is in a text of these tokens."""
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
    """All of ``wanted``, none of ``unwanted``."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...]

    def find(self, text: str) -> list[Span] | None:
        """Where ``text`` has what is wanted, in order; None if it does not match."""
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
    """``card "last step" refund* -delivery`` as a query.

    What has no word in it is passed over; the query may want nothing.
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
    """Spans in order, those that touch or overlap made one."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined
