"""What customers said, within what they said it in."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from models.feedback import Feedback
from service.insights.pain_schemas import EvidenceOut
from service.insights.shapes import MentionOut

AROUND: Final = 160
"""Characters of the text that are shown before and after a mention."""
LONGEST: Final = 1200
"""Characters of a mention that are shown; the whole of it is a click away."""
_WORD_END: Final = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Quote:
    """A mention with the text around it; ``cut_*`` tell that there is more of it."""

    mention: EvidenceOut
    before: str
    said: str
    after: str
    cut_before: bool
    cut_within: bool
    cut_after: bool


def texts_of(session: Session, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """The texts of these items."""
    rows = session.exec(
        select(Feedback.id, Feedback.text).where(
            Feedback.workspace_id == workspace_id, col(Feedback.id).in_(ids)
        )
    )
    return {id_: text for id_, text in rows}


def quotes(mentions: Sequence[EvidenceOut], texts: Mapping[UUID, str]) -> list[Quote]:
    """Each mention in its text, in the same order."""
    return [quote(mention, texts[mention.feedback_id]) for mention in mentions]


def quote(mention: EvidenceOut, text: str) -> Quote:
    """One mention, ``[start, end)`` of ``text``."""
    first, cut_before = _back(text, mention.start)
    last, cut_after = _forth(text, mention.end)
    cut_within = mention.end - mention.start > LONGEST
    return Quote(
        mention=mention,
        before=text[first : mention.start],
        said=text[mention.start : mention.start + LONGEST] if cut_within else mention.text,
        after="" if cut_within else text[mention.end : last],
        cut_before=cut_before,
        cut_within=cut_within,
        cut_after=cut_after and not cut_within,
    )


def _back(text: str, start: int) -> tuple[int, bool]:
    """Where the text before a mention begins to be shown, at a word if one begins there."""
    if start <= AROUND:
        return 0, False
    space = _WORD_END.search(text, start - AROUND, start)
    return (space.end() if space else start - AROUND), True


def _forth(text: str, end: int) -> tuple[int, bool]:
    if len(text) - end <= AROUND:
        return len(text), False
    shown = text[end : end + AROUND]
    spaces = [found.start() for found in _WORD_END.finditer(shown)]
    return end + (spaces[-1] if spaces else AROUND), True


def parts_of(text: str, mentions: Sequence[MentionOut]) -> list[tuple[str, MentionOut | None]]:
    """The whole text in parts, each with the mention that it is, or None between mentions."""
    parts: list[tuple[str, MentionOut | None]] = []
    at = 0
    for mention in sorted(mentions, key=lambda mention: mention.start):
        first = max(at, mention.start)
        parts += [(text[at:first], None), (text[first : mention.end], mention)]
        at = max(at, mention.end)
    return [part for part in [*parts, (text[at:], None)] if part[0]]
