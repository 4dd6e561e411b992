"""Splits a text into spans that may each make a point of their own: ``segment``.

``boilerplate`` and ``formulas`` remove what is not feedback (greetings, signatures, quoted
replies), ``sentences`` finds sentences, and ``clauses`` the places inside them where the point may
change. Phrases, abbreviations and conjunctions are data, in ``phrases``, ``abbreviations`` and
``conjunctions``.
"""

from nlp.segment.content import is_denial
from nlp.segment.pieces import Piece, segment

__all__ = ["Piece", "is_denial", "segment"]
