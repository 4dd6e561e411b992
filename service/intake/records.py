"""Reads records from CSV and JSONL files, one at a time, whatever program wrote them. Pure parsing.

Only the current record is in memory. What can't be read is a ``RowError`` with its line.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TextIO

from service.intake.encodings import AS_CP1252, error_handler, scan
from service.intake.subheaders import are_subheaders, import_id, joined, time_zone
from service.intake.table import MAX_LINE_CHARS, UnreadableRow, read_rows
from service.text import refuse_unstorable
from service.web.invalid import json_fault

Format = Literal["csv", "jsonl"]

UNCLEAN_KEY: Final = (
    "has a key that contains a NUL character or half of a surrogate pair; remove it"
)
_SKIPPED_CHARS: Final = 1 << 20
_PLACES: Final = 50
_PLACE_BYTES: Final = 64_000
_PLACE_ROWS: Final = 20
_SAMPLE_CHARS: Final = 64_000
_SAMPLE_ROWS: Final = 30
_DELIMITERS: Final = (",", ";", "\t", "|")
_SAID_DELIMITER: Final = re.compile(
    r"[\ufeff\r\n]*\"?sep=([^\w\s\"]|\t)\"?\s*?[\r\n]", re.IGNORECASE
)
"""Excel's own first line, which is not a row."""

_LINE_BREAK: Final = re.compile(r"[\r\n]+")


class UnreadableFile(ValueError):
    """The file has no records that can be read."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record; ``line`` is where it begins, counted from 1, ``chars`` its approximate length."""

    line: int
    values: dict[str, Any]
    chars: int


@dataclass(frozen=True, slots=True)
class RowError:
    """A record that can't be read, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file and how to read it. ``columns`` is empty for JSONL.

    ``header_rows`` is the number of header lines: two if the second has subheaders, three in
    exports of Qualtrics: codes, the wording of the questions, ``{"ImportId": …}``.
    """

    path: Path
    format: Format
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    digest: str
    """SHA-256 of the file's bytes, hex."""
    name: str
    """The file's original name, without folders."""
    header_rows: int = 1
    not_utf8: int = 0
    """Places in a file that isn't UTF-16 which are not UTF-8 either."""
    not_utf8_example: str = ""
    """The first word with such a place, as it is read."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """Other names of the columns: code -> column."""
    time_zone: str | None = None
    """The one that a header line says its times are in."""

    def records(self) -> Iterator[Record | RowError]:
        """Every record, in order."""
        if self.format == "csv":
            errors = error_handler(self.encoding)
            with self.path.open(encoding=self.encoding, errors=errors, newline="") as text:
                yield from _csv_records(text, self)
        else:
            with self.path.open(encoding=self._encoding_of_lines, errors=AS_CP1252) as text:
                yield from _jsonl_records(text)

    def spread(self) -> Iterator[dict[str, Any]]:
        """The values of some records from 50 places, spaced evenly, in time that doesn't grow with
        the file.

        A record that a place cuts is left out; of a place inside a quoted cell, those without the
        right number of columns.
        """
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            for number in range(1, _PLACES + 1):
                at = size * number // (_PLACES + 1)
                file.seek(at - at % 2)  # UTF-16 has two bytes for a character
                text = file.read(_PLACE_BYTES).decode(self.encoding, error_handler(self.encoding))
                yield from islice(_values_at(text, self), _PLACE_ROWS)

    @property
    def _encoding_of_lines(self) -> str:
        """Lines may come from many writers: each that is not UTF-8 is decoded as Windows-1252."""
        return "utf-8" if self.encoding == "cp1252" else self.encoding


def open_source(path: Path, name: str | None = None) -> Source:
    """Find out how to read the file; ``name`` is its original name.

    Raises:
        UnreadableFile: empty, a spreadsheet or other binary, or a JSON document.
    """
    with path.open("rb") as file:
        found = scan(file)
        file.seek(0)
        sample = file.read(_SAMPLE_CHARS).decode(found.encoding, error_handler(found.encoding))
    _refuse_foreign(sample)
    name = Path(path if name is None else name).name
    source = partial(
        Source,
        path=path,
        encoding=found.encoding,
        digest=found.digest,
        name=name,
        not_utf8=found.faults,
        not_utf8_example=found.example,
    )
    if _format_of(name, sample) == "jsonl":
        return source(format="jsonl", delimiter="", columns=())
    said = _SAID_DELIMITER.match(sample)
    delimiter = said[1] if said else _delimiter_of(sample)
    titles = _titles(sample, delimiter, _header(sample, delimiter))
    return source(
        format="csv",
        delimiter=delimiter,
        columns=titles.columns,
        header_rows=titles.rows,
        codes=titles.codes,
        time_zone=titles.time_zone,
    )


def _header(sample: str, delimiter: str) -> list[str]:
    for _, row in read_rows(_lines_of(sample), delimiter):
        if isinstance(row, UnreadableRow):
            raise UnreadableFile(f"its header {row.reason}")
        if not _is_before_header(row, delimiter):
            return row
    raise UnreadableFile("it is empty")


class _Titles(NamedTuple):
    """What the header lines say."""

    columns: tuple[str, ...]
    rows: int
    codes: Mapping[str, str] = {}
    time_zone: str | None = None


def _titles(sample: str, delimiter: str, header: list[str]) -> _Titles:
    """The names of the columns, from as many header lines as there are."""
    rows = (
        row
        for _, row in read_rows(_lines_of(sample), delimiter, len(header))
        if isinstance(row, list)
        and len(row) == len(header)
        and not _is_before_header(row, delimiter)
    )
    after = list(islice(rows, 1, 1 + _SAMPLE_ROWS))
    if len(after) > 1 and all(map(import_id, after[1])):
        worded = [wording.strip() or code for code, wording in zip(header, after[0], strict=True)]
        columns = _distinct(worded)
        codes = dict(zip(_distinct(header), columns, strict=True))
        return _Titles(columns, 3, codes, time_zone(after[1]))
    if after and are_subheaders(header, after[0], after[1:]):
        return _Titles(_distinct(list(joined(header, after[0]))), 2)
    return _Titles(_distinct(header), 1)


def _refuse_foreign(sample: str) -> None:
    if not sample.strip("\ufeff \t\r\n"):
        raise UnreadableFile("it is empty")
    if sample.startswith("PK\x03\x04"):
        raise UnreadableFile("it is a spreadsheet or an archive; save the sheet as CSV")
    if "\0" in sample:
        raise UnreadableFile("it is not text; send CSV or JSONL")
    if sample.lstrip("\ufeff \t\r\n").startswith("["):
        raise UnreadableFile("it is one JSON list; send JSONL, one object on each line")
    if _is_document(sample):
        raise UnreadableFile("it is one JSON document; send JSONL, one object on each line")


def _is_document(sample: str) -> bool:
    """Whether an object begins that spans several lines: one broken line is not enough."""
    lines = (line.strip("\ufeff \t") for line in sample.replace("\r", "\n").split("\n"))
    first, second, *_ = [*islice(filter(None, lines), 2), "", ""]
    goes_on = first.startswith("{") and first.endswith(("{", "[", ",")) and bool(second)
    return goes_on and not (_is_object(first) or _is_object(second))


def _is_object(line: str) -> bool:
    return isinstance(_json_record(1, line), Record)


def _format_of(name: str, sample: str) -> Format:
    if name.lower().endswith((".jsonl", ".ndjson", ".json")):
        return "jsonl"
    return "jsonl" if sample.lstrip("\ufeff \t\r\n").startswith("{") else "csv"


def _lines_of(sample: str) -> StringIO:
    return StringIO(sample.lstrip("\ufeff\r\n"), newline="")


def _delimiter_of(sample: str) -> str:
    """The delimiter that splits most of the first records into as many columns as the header."""

    def fit(delimiter: str) -> tuple[float, int]:
        rows = csv.reader(_lines_of(sample), delimiter=delimiter)
        filled = (row for row in rows if not _is_blank(row))
        widths = [len(row) for row in islice(filled, _SAMPLE_ROWS)]
        if not widths or widths[0] == 1:
            return 0.0, 0
        return widths.count(widths[0]) / len(widths), widths[0]

    return max(_DELIMITERS, key=fit)


def _distinct(header: list[str]) -> tuple[str, ...]:
    """Column names, none of them blank, none of them twice."""
    names: dict[str, None] = {}
    for number, cell in enumerate(header, start=1):
        name = cell.strip().strip("\ufeff") or f"column {number}"
        while name in names:
            name = f"{name} ({number})"
        names[name] = None
    return tuple(names)


def _csv_records(text: TextIO, source: Source) -> Iterator[Record | RowError]:
    headers = source.header_rows
    for line, row in read_rows(text, source.delimiter, len(source.columns)):
        if isinstance(row, UnreadableRow):
            yield RowError(line, row.reason)
            continue
        if headers:
            headers -= not _is_before_header(row, source.delimiter)
        elif not _is_blank(row):
            yield _record(line, row, source.columns)


def _values_at(text: str, source: Source) -> Iterator[dict[str, Any]]:
    """The records between the first and the last line break."""
    first, last = _LINE_BREAK.search(text), max(text.rfind("\r"), text.rfind("\n"))
    lines = StringIO(text[first.end() : last] if first else "", newline="")
    if source.format == "jsonl":
        for record in _jsonl_records(lines):
            if isinstance(record, Record):
                yield record.values
        return
    for _, row in read_rows(lines, source.delimiter, len(source.columns)):
        if isinstance(row, list) and len(row) == len(source.columns):
            yield dict(zip(source.columns, row, strict=True))


def _is_before_header(row: list[str], delimiter: str) -> bool:
    """Whether a row is blank, or the one that names the delimiter."""
    said = delimiter.join(row).strip("\ufeff ").lower()
    return _is_blank(row) or said == f"sep={delimiter}"


def _is_blank(row: list[str]) -> bool:
    return not any(cell.strip("\ufeff \t") for cell in row)


def _record(line: int, row: list[str], columns: tuple[str, ...]) -> Record | RowError:
    """Blank cells beyond the header are a stray delimiter; anything else there is an error."""
    while len(row) > len(columns) and not row[-1].strip():
        row.pop()
    if len(row) != len(columns):
        reason = (
            f"has {len(row)} columns where the header has {len(columns)}; "
            "put cells that contain the separator or line breaks into double quotes"
        )
        return RowError(line, reason)
    return Record(line, dict(zip(columns, row, strict=True)), sum(map(len, row)) + len(row))


def _jsonl_records(text: TextIO) -> Iterator[Record | RowError]:
    line = 0
    while content := text.readline(MAX_LINE_CHARS):
        line += 1
        if not content.endswith("\n") and len(content) == MAX_LINE_CHARS:
            _skip_line(text)
            yield RowError(line, f"is longer than {MAX_LINE_CHARS:,} characters")
        elif content := content.strip("\ufeff \t\n"):
            yield _json_record(line, content)


def _skip_line(text: TextIO) -> None:
    while (rest := text.readline(_SKIPPED_CHARS)) and not rest.endswith("\n"):
        pass


def _json_record(line: int, content: str) -> Record | RowError:
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        return RowError(line, json_fault(error))
    if not isinstance(values, dict):
        return RowError(line, "is not a JSON object; each line is one object")
    try:
        refuse_unstorable("".join(values))
    except ValueError:
        return RowError(line, UNCLEAN_KEY)
    return Record(line, values, len(content))
