"""Further header lines: SurveyMonkey's parts of questions, Qualtrics' wording of questions."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from service.intake.column_names import TARGET_OF, Target, normalised_header

Row = Sequence[str]

_IN_EVERY_ROW: Final[tuple[Target, ...]] = ("external_id", "occurred_at")
_OF_NO_PART: Final = frozenset({"response", "open ended response"})
"""The second line below a question that has a single column."""


def are_subheaders(header: Row, row: Row, next_rows: Sequence[Row]) -> bool:
    """Whether the ``row`` after the header names parts of questions, and is not an answer.

    It has no id and no date in any column in which all following rows have one.
    """
    if not next_rows or not _names_parts(header, row):
        return False
    targets = [TARGET_OF.get(normalised_header(name)) for name in header]
    filled = {
        at: target
        for at, target in enumerate(targets)
        if target in _IN_EVERY_ROW and all(each[at].strip() for each in next_rows)
    }
    return {*filled.values()} == {*_IN_EVERY_ROW} and not any(row[at].strip() for at in filled)


def _names_parts(header: Row, row: Row) -> bool:
    """Whether a question spans cells without a name, or the row says that one does not."""
    after_first = zip(header[1:], row[1:], strict=True)
    goes_on = any(sub.strip() and not name.strip() for name, sub in after_first)
    return goes_on or any(normalised_header(sub) in _OF_NO_PART for sub in row)


def joined(header: Row, subheaders: Row) -> Iterator[str]:
    """The names of the columns: ``"Question: Delivery"`` if a question spans several.

    The second line of a question with a single column says nothing ("Open-Ended Response").
    """
    question = ""
    for name, sub, following in zip(header, subheaders, [*header[1:], "end"], strict=True):
        question = name.strip() or question
        is_one_of_several = not name.strip() or not following.strip()
        parts = (question, sub.strip()) if is_one_of_several else (name,)
        yield ": ".join(filter(None, parts))


def import_id(cell: str) -> dict[str, Any] | None:
    """A cell of the third header line that Qualtrics writes: ``{"ImportId": "QID1_TEXT"}``."""
    if not cell.lstrip().startswith('{"'):
        return None
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and "ImportId" in found else None


def time_zone(row: Row) -> str | None:
    """The time zone that the third header line names."""
    zones = (found.get("timeZone") for cell in row if (found := import_id(cell)))
    return next((zone for zone in zones if isinstance(zone, str)), None)
