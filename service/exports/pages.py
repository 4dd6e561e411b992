"""Rows page by page, each page read in a transaction of its own.

A client may take hours to fetch a file; no transaction is open meanwhile. Rows that change
meanwhile are in the file in their old or new state. Mentions and feedback are included once: their
pages follow keys that do not change. Pain points and wins are ranked for each page: one that rises
or falls meanwhile may be included twice, or not at all.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from sqlmodel import Session

from service.db import Database
from service.exports.tables import Row

PAGE: Final = 1000

K = TypeVar("K")
PageReader = Callable[[Session, K | None], tuple[Sequence[Row], K | None]]
"""The rows after a key (None: the first ones), and the key for the next page (None: no more)."""


def pages(database: Database, read: PageReader[K]) -> Iterator[Sequence[Row]]:
    """All pages; the first is read at once, so that errors of the request are raised here.

    Raises:
        What ``read`` raises.
    """
    with database.read() as session:
        first, after = read(session, None)

    def following(key: K | None) -> Iterator[Sequence[Row]]:
        yield first
        while key is not None:
            with database.read() as session:
                rows, key = read(session, key)
            yield rows

    return following(after)
