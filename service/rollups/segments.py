"""Segments: all feedback with one value of a declared attribute, and their keys in roll-ups. Pure.

See ``docs/decisions/0011-declared-attributes.md``. Values are texts in their JSON spelling, which
is what filters compare.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

ALL_FEEDBACK: Final = ""
"""The segment of all feedback."""
SEPARATOR: Final = "="
"""Separates the name, which must not contain it, from the value."""
LONGEST_VALUE: Final = 100
"""In characters; limited because a segment is part of a key."""
_NUMBER: Final = re.compile(
    r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?(inf|infinity|nan)", re.IGNORECASE
)
_SHORT_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")


class Declared(NamedTuple):
    """A declared attribute. Its roll-ups count feedback up to the id ``counted_to``, or, if
    ``ready``, all feedback."""

    name: str
    counted_to: UUID | None
    ready: bool

    def counts(self, feedback_id: UUID) -> bool:
        """Whether an item is in its roll-ups."""
        return self.ready or (self.counted_to is not None and feedback_id <= self.counted_to)


def is_rolled_up(value: str) -> bool:
    """Whether roll-ups are kept for a value; otherwise its feedback is counted from the mentions.

    They are not kept for fractions and very large numbers, which databases write differently, for
    texts that look like such numbers, and for empty or too long texts.
    """
    whole = _SHORT_WHOLE.fullmatch(value) is not None
    return 0 < len(value) <= LONGEST_VALUE and (whole or not _NUMBER.fullmatch(value))


def segment_keys(name: str, values: Iterable[str]) -> Sequence[str]:
    """The segments of the values of an attribute, without duplicates."""
    return [f"{name}{SEPARATOR}{value}" for value in dict.fromkeys(values)]


def segments_of(attributes: Mapping[str, Any], names: Iterable[str]) -> Sequence[str]:
    """The segments of ``names`` that an item with these attributes is in."""
    return [
        segment
        for name in names
        if (value := _written(attributes.get(name))) is not None and is_rolled_up(value)
        for segment in segment_keys(name, [value])
    ]


def _written(value: Any) -> str | None:
    """The JSON spelling of a string, boolean or integer; None for any other value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    return None
