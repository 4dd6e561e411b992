"""Conditions on the keys of many rows, and splitting many keys into chunks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_

K = TypeVar("K")

Id = tuple[UUID, UUID]
"""(workspace_id, id)"""


def pair_in(
    workspace: Any, key: Any, ids: Iterable[tuple[UUID, UUID | str]]
) -> ColumnElement[bool]:
    """Whether the columns ``workspace`` and ``key`` are a pair of ``ids``.

    Spelled out by workspace, because SQLite scans the table for ``(a, b) IN (…)``.
    """
    keys = defaultdict(list)
    for workspace_id, row_id in ids:
        keys[workspace_id].append(row_id)
    return or_(
        False,
        *(and_(workspace == workspace_id, key.in_(rows)) for workspace_id, rows in keys.items()),
    )


def chunked(keys: Sequence[K], size: int) -> Iterator[Sequence[K]]:
    """All of ``keys`` in order, in chunks of at most ``size``."""
    return (keys[start : start + size] for start in range(0, len(keys), size))
