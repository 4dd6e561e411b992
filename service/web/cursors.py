"""Keyset cursors: a list's name and the sort key of the last row returned, opaque to clients."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from math import isnan
from typing import Any, Final

from service.errors import InvalidParam, InvalidRequest
from service.text import refuse_unstorable
from service.web.times import in_utc

MAX_CHARS: Final = 2000
COLUMN_INTS: Final = range(2**31)
"""Non-negative integers that fit into an integer column of either database."""


def encode_cursor(list_name: str, values: Sequence[str | int | float]) -> str:
    """``values`` of a row of the named list, as opaque URL-safe text."""
    return urlsafe_b64encode(json.dumps([list_name, *values]).encode()).decode().rstrip("=")


def decode_cursor(list_name: str, text: str, kinds: Sequence[Callable[[Any], Any]]) -> list[Any]:
    """The values in a cursor of the named list, each parsed by its kind: ``UUID``,
    ``cursor_time``, ….

    Raises:
        InvalidRequest: the cursor was not made by this list.
    """
    try:
        made_by, *values = _decode(text)
        if made_by != list_name:
            raise ValueError("belongs to another list")
        return [kind(value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        reason = "is not a cursor of this endpoint; pass 'next' of the previous page, unchanged"
        raise InvalidRequest(invalid_params=[InvalidParam("cursor", reason)]) from None


def cursor_time(value: Any) -> datetime:
    """A time in a cursor, in UTC.

    Raises:
        ValueError: it has no offset, or can't be expressed in UTC.
    """
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("has no offset")
    return in_utc(at)


def cursor_int(value: Any) -> int:
    """A whole number in a cursor that can be compared with columns.

    Raises:
        ValueError, OverflowError: not a whole number, or not in ``COLUMN_INTS``.
    """
    if (found := int(value)) not in COLUMN_INTS:
        raise ValueError("is out of range")
    return found


def cursor_float(value: Any) -> float:
    """A number in a cursor, possibly infinite, to compare others with.

    Raises:
        ValueError: not a number, or NaN.
    """
    if isnan(found := float(value)):
        raise ValueError("is not a number")
    return found


def _decode(text: str) -> list[Any]:
    if len(text) > MAX_CHARS:
        raise ValueError("too long")
    values = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if not isinstance(values, list) or not all(isinstance(v, str | int | float) for v in values):
        raise ValueError("not a list of plain values")
    for value in values:
        if isinstance(value, str):
            refuse_unstorable(value)
    return values
