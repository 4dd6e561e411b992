"""Guesses what each column holds: by its header in several languages, checked by its cells."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, get_args

from service.intake.cell_values import date_format, read_rating
from service.intake.column_names import (
    ATTRIBUTE_HEADERS,
    CHANNELS,
    NON_TEXT_WORDS,
    PRESETS,
    TARGET_OF,
    is_question,
    normalised_header,
)
from service.intake.fields import Channel
from service.intake.scales import guess_scale

Column = Sequence[str]
"""The cells of a column in a sample, without blank ones."""

BY_PRESET: Final = 1.0
BY_HEADER: Final = 0.95
BY_PART_OF_HEADER: Final = 0.7
BY_CONTENT: Final = 0.5
LAST_RESORT: Final = 0.4
BECAUSE_POSSIBLE: Final[dict[str, str]] = {
    "text": "could be the text",
    "rating": "could be the rating",
}
"""Why a column that is not used is worth a look, by field."""
FEW_VALUES: Final = 2
MANY_CELLS: Final = 10
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_ASKS = re.compile(r"recommend|satisf|likely|empfehl|zufrieden|recommand|recomend|[?？]")
_DATE_LIKE = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d|\d\d?[-/.]\d\d?[-/.]\d{2,4}(?!\d)|\d:\d\d")
_SHORT_HEADER = re.compile(r"\S+(?: \S+){0,3}")
"""Longer ones are questions: "What type of shop do you miss?"."""
_ORDER: Final = tuple(TARGET_OF)
_OWN_CHANNELS = frozenset(get_args(Channel))


class Guess(NamedTuple):
    """One column: the field (or ``attributes.<name>``) that it maps to, and the confidence."""

    column: str
    field: str | None
    confidence: float
    because: str


def guess_columns(columns: Mapping[str, Column], nested: Collection[str] = ()) -> list[Guess]:
    """A guess for every column, in their order; no field is used twice, none for ``nested``.

    A column that is blank in the sample only gets a field that no other column fits. Of several
    that fit equally well, the first is taken, and for the text the one whose header comes first
    among the synonyms.
    """
    flat = {column: cells for column, cells in columns.items() if column not in nested}
    candidates = _candidates(flat)
    taken: dict[str, Guess] = {}
    for guess in sorted(
        candidates, key=lambda guess: (not flat[guess.column], -guess.confidence, _rank(guess))
    ):
        fields = {each.field for each in taken.values()}
        if guess.column not in taken and guess.field not in fields:
            taken[guess.column] = guess
    left_over = {column: _left_over(column, column in nested) for column in columns}
    possible = {
        guess.column: left_over[guess.column]._replace(because=BECAUSE_POSSIBLE[guess.field])
        for guess in candidates
        if guess.field in BECAUSE_POSSIBLE and guess.confidence >= BY_CONTENT and flat[guess.column]
    }
    return list((left_over | possible | taken).values())


def unread_dates(columns: Mapping[str, Column]) -> str | None:
    """A column that is named or looks like dates, but whose dates can't be parsed."""
    for column, cells in columns.items():
        is_called_so = any(guess.field == "occurred_at" for guess in _by_header(column))
        seems_so = all(_DATE_LIKE.search(cell) for cell in cells)
        if cells and (is_called_so or seems_so) and not _is_time(column, cells):
            return column
    return None


def channel_of(cell: str) -> str | None:
    """The channel that a cell names."""
    name = normalised_header(cell)
    own = name.replace(" ", "_")
    return CHANNELS.get(name) or (own if own in _OWN_CHANNELS else None)


def _candidates(columns: Mapping[str, Column]) -> list[Guess]:
    by_header = [
        _doubted(guess, columns[column]) for column in columns for guess in _by_header(column)
    ]
    found = [*_by_preset(columns), *by_header, *_by_content(columns)]
    return [guess for guess in found if _fits(guess, columns[guess.column])]


def _by_preset(columns: Iterable[str]) -> list[Guess]:
    names = {normalised_header(column): column for column in columns}
    return [
        Guess(names[header], field, BY_PRESET, f"export of {preset}")
        for preset, fields in PRESETS.items()
        if fields.keys() <= names.keys()
        for header, field in fields.items()
    ]


def _by_header(column: str) -> list[Guess]:
    name = normalised_header(column)
    if name in TARGET_OF:
        return [Guess(column, TARGET_OF[name], BY_HEADER, "header")]
    if name in ATTRIBUTE_HEADERS:
        return [Guess(column, f"attributes.{name.replace(' ', '_')}", BY_HEADER, "header")]
    return [
        Guess(column, TARGET_OF[phrase], BY_PART_OF_HEADER - 0.01 / len(phrase), "part of header")
        for phrase in _phrases(name)
    ]


def _phrases(name: str) -> list[str]:
    return [phrase for phrase in TARGET_OF if len(phrase) > 3 and f" {phrase} " in f" {name} "]


def _doubted(guess: Guess, cells: Column) -> Guess:
    """The guess, demoted to a last resort if only a part of the header suggests text."""
    if not cells or not _is_doubtful_text(guess) or _differ(cells):
        return guess
    variety = len(set(cells)) / len(cells)
    return guess._replace(confidence=LAST_RESORT + variety / 20)


def _by_content(columns: Mapping[str, Column]) -> list[Guess]:
    found = []
    rows = max(map(len, columns.values()), default=0)
    for column, cells in columns.items():
        if _mean_length(cells) >= 25 and _spaced(cells) and _differ(cells):
            mean_of_rows = sum(map(len, cells)) / rows
            confidence = BY_CONTENT + min(mean_of_rows, 1000) / 10_000
            found.append(Guess(column, "text", confidence, "longest text"))
        if _ASKS.search(column.casefold()):
            found.append(Guess(column, "rating", BY_CONTENT, "numbers on a rating scale"))
        if all(re.search(r"\d[-/.:]\d", cell) for cell in cells):
            found.append(Guess(column, "occurred_at", BY_CONTENT, "dates"))
    return found


def _fits(guess: Guess, cells: Column) -> bool:
    check = _CHECKS.get(guess.field or "")
    if check is None or not cells:
        return check is None or guess.confidence > BY_PART_OF_HEADER
    if _is_doubtful_text(guess) and (_is_other(guess.column, cells) or _hardly_differ(cells)):
        return False
    return check(guess.column, cells)


def _is_doubtful_text(guess: Guess) -> bool:
    """Whether the column may hold the customer's words, but isn't named after them alone."""
    return guess.field == "text" and guess.confidence < BY_HEADER


def _is_rating(column: str, cells: Column) -> bool:
    ratings = [rating for cell in cells if (rating := read_rating(cell)) is not None]
    return len(ratings) * 2 >= len(cells) and guess_scale(column, ratings) is not None


def _is_time(_column: str, cells: Column) -> bool:
    return date_format(cells).order is not None


def _is_text(_column: str, cells: Column) -> bool:
    numbers = sum(read_rating(cell) is not None for cell in cells)
    return numbers * 2 < len(cells) and not _is_time(_column, cells)


def _is_other(column: str, cells: Column) -> bool:
    """Whether the header says so: "Group"; "Group feedback" too, if its cells are no sentences."""
    name = normalised_header(column)
    may_be_other = _SHORT_HEADER.fullmatch(name) and not is_question(column)
    if not may_be_other or NON_TEXT_WORDS.isdisjoint(name.split()):
        return False
    return not (_names_text(name) and _differ(cells))


def _rank(guess: Guess) -> int:
    """The place of a text column's header among the synonyms, 0 for other fields."""
    name = normalised_header(guess.column)
    named = [each for each in (name, *_phrases(name)) if TARGET_OF.get(each) == "text"]
    return min(map(_ORDER.index, named), default=len(_ORDER)) if guess.field == "text" else 0


def _names_text(name: str) -> bool:
    return any(TARGET_OF[phrase] == "text" for phrase in _phrases(name))


def _differ(cells: Column) -> bool:
    """Whether the cells vary as people's own words do."""
    return len(set(cells)) * 3 > len(cells) and any(map(_is_spaced, cells))


def _hardly_differ(cells: Column) -> bool:
    """Whether the cells only say "Within SLA" or "SLA violated", over and over."""
    return len(cells) >= MANY_CELLS and len(set(cells)) <= FEW_VALUES


def _is_customer(column: str, cells: Column) -> bool:
    """Whether ``cells`` identify customers; in "Customer comments" only if all look like ids."""
    return not _names_text(normalised_header(column)) or all(
        re.search(r"[\d@]", cell) for cell in cells
    )


def _is_id(_column: str, cells: Column) -> bool:
    """Most are distinct: one that is repeated updates the same item."""
    return len(set(cells)) * 4 >= len(cells) * 3 and max(map(len, cells)) <= 200


def _is_language(_column: str, cells: Column) -> bool:
    return all(_LANGUAGE.fullmatch(cell.strip()) for cell in cells)


def _is_channel(_column: str, cells: Column) -> bool:
    return sum(channel_of(cell) is not None for cell in cells) * 2 > len(cells)


def _is_short(_column: str, cells: Column) -> bool:
    return max(map(len, cells)) <= 100


_CHECKS: Final[dict[str, Callable[[str, Column], bool]]] = {
    "text": _is_text,
    "rating": _is_rating,
    "occurred_at": _is_time,
    "external_id": _is_id,
    "customer": _is_customer,
    "language": _is_language,
    "channel": _is_channel,
    "source": _is_short,
    "stage": _is_short,
    "touchpoint": _is_short,
    "priority": _is_short,
    "status": _is_short,
}


def _mean_length(cells: Column) -> float:
    return sum(map(len, cells)) / len(cells) if cells else 0.0


def _spaced(cells: Column) -> bool:
    return sum(map(_is_spaced, cells)) * 2 > len(cells)


def _is_spaced(cell: str) -> bool:
    return " " in cell or not cell.isascii()


def _left_over(column: str, is_nested: bool) -> Guess:
    return Guess(column, None, 0.0, "nested values" if is_nested else "not used")
