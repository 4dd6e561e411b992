"""A worker's share: builds the roll-ups of a declared attribute from stored feedback.

Feedback is counted in the order of its ids, one portion per transaction, together with the last id
that was counted. Writers of roll-ups lock that id (``rollups.declared.lock_declared``): up to it
they keep the roll-ups right, the rest is still to be counted. So building may stop at any point,
and two workers may build at once.
"""

import threading
import time
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from models.attribute import READY, DeclaredAttribute
from models.feedback import TEXT_COLUMNS, Feedback
from service.attributes.declaring import next_building
from service.db import Database
from service.items import mentions_of
from service.rollups.apply import Delta, apply_to_spans
from service.rollups.declared import lock_declared_exclusively
from service.rollups.segments import ALL_FEEDBACK, Declared

PORTION: Final = 500
"""Items counted in one transaction: other writers wait for it."""


class Builder:
    """Builds portion after portion, and leaves as much time to other writers in between."""

    def __init__(self, database: Database, stop: threading.Event | None = None) -> None:
        self._database = database
        self._stop = stop or threading.Event()

    def run_once(self) -> bool:
        """Count a portion of an attribute that is being built; returns whether there was any."""
        with self._database.read() as session:
            waiting = next_building(session)
        if waiting is None:
            return False
        started = time.monotonic()
        self._database.transact(lambda session: count_portion(session, *waiting))
        self._stop.wait(time.monotonic() - started)
        return True


def count_portion(session: Session, workspace_id: UUID, name: str) -> None:
    """Add the next items to the roll-ups of an attribute; if there are none left, mark it ready."""
    lock_declared_exclusively(session, workspace_id)
    row = session.get(DeclaredAttribute, (workspace_id, name), populate_existing=True)
    if row is None or row.state == READY:
        return
    items = _items(session, workspace_id, row.counted_to)
    if not items:
        row.state, row.counted_to = READY, None
        return
    mentions = mentions_of(session, workspace_id, [item.id for item in items])
    row.counted_to = items[-1].id
    delta = Delta()
    for item in items:
        delta.add(item, mentions[item.id])
    built = Declared(name, row.counted_to, ready=False)
    by_segment = delta.by_segment({workspace_id: [built]})
    del by_segment[ALL_FEEDBACK]
    apply_to_spans(session, by_segment)


def _items(session: Session, workspace_id: UUID, after: UUID | None) -> Sequence[Feedback]:
    """The next items, analysed or not, in the order of their ids."""
    page = (
        select(Feedback)
        .where(Feedback.workspace_id == workspace_id)
        .order_by(col(Feedback.id))
        .limit(PORTION)
        .options(*(defer(column) for column in TEXT_COLUMNS))
        .execution_options(populate_existing=True)
    )
    if after is not None:
        page = page.where(col(Feedback.id) > after)
    return session.exec(page).all()
