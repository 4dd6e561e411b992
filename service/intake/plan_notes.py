"""What a plan says about a file: sentences for people who import it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from service.intake.cell_values import (
    FIRST,
    NAIVE_TIMES,
    DateFormat,
    DateOrder,
    other_order,
    set_dates,
)
from service.intake.guess import BECAUSE_POSSIBLE, Guess, unread_dates
from service.intake.records import Source
from service.redaction.quotes import quoted

SHOWN_OTHERS: Final = 3
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
_DATES: Final[dict[DateOrder, str]] = {
    "iso": "Dates have the year first, or the month as a word.",
    "dmy": "Dates have the day first.",
    "mdy": "Dates have the month first.",
    "epoch": "Dates are unix times.",
}


def header_notes(source: Source) -> Iterator[str]:
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


def encoding_notes(source: Source) -> tuple[str, ...]:
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


def other_columns(
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


def column_notes(
    fields: Mapping[str, str],
    columns: Mapping[str, list[str]],
    dates: DateFormat,
) -> tuple[str, ...]:
    """What is said of the columns with dates and ids; ``fields`` are columns by field."""
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
