"""The plan for a file: what its columns mean, guessed, shown, and overridable."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final, get_args

from nlp.documents import Kind
from service.errors import InvalidParam, InvalidRequest
from service.intake.cell_values import (
    DateFormat,
    DateOrder,
    blank_as_none,
    date_format,
    read_rating,
)
from service.intake.column_names import Target, is_question
from service.intake.guess import Guess, guess_columns
from service.intake.plan import ATTRIBUTE, ImportPlan, is_nested
from service.intake.plan_notes import (
    AS_ITEMS,
    column_notes,
    encoding_notes,
    header_notes,
    other_columns,
)
from service.intake.records import Record, Source
from service.intake.scales import RatingScale, guess_scale, usual
from service.intake.schemas import FeedbackIn, TicketIn
from service.text import is_blank, is_missing

SAMPLE_ROWS: Final = 1000
SAMPLE_CHARS: Final = 4_000_000
"""Characters of a sample; parsed, each may take more than twenty bytes."""
MAX_COLUMNS: Final = 2000
NEARLY_ALL: Final = 0.9
TARGETS: Final = frozenset(get_args(Target))
MAX_SOURCE_CHARS: Final = 100
UNNAMED: Final = "import"
BY_USER: Final = 1.0
CHOSEN_BY_USER: Final = "as you said"
_OWN_FIELDS: Final = TicketIn.model_fields.keys() | FeedbackIn.model_fields.keys()
_KNOWN: Final = _OWN_FIELDS | {"title"}
_KINDS: Final[tuple[str, ...]] = get_args(Kind)
_TICKET_FIELDS: Final = ("priority", "status")


class UnmappedColumns(InvalidRequest):
    """No column with the customer's words or a rating was found; name one in the mapping."""

    code = "unmapped_columns"


class TooManyColumns(InvalidRequest):
    """The file has more than 2,000 columns; remove those that are not needed."""

    code = "too_many_columns"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the user specified: field -> column (``None``: no column), kind, source, scale."""

    columns: Mapping[str, str | None]
    kind: str | None = None
    source: str | None = None
    scale: RatingScale | None = None
    dates: DateOrder | None = None


def plan_for(source: Source, options: ImportOptions) -> ImportPlan:
    """The plan for a file.

    Raises:
        InvalidRequest: the mapping names an unknown field or column.
        TooManyColumns: it has more than 2,000.
        UnmappedColumns: neither text nor a rating was found.
    """
    _refuse_many(source.columns)
    sample, is_whole = _sample(source)
    if source.format == "jsonl" and not options.columns and _are_items(sample):
        has_ids = any(not is_missing(values.get("external_id")) for values in sample)
        said = options.source or source_named(source.name, has_ids)
        notes = (AS_ITEMS, *encoding_notes(source))
        return ImportPlan(options.kind or "survey", said, is_native=True, notes=notes)
    names = source.columns or _keys(sample)
    _refuse_many(names)
    start = _cells(names, sample)
    spread = _cells(names, () if is_whole else source.spread())
    columns = {name: cells or spread[name] for name, cells in start.items()}
    everywhere = {name: [*cells, *spread[name]] for name, cells in start.items()}
    guesses = guess_columns(columns, _nested(columns, sample))
    guesses = _with_overrides(guesses, _named(options.columns, source))
    plan = _plan(guesses, columns, everywhere, options, source.name)
    return replace(plan, notes=(*plan.notes, *header_notes(source), *encoding_notes(source)))


def _named(overrides: Mapping[str, str | None], source: Source) -> dict[str, str | None]:
    """The overrides with the names of columns for their codes."""
    return {
        field: column
        if column is None or column in source.columns
        else source.codes.get(column, column)
        for field, column in overrides.items()
    }


def source_named(name: str, has_ids: bool) -> str:
    """The source of a file when none was specified.

    It is the file's name, so that files with the same ids don't overwrite each other's feedback.
    Without ids, these are derived from the content and differ anyway: a renamed file adds nothing.
    """
    if not has_ids:
        return UNNAMED
    shown = "".join(filter(str.isprintable, name)).strip()[-MAX_SOURCE_CHARS:]
    return UNNAMED if is_blank(shown) else shown


def _plan(
    guesses: Sequence[Guess],
    columns: Mapping[str, list[str]],
    everywhere: Mapping[str, list[str]],
    options: ImportOptions,
    name: str,
) -> ImportPlan:
    """``everywhere`` has cells of all parts of the file: exports are often sorted."""
    by_field = {guess.field: guess.column for guess in guesses if guess.field}
    if not {"text", "rating"} & by_field.keys():
        raise _unmapped(columns)
    rating = _scale(by_field, everywhere, options)
    dates = _dates(by_field, everywhere, options)
    kind = options.kind or _said_kind(columns) or _kind(by_field, rating)
    unwanted = () if kind == "ticket" else _TICKET_FIELDS
    if options.source:
        unwanted = (*unwanted, "source")
    guesses = [_unless_guessed(guess, unwanted) for guess in guesses]
    text_column = by_field.get("text", "")
    return ImportPlan(
        kind=kind,
        source=options.source or source_named(name, "external_id" in by_field),
        is_native=False,
        guesses=tuple(guesses),
        rating=rating,
        dates=dates.order or "iso",
        question=text_column if is_question(text_column) else None,
        notes=(
            *other_columns(guesses, by_field, options.columns),
            *column_notes(by_field, columns, dates),
        ),
    )


def _refuse_many(names: Collection[str]) -> None:
    if len(names) > MAX_COLUMNS:
        raise TooManyColumns


def _sample(source: Source) -> tuple[list[Mapping[str, Any]], bool]:
    """The first records, and whether they are all."""
    sample: list[Mapping[str, Any]] = []
    chars = 0
    for number, record in enumerate(source.records()):
        if number >= SAMPLE_ROWS or chars >= SAMPLE_CHARS:
            return sample, False
        if isinstance(record, Record):
            sample.append(record.values)
            chars += record.chars
    return sample, True


def _are_items(sample: Sequence[Mapping[str, Any]]) -> bool:
    """Whether JSON records are in the API's own format: all are, or most and some say so.

    A few flat records among others don't decide: these can be mapped like a table's rows. Nor does
    a ``kind`` or ``attributes`` where most have unknown fields: tables and exports have them too.
    """
    is_table = bool(_usual_unknown(sample))
    says_so = _has_own_parts if is_table else _says_so
    own = [values for values in sample if _is_item(values) or says_so(values)]
    if len(own) == len(sample):
        return True
    return len(own) * 2 > len(sample) and any(map(says_so, own))


def _usual_unknown(sample: Sequence[Mapping[str, Any]]) -> set[str]:
    """The fields that nearly all records have and the API doesn't know."""
    flat = (
        name for values in sample for name in values.keys() - _KNOWN if not is_nested(values[name])
    )
    return {name for name, times in Counter(flat).items() if times >= NEARLY_ALL * len(sample)}


def _is_item(values: Mapping[str, Any]) -> bool:
    return values.keys() <= _KNOWN and isinstance(values.get("rating", {}), dict | None)


def _says_so(values: Mapping[str, Any]) -> bool:
    """Whether a record is an item by the fields it has, whatever other fields there are."""
    is_told = values.get("kind") in _KINDS or isinstance(values.get("attributes"), dict)
    return _has_own_parts(values) or (is_told and ("text" in values or "rating" in values))


def _has_own_parts(values: Mapping[str, Any]) -> bool:
    """Whether it has fields that no table has."""
    rating, parts = values.get("rating"), values.get("conversation")
    if isinstance(rating, dict) and "value" in rating:
        return True
    return isinstance(parts, list) and all(
        isinstance(part, dict) and "author_role" in part for part in parts
    )


def _keys(sample: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for values in sample for key in values))


def _cells(names: Iterable[str], sample: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The sample by column, as text, without blank cells and nested values."""
    cells: dict[str, list[str]] = {name: [] for name in names}
    for values in sample:
        for name, value in values.items():
            if name in cells and not is_nested(value) and blank_as_none(value) is not None:
                cells[name].append(str(value))
    return cells


def _nested(columns: Mapping[str, list[str]], sample: Iterable[Mapping[str, Any]]) -> set[str]:
    """The columns that only have nested values."""
    return {
        name
        for values in sample
        for name, value in values.items()
        if is_nested(value) and not columns[name]
    }


def _with_overrides(guesses: Sequence[Guess], overrides: Mapping[str, str | None]) -> list[Guess]:
    columns = [guess.column for guess in guesses]
    faults = [
        fault for field, column in overrides.items() if (fault := _fault(field, column, columns))
    ]
    if faults:
        raise InvalidRequest(invalid_params=faults)
    wanted = {column: field for field, column in overrides.items() if column is not None}
    return [
        Guess(guess.column, wanted[guess.column], BY_USER, CHOSEN_BY_USER)
        if guess.column in wanted
        else _unused(guess)
        if guess.field in overrides
        else guess
        for guess in guesses
    ]


def _unused(guess: Guess) -> Guess:
    return Guess(guess.column, None, 0.0, "not used")


def _unless_guessed(guess: Guess, unwanted: Collection[str]) -> Guess:
    is_guessed = guess.because != CHOSEN_BY_USER
    return _unused(guess) if guess.field in unwanted and is_guessed else guess


def _fault(field: str, column: str | None, columns: Sequence[str]) -> InvalidParam | None:
    if field not in TARGETS and not field.startswith(ATTRIBUTE):
        known = ", ".join(sorted(TARGETS))
        reason = f"is not a known field; use one of {known}, or attributes.<name>"
        return InvalidParam(f"mapping.{field}", reason)
    if column is not None and column not in columns:
        shown = ", ".join(repr(name) for name in columns[:50])
        return InvalidParam(f"mapping.{field}", f"there is no column {column!r}; there are {shown}")
    return None


def _unmapped(columns: Iterable[str]) -> UnmappedColumns:
    shown = ", ".join(repr(name) for name in islice(columns, 50))
    reason = f"or rating is required: name one of the columns {shown}"
    return UnmappedColumns(invalid_params=[InvalidParam("mapping.text", reason)])


def _scale(
    fields: Mapping[str, str], columns: Mapping[str, list[str]], options: ImportOptions
) -> RatingScale | None:
    if options.scale or "rating" not in fields:
        return options.scale
    column = fields["rating"]
    ratings = [rating for cell in columns[column] if (rating := read_rating(cell)) is not None]
    return guess_scale(column, ratings) or usual("nps")


def _dates(
    fields: Mapping[str, str], columns: Mapping[str, list[str]], options: ImportOptions
) -> DateFormat:
    """The order that the user chose, without counts, else that of the column."""
    if options.dates:
        return DateFormat(options.dates, is_chosen=True)
    return date_format(columns[fields["occurred_at"]] if "occurred_at" in fields else [])


def _said_kind(columns: Mapping[str, list[str]]) -> str | None:
    """The kind that all records state."""
    said = set(columns.get("kind", ()))
    return said.pop() if len(said) == 1 and said <= set(_KINDS) else None


def _kind(fields: Mapping[str, str], rating: RatingScale | None) -> str:
    if "priority" in fields or "ticket" in " ".join(fields.values()).casefold():
        return "ticket"
    return "review" if rating and rating.scale == "stars" else "survey"
