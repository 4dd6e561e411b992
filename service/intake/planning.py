"""The plan for a file: what its columns mean, guessed, shown, and overridable."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final, get_args

from nlp.documents import Kind
from service.errors import InvalidParam, InvalidRequest
from service.intake.cell_values import (
    FIRST,
    NAIVE_TIMES,
    DateFormat,
    DateOrder,
    blank_as_none,
    date_format,
    other_order,
    read_rating,
    set_dates,
)
from service.intake.column_names import Target, is_question
from service.intake.guess import BECAUSE_POSSIBLE, Guess, guess_columns, unread_dates
from service.intake.plan import ATTRIBUTE, ImportPlan, is_nested
from service.intake.records import Record, Source
from service.intake.scales import RatingScale, guess_scale, usual
from service.intake.schemas import FeedbackIn, TicketIn
from service.redaction.quotes import quoted
from service.text import is_blank, is_missing

SAMPLE_ROWS: Final = 1000
SAMPLE_CHARS: Final = 4_000_000
"""Characters of a sample; parsed, each may take more than twenty bytes."""
MAX_COLUMNS: Final = 2000
NEARLY_ALL: Final = 0.9
TARGETS: Final = frozenset(get_args(Target))
MAX_SOURCE_CHARS: Final = 100
UNNAMED: Final = "import"
SHOWN_OTHERS: Final = 3
BY_USER: Final = 1.0
CHOSEN_BY_USER: Final = "as you said"
AS_ITEMS: Final = (
    "Lines are read as items in the API's own format. If they are rows of a table, map the "
    "columns with mapping (voc import: --map text=Comment)."
)
SUBHEADERS: Final = (
    "The line after the header has no id and no date, so it is read as a second header line."
)
WORDING: Final = (
    "The file has three header lines. The second, with the wording of the questions, names the "
    "columns; the codes of the first can be used in a mapping too."
)
_OWN_FIELDS: Final = TicketIn.model_fields.keys() | FeedbackIn.model_fields.keys()
_KNOWN: Final = _OWN_FIELDS | {"title"}
_KINDS: Final[tuple[str, ...]] = get_args(Kind)
_TICKET_FIELDS: Final = ("priority", "status")
_DATES: Final[dict[DateOrder, str]] = {
    "iso": "Dates have the year first, or the month as a word.",
    "dmy": "Dates have the day first.",
    "mdy": "Dates have the month first.",
    "epoch": "Dates are unix times.",
}


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
        notes = (AS_ITEMS, *_encoding_notes(source))
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
    return replace(plan, notes=(*plan.notes, *_header_notes(source), *_encoding_notes(source)))


def _named(overrides: Mapping[str, str | None], source: Source) -> dict[str, str | None]:
    """The overrides with the names of columns for their codes."""
    return {
        field: column
        if column is None or column in source.columns
        else source.codes.get(column, column)
        for field, column in overrides.items()
    }


def _header_notes(source: Source) -> Iterator[str]:
    """What is said of further header lines."""
    if source.codes:
        yield WORDING
    elif source.header_rows > 1:
        yield SUBHEADERS
    if source.time_zone not in (None, "UTC", "GMT"):
        yield (
            f"The file says that its times are in {quoted(source.time_zone)}, but they are read as "
            "UTC. If that matters, export them in UTC."
        )


def _encoding_notes(source: Source) -> tuple[str, ...]:
    """What is said of a file that is not valid UTF-8 throughout."""
    if not source.not_utf8:
        return ()
    example = f" ({quoted(source.not_utf8_example)})" if source.not_utf8_example else ""
    if source.encoding == "cp1252" and source.format == "csv":
        which = f"The file is not UTF-8: it is read as Windows-1252{example}."
    else:
        places = "1 place" if source.not_utf8 == 1 else f"{source.not_utf8:,} places"
        which = f"The file is not UTF-8 in {places}, read as Windows-1252{example}."
    return (f"{which} If that looks wrong, save the file as UTF-8.",)


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
            *_doubts(guesses, by_field, options.columns),
            *_notes(by_field, columns, dates),
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


def _doubts(
    guesses: Sequence[Guess], fields: Mapping[str, str], overrides: Mapping[str, str | None]
) -> Iterator[str]:
    """Names the columns that could be the text or the rating as well, unless the user chose."""
    for field, because in BECAUSE_POSSIBLE.items():
        others = [guess.column for guess in guesses if guess.because == because]
        if field in fields and field not in overrides and others:
            more = f" and {len(others) - SHOWN_OTHERS:,} more" if others[SHOWN_OTHERS:] else ""
            shown = ", ".join(quoted(name) for name in others[:SHOWN_OTHERS]) + more
            yield (
                f"The {field} is taken from {quoted(fields[field])}. It could also be in {shown}: "
                f"choose with mapping (voc import: --map {field}=COLUMN)."
            )


def _notes(
    fields: Mapping[str, str],
    columns: Mapping[str, list[str]],
    dates: DateFormat,
) -> tuple[str, ...]:
    notes = []
    if "occurred_at" in fields:
        notes.append(_DATES[dates.order or "iso"])
        notes.extend(_order_notes(dates))
        notes.append(NAIVE_TIMES)
    else:
        unused = {name: columns[name] for name in columns if name not in fields.values()}
        notes.append(f"{_without_dates(unused)}: the time of the import is used.")
    if "external_id" not in fields:
        notes.append(
            "No column with ids: ids are derived from the file's content and the line number."
        )
    elif again := _repeated(columns[fields["external_id"]]):
        notes.append(f"{again} in the sample repeat an id; each updates the earlier row.")
    return tuple(notes)


def _order_notes(dates: DateFormat) -> Iterator[str]:
    """Why the order of day and month is a guess, and how to set the other; none if it isn't."""
    other = other_order(dates.order)
    if dates.is_certain or other is None:
        return
    counts = f"{dates.day_first:,} have the day first, {dates.month_first:,} the month"
    why = f"of the dates that tell, {counts}" if dates.day_first else "no date seen tells"
    yield (
        f"The order of day and month is a guess: {why}. "
        f"If the {FIRST[other]} is first, {set_dates(other)}."
    )


def _without_dates(columns: Mapping[str, list[str]]) -> str:
    unread = unread_dates(columns)
    if unread is None:
        return "No column with dates"
    return f"The dates of {quoted(unread)}, such as {quoted(columns[unread][0])}, can't be read"


def _repeated(ids: Sequence[str]) -> str | None:
    """How many rows repeat an id, in words; ``None`` if none does."""
    again = len(ids) - len(set(ids))
    return f"{again:,} of {len(ids):,} rows" if again else None
