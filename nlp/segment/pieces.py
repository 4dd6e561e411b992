"""Splits a text into pieces, each of which is a point or a part of one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nlp.segment.boilerplate import body
from nlp.segment.clauses import Joint, clauses
from nlp.segment.content import has_words, is_denial, is_no_answer, is_pictured
from nlp.segment.formulas import (
    is_closing,
    is_courtesy,
    is_pleasantry,
    is_reference,
    is_request,
    is_thanks,
)
from nlp.segment.names import is_name
from nlp.segment.sentences import sentences
from nlp.segment.spans import Span, printable, trim

_LOOSE: Final = ",;:，；：、،–—-"
"""Punctuation between two clauses that belongs to neither."""


@dataclass(frozen=True, slots=True)
class Piece:
    """``text[start:end]``, trimmed and not empty, and how it is joined to the piece before.

    A piece whose joint is ``sentence`` begins one; any other continues the same sentence, and
    whether it makes a new point depends on its meaning (``nlp.joining``).
    """

    start: int
    end: int
    joint: Joint


def segment(text: str, language: str, kind: str | None = None, asked: bool = False) -> list[Piece]:
    """The pieces of a text, in order, never overlapping; none if it says nothing.

    "No" and "nothing" say something only if the text is an answer to a question (``asked``).

    ``language`` is an ISO 639 code; a text in an unknown one, such as ``und``, is split at
    sentences and punctuation. Works for any string, in time linear in its length.
    """
    text = printable(text)
    if is_no_answer(text) and not (asked and is_denial(text)):
        return []
    found = [
        piece
        for start, end in _message_sentences(text, language, kind == "ticket")
        for piece in _pieces(text, start, end, language)
    ]
    return _with_words(text, found)


def _message_sentences(text: str, language: str, ticket: bool) -> list[Span]:
    """The sentences that are not formulas. Courtesies, pleasantries and references of a ticket are
    dropped, too, unless nothing else is left."""
    kept: list[Span] = []
    thanked = False
    for start, end in body(text, ticket):
        for sentence in sentences(text, start, end, language):
            words = text[slice(*sentence)]
            signed = thanked and is_name(words) and not _only_asks(text, kept)
            if not signed and not (is_closing(words, ticket) and (kept or ticket)):
                kept.append(sentence)
            thanked = ticket and is_thanks(words)
    to_the_point = [
        span for span in kept if not (ticket and _is_beside_the_point(text[slice(*span)]))
    ]
    return to_the_point or kept


def _only_asks(text: str, kept: Sequence[Span]) -> bool:
    return all(is_request(text[slice(*span)]) for span in kept)


def _is_beside_the_point(sentence: str) -> bool:
    return is_reference(sentence) or is_courtesy(sentence) or is_pleasantry(sentence)


def _pieces(text: str, start: int, end: int, language: str) -> Iterator[Piece]:
    for clause_start, clause_end, joint in clauses(text, start, end, language):
        left, right = trim(text, clause_start, clause_end, "" if clause_end == end else _LOOSE)
        if left < right:
            yield Piece(left, right, joint)


def _with_words(text: str, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, with each one without words, such as an emoji, added to the piece before it.

    A text of nothing but emoji is feedback, too; one of nothing but punctuation is not.
    """
    kept: list[Piece] = []
    worded = True
    for piece in pieces:
        if kept and not (worded and has_words(text, piece.start, piece.end)):
            worded = worded or has_words(text, piece.start, piece.end)
            kept[-1] = Piece(kept[-1].start, piece.end, kept[-1].joint)
        else:
            worded = has_words(text, piece.start, piece.end)
            kept.append(piece)
    return kept if worded or is_pictured(text) else []
