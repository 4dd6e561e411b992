"""From a text to the spans that each may make a point: ``segment``.

``dressing`` and ``formulas`` leave out what is no feedback (greetings, signatures, quoted replies),
``sentences`` finds sentences, ``clauses`` the places inside them where the point may change.
Phrases, abbreviations and conjunctions are data, in ``phrases``, ``abbreviations`` and
``conjunctions``.
"""

from nlp.segment.pieces import Piece, segment

__all__ = ["Piece", "segment"]
