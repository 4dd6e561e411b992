"""Building the roll-ups of a declared attribute from the feedback there is: a worker's share.

Feedback is counted in the order of its ids, a portion in a transaction, together with the id that
it has come to. Whoever writes roll-ups holds that (``rollups.declared.held``): what is up to there
is theirs to keep right, what is beyond is still to be counted. So it may end at any point, and two
workers may build at once.
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
from service.rollups.apply import Delta, add_over_spans
from service.rollups.declared import hold_alone
from service.rollups.segments import EVERYBODY, Declared

PORTION: Final = 500
"""Items counted in one transaction: others wait for it to write."""


class Builder:
    """Builds one portion after the other, and leaves as much time to others in between."""

    def __init__(self, database: Database, stop: threading.Event | None = None) -> None:
        self._database = database
        self._stop = stop or threading.Event()

    def round(self) -> bool:
        """Count a portion of an attribute that is being built; whether there was any."""
        with self._database.read() as session:
            waiting = next_building(session)
        if waiting is None:
            return False
        started = time.monotonic()
        self._database.transact(lambda session: count_portion(session, *waiting))
        self._stop.wait(time.monotonic() - started)
        return True


def count_portion(session: Session, workspace_id: UUID, name: str) -> None:
    """Add the next items to the roll-ups of an attribute; if there are none left, it is ready."""
    hold_alone(session, workspace_id)
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
    del by_segment[EVERYBODY]
    add_over_spans(session, by_segment)


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
