"""Moves mentions between themes: locked, counted, in small batches."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlmodel import Session

from models.feedback import Feedback
from models.mention import Mention
from service.items import lock_feedback, mentions_of
from service.rollups.apply import Delta, apply
from service.themes.places import Place, place_of
from service.themes.queries import Key

MOVE_BATCH: Final = 500
"""Mentions that are moved in one transaction, for which other writers wait."""


class LockedItems(NamedTuple):
    """Locked feedback with all of its mentions."""

    rows: Sequence[Feedback]
    mentions: Mapping[UUID, Sequence[Mention]]


def lock_items(session: Session, workspace_id: UUID, ids: Collection[UUID]) -> LockedItems:
    """Lock feedback, in the order of the ids, until the transaction ends."""
    rows = lock_feedback(session, workspace_id, ids, anew=True, texts=False)
    return LockedItems(list(rows.values()), mentions_of(session, workspace_id, ids, anew=True))


def move_mentions(
    session: Session,
    items: LockedItems,
    keys: Collection[Key],
    place: Place,
    source: UUID | None,
    target: UUID | None,
) -> list[tuple[Key, datetime]]:
    """Move mentions from the theme ``source`` (None: without a theme) to the theme ``target``.

    Both are themes of ``place``. Of the mentions ``keys``, those that are at another place, or do
    not belong to ``source`` any more, are skipped: somebody has changed them meanwhile.

    Returns:
        The mentions that were moved, and when the feedback of each occurred.
    """
    moved: list[tuple[Key, datetime]] = []
    delta = Delta()
    wanted = set(keys)
    for row in items.rows:
        mentions = items.mentions[row.id]
        mine = [
            mention
            for mention in mentions
            if (row.id, mention.ordinal) in wanted
            and mention.pain_point_id == source
            and place_of(place.workspace_id, mention) == place
        ]
        if not mine:
            continue
        delta.add(row, mentions, -1)
        for mention in mine:
            mention.pain_point_id = target
            moved.append((Key(row.id, mention.ordinal), row.occurred_at))
        delta.add(row, mentions)
    session.flush()
    apply(session, delta)
    return moved
