"""Feedback with its mentions, read in pages: the source that roll-ups are recomputed from."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from models.feedback import TEXT_COLUMNS, Feedback
from models.mention import Mention
from service.items import mentions_of

PAGE: Final = 1000


class Item(NamedTuple):
    """A feedback row without its texts, the length of its text in characters, and its mentions in
    the order of their ordinals."""

    row: Feedback
    chars: int
    mentions: Sequence[Mention]


def items(session: Session, workspace_id: UUID) -> Iterator[Item]:
    """All items of a workspace in the order of ``occurred_at``, one page in memory at a time."""
    last: Feedback | None = None
    while page := _page(session, workspace_id, last):
        mentions = mentions_of(session, workspace_id, [row.id for row, _ in page])
        session.expunge_all()
        for row, chars in page:
            yield Item(row, chars, mentions[row.id])
        last = page[-1][0]


def _page(
    session: Session, workspace_id: UUID, last: Feedback | None
) -> Sequence[tuple[Feedback, int]]:
    occurred, key = col(Feedback.occurred_at), col(Feedback.id)
    page = (
        select(Feedback, func.length(Feedback.text))
        .where(Feedback.workspace_id == workspace_id)
        .order_by(occurred, key)
        .limit(PAGE)
        .options(*(defer(column) for column in TEXT_COLUMNS))
    )
    if last is not None:
        page = page.where(
            occurred >= last.occurred_at, or_(occurred > last.occurred_at, key > last.id)
        )
    return session.exec(page).all()
