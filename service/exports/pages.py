"""Rows page by page, each page read in a transaction of its own.

A file may take its reader hours to fetch; no transaction is open meanwhile. What changes in between
is in the file as it was before or after. Mentions and feedback are there once: their pages follow
keys that do not change. Pain points and wins are ranked for each page: one that rises or falls
meanwhile may be there twice, or not.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from sqlmodel import Session

from service.db import Database
from service.exports.tables import Row

PAGE: Final = 1000

K = TypeVar("K")
Read = Callable[[Session, K | None], tuple[Sequence[Row], K | None]]
"""The rows behind a key (None: the first ones), and the key to go on behind (None: no more)."""


def pages(database: Database, read: Read[K]) -> Iterator[Sequence[Row]]:
    """All pages; the first is read at once, so that what is wrong with the request is told.

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
