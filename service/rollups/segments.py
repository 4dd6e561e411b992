"""Segments: the feedback with one value of a declared attribute, as roll-ups name it. Pure.

``docs/decisions/0011-declared-attributes.md``. Values are texts as JSON writes them, which is how
filters compare them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

EVERYBODY: Final = ""
"""The segment of all feedback."""
BETWEEN: Final = "="
"""Between the name, which must not have it, and the value."""
LONGEST_VALUE: Final = 100
"""Characters: a segment is part of a key."""
_NUMBER: Final = re.compile(
    r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?(inf|infinity|nan)", re.IGNORECASE
)
_SHORT_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")


class Declared(NamedTuple):
    """A declared attribute, and up to which id feedback is counted; if ``ready``, all is."""

    name: str
    counted_to: UUID | None
    ready: bool

    def counts(self, feedback_id: UUID) -> bool:
        """Whether an item is in its roll-ups."""
        return self.ready or (self.counted_to is not None and feedback_id <= self.counted_to)


def is_rolled_up(value: str) -> bool:
    """Whether there are roll-ups of such a value.

    Databases don't agree on how fractions and very large numbers are written: these, and what only
    looks like them, are counted from the mentions; so is what is empty or too long.
    """
    whole = _SHORT_WHOLE.fullmatch(value) is not None
    return 0 < len(value) <= LONGEST_VALUE and (whole or not _NUMBER.fullmatch(value))


def segments(name: str, values: Iterable[str]) -> Sequence[str]:
    """The segments of some values of an attribute, each once."""
    return [f"{name}{BETWEEN}{value}" for value in dict.fromkeys(values)]


def segments_of(attributes: Mapping[str, Any], names: Iterable[str]) -> Sequence[str]:
    """The segments of ``names`` that an item with these attributes is in."""
    return [
        segment
        for name in names
        if (value := _written(attributes.get(name))) is not None and is_rolled_up(value)
        for segment in segments(name, [value])
    ]


def _written(value: Any) -> str | None:
    """A value as JSON writes it, if it is a text, a truth value or a whole number."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    return None
