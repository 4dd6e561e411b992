"""How a file's records become items: which column is which field, the scale, the date format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.intake.cell_values import (
    FIRST,
    DateOrder,
    blank_as_none,
    other_order,
    read_rating,
    read_time,
    set_dates,
)
from service.intake.guess import Guess, channel_of
from service.intake.records import Record, RowError, Source
from service.intake.scales import RatingScale
from service.redaction.quotes import quoted
from service.references import redacted_reference
from service.text import is_missing

ATTRIBUTE: Final = "attributes."
NESTED: Final = "has nested values; put the one that is meant into a field of its own"


class CellError(ValueError):
    """A cell can't be parsed as its column's type."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """How records become items. ``is_native``: they already are items in the API's format."""

    kind: str
    source: str
    is_native: bool
    guesses: tuple[Guess, ...] = ()
    rating: RatingScale | None = None
    dates: DateOrder = "iso"
    question: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, str]:
        """Field -> column."""
        return {guess.field: guess.column for guess in self.guesses if guess.field}

    def shown(self) -> dict[str, Any]:
        """The plan as shown to the user, and stored with an import."""
        return {
            "kind": self.kind,
            "source": redacted_reference(self.source),
            "columns": [_shown(guess) for guess in self.guesses],
            "rating": self.rating._asdict() if self.rating else None,
            "notes": list(self.notes),
        }


def items_of(source: Source, plan: ImportPlan) -> Iterator[tuple[int, dict[str, Any] | RowError]]:
    """The API item of each record, or why there is none, with the line where it begins."""
    for record in source.records():
        if isinstance(record, RowError):
            yield record.line, record
            continue
        try:
            yield record.line, item_of(record, plan, source.digest)
        except CellError as error:
            yield record.line, RowError(record.line, str(error))


def item_of(record: Record, plan: ImportPlan, digest: str) -> dict[str, Any]:
    """The API item of a record.

    Without an external id, one is derived from the file's digest and the line, so that sending the
    same file again adds nothing.

    Raises:
        CellError: a rating or a date can't be parsed, or a value is nested.
    """
    if plan.is_native:
        item = {"kind": plan.kind} | record.values
        if is_missing(item.get("source")):
            item["source"] = plan.source
    else:
        item = _mapped(record.values, plan)
    if is_missing(item.get("external_id")):
        item["external_id"] = f"{digest[:16]}:{record.line}"
    return item


def _shown(guess: Guess) -> dict[str, Any]:
    """In a file without a header, the first row becomes the header, so names are masked."""
    return guess._asdict() | {"column": redacted_reference(guess.column)}


def is_nested(value: Any) -> bool:
    """Whether a JSON value contains others."""
    return isinstance(value, dict | list)


def _mapped(values: Mapping[str, Any], plan: ImportPlan) -> dict[str, Any]:
    item: dict[str, Any] = {"kind": plan.kind, "source": plan.source}
    if plan.question:
        item["question"] = plan.question
    attributes = {}
    for field, column in plan.columns.items():
        value = blank_as_none(values.get(column))
        if value is None:
            continue
        if is_nested(value):
            raise CellError(f"{column}: {NESTED}")
        if field.startswith(ATTRIBUTE):
            attributes[field.removeprefix(ATTRIBUTE)] = value
        else:
            item[field] = _field(field, column, value, plan)
    return item | {"attributes": attributes} if attributes else item


def _field(field: str, column: str, value: Any, plan: ImportPlan) -> Any:
    if field == "rating":
        return _rating(column, value, plan)
    if field == "occurred_at":
        found = read_time(str(value), plan.dates)
        if found is None:
            raise CellError(
                f"{column}: {quoted(value)} can't be read as a date{_hint(value, plan)}"
            )
        return found
    if field == "channel":
        return channel_of(str(value)) or "other"
    return value if isinstance(value, str) else str(value)


def _hint(value: Any, plan: ImportPlan) -> str:
    """The option to read a date whose day and month are the other way round."""
    other = other_order(plan.dates)
    if other is None or read_time(str(value), other) is None:
        return ""
    return f" with the {FIRST[plan.dates]} first; if all dates are like this, {set_dates(other)}"


def _rating(column: str, value: Any, plan: ImportPlan) -> dict[str, Any]:
    found = read_rating(str(value))
    if found is None or plan.rating is None:
        raise CellError(f"{column}: {quoted(value)} can't be read as a rating")
    scale, least, greatest = plan.rating
    if found.out_of not in (None, greatest):
        shown = f"{quoted(value)} is out of {found.out_of:g}"
        raise CellError(f"{column}: {shown}, but the scale {scale} ends at {greatest:g}")
    return {"value": found.value, "scale": scale, "min": least, "max": greatest}
