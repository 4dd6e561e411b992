"""Records from CSV, TSV and JSONL files, each with the number of the line it begins on."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

DELIMITERS: Final = (",", ";", "\t", "|")
TEXT: Final = "text"
"""The one column that every file must have."""

Record = tuple[int, dict[str, Any]]


class DataError(Exception):
    """A file of labelled feedback, or a folder, cannot be used."""


def read_records(path: Path) -> Iterator[Record]:
    """The records of a file and their line numbers, counted from 1.

    A CSV file may be delimited by commas, semicolons, tabs or bars, and may quote its fields; a TSV
    file has no quoting. Names of columns and JSON keys are converted to lower case. A byte order
    mark and blank lines are skipped. Raises DataError, with the line number if there is one.
    """
    read = {".csv": _csv, ".tsv": _tsv, ".jsonl": _jsonl}.get(path.suffix.lower())
    if read is None:
        raise DataError(f"{path} is neither a .csv, a .tsv nor a .jsonl file")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from read(path, file)
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not in UTF-8: {error}") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _csv(path: Path, file: TextIO) -> Iterator[Record]:
    delimiter = _delimiter(next(filter(_is_filled, file), ""))
    file.seek(0)
    return _table(path, csv.reader(file, delimiter=delimiter, strict=True))


def _tsv(path: Path, file: TextIO) -> Iterator[Record]:
    return _table(path, csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _delimiter(header: str) -> str:
    """The delimiter that gives a column named ``text``; a comma if none does."""
    for delimiter in DELIMITERS:
        if TEXT in _names(next(csv.reader([header], delimiter=delimiter), [])):
            return delimiter
    return DELIMITERS[0]


def _is_filled(line: str) -> bool:
    return bool(line.strip("".join(DELIMITERS) + " \r\n"))


def _names(header: list[str]) -> list[str]:
    return [name.strip().lower() for name in header]


def _table(path: Path, rows: Any) -> Iterator[Record]:
    """``rows`` is a ``csv.reader``; its first row names the columns."""
    names: list[str] = []
    line = 1
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                pass
            elif names:
                yield line, _record(path, line, names, row)
            else:
                names = _header(path, line, row)
            line = rows.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path}, line {line}: {error}; check the quotes") from error


def _header(path: Path, line: int, row: list[str]) -> list[str]:
    names = _names(row)
    if TEXT not in names:
        raise DataError(
            f"{path}, line {line}: there is no column {TEXT!r}, only {', '.join(names)}"
        )
    if twice := _twice(names):
        raise DataError(f"{path}, line {line}: there are two columns named {twice!r}")
    return names


def _twice(names: list[str]) -> str | None:
    """A name that occurs more than once."""
    return min((name for name in names if name and names.count(name) > 1), default=None)


def _record(path: Path, line: int, names: list[str], row: list[str]) -> dict[str, Any]:
    """Ignore blank cells beyond the header (stray delimiters); reject anything else there."""
    while len(row) > len(names) and not row[-1].strip():
        row.pop()
    if len(row) != len(names):
        raise DataError(f"{path}, line {line}: {len(row)} columns, but the header has {len(names)}")
    return dict(zip(names, row, strict=True))


def _jsonl(path: Path, file: TextIO) -> Iterator[Record]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, object_pairs_hook=_object)
        except (json.JSONDecodeError, RecursionError) as error:
            raise DataError(f"{path}, line {number}: invalid JSON: {error}") from error
        except ValueError as error:
            raise DataError(f"{path}, line {number}: {error}") from error
        if not isinstance(row, dict):
            raise DataError(f"{path}, line {number}: not a JSON object")
        yield number, row


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = _names([name for name, _ in pairs])
    if len(set(names)) < len(names) and (twice := _twice(names)):
        raise ValueError(f"there are two keys named {twice!r}")
    return dict(zip(names, (value for _, value in pairs), strict=True))
