"""How a file's records become items: which column is which field, on which scale, in what form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.intake.cells import DateOrder, blank_as_none, read_rating, read_time
from service.intake.guess import Guess, channel_of
from service.intake.records import Record
from service.intake.scales import RatingScale
from service.keys.references import masked
from service.redaction.quotes import quoted
from service.web.blanks import is_missing

ATTRIBUTE: Final = "attributes."
NESTED: Final = "has values in it; put the one that is meant into a field of its own"


class CellError(ValueError):
    """A cell can't be read as what its column is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How records become items. ``is_native``: they are items already, as the API takes them."""

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
        """The plan as it is shown to the user, and kept with an import."""
        return {
            "kind": self.kind,
            "source": masked(self.source),
            "columns": [_shown(guess) for guess in self.guesses],
            "rating": self.rating._asdict() if self.rating else None,
            "notes": list(self.notes),
        }


def item_of(record: Record, plan: Plan, digest: str) -> dict[str, Any]:
    """The item of the API that a record stands for.

    Without an external id, one is made of the file's digest and the line, so that the same file
    sent again adds nothing.

    Raises:
        CellError: a rating or a date can't be read, or a value is nested.
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
    """Where a file has no header, its first row is taken for one."""
    return guess._asdict() | {"column": masked(guess.column)}


def is_nested(value: Any) -> bool:
    """Whether a value of JSON has others in it."""
    return isinstance(value, dict | list)


def _mapped(values: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
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


def _field(field: str, column: str, value: Any, plan: Plan) -> Any:
    if field == "rating":
        return _rating(column, value, plan)
    if field == "occurred_at":
        found = read_time(str(value), plan.dates)
        if found is None:
            raise CellError(f"{column}: {quoted(value)} is not a date that can be read")
        return found
    if field == "channel":
        return channel_of(str(value)) or "other"
    return value if isinstance(value, str) else str(value)


def _rating(column: str, value: Any, plan: Plan) -> dict[str, Any]:
    found = read_rating(str(value))
    if found is None or plan.rating is None:
        raise CellError(f"{column}: {quoted(value)} is not a rating that can be read")
    scale, least, greatest = plan.rating
    if found.out_of not in (None, greatest):
        shown = f"{quoted(value)} is out of {found.out_of:g}"
        raise CellError(f"{column}: {shown}, but the scale {scale} ends at {greatest:g}")
    return {"value": found.value, "scale": scale, "min": least, "max": greatest}
