"""Mentions within the text around them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.insights.pain_schemas import EvidenceOut
from service.insights.readings import MentionOut
from service.insights.search_schemas import HighlightOut, MentionHitOut

MAX_MENTION_CHARS: Final = 1200
"""The maximum number of characters of a mention; the full text is one click away."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A mention with the text around it; ``is_cut`` if the mention is truncated.

    ``said`` are the parts of the mention, each with whether it matches the search.
    """

    mention: EvidenceOut
    before: str
    said: Sequence[tuple[str, bool]]
    after: str
    is_cut: bool


def quotes(mentions: Sequence[EvidenceOut]) -> list[Quote]:
    """Each mention within its excerpt, in the same order."""
    return [_quote(mention) for mention in mentions]


def _quote(mention: EvidenceOut) -> Quote:
    shown = mention.excerpt
    end = min(shown.end, shown.start + MAX_MENTION_CHARS)
    is_cut = end < shown.end
    sought = mention.highlights if isinstance(mention, MentionHitOut) else ()
    return Quote(
        mention=mention,
        before=shown.text[: shown.start],
        said=_pieces(shown.text, shown.start, end, sought),
        after="" if is_cut else shown.text[shown.end :],
        is_cut=is_cut,
    )


def _pieces(
    text: str, start: int, end: int, sought: Sequence[HighlightOut]
) -> list[tuple[str, bool]]:
    """``[start, end)`` of a text, split where search matches begin and end."""
    pieces: list[tuple[str, bool]] = []
    at = start
    for span in sought:
        first, last = (min(place, end) for place in (span.start, span.end))
        pieces += [(text[at:first], False), (text[first:last], True)]
        at = last
    return [piece for piece in [*pieces, (text[at:end], False)] if piece[0]]


def parts_of(text: str, mentions: Sequence[MentionOut]) -> list[tuple[str, MentionOut | None]]:
    """The whole text in parts, each with its mention, or None between mentions."""
    parts: list[tuple[str, MentionOut | None]] = []
    at = 0
    for mention in sorted(mentions, key=lambda mention: mention.start):
        first = max(at, mention.start)
        parts += [(text[at:first], None), (text[first : mention.end], mention)]
        at = max(at, mention.end)
    return [part for part in [*parts, (text[at:], None)] if part[0]]
