"""Rows of a CSV file, such that a quote that is never closed only costs its own row.

Rows are parsed strictly: between quotes, a quote that is neither doubled nor ends its cell is an
error, whereas a lenient parser takes everything up to the next such quote for one cell. After an
error, parsing continues at the next line of the file. A row on a single line affects no other: it
is parsed leniently. So is one of several lines if its quotes are recognisably its own: the last
line ends a cell that it doesn't begin, and there are as many cells as columns.

The rest of a row after an error is not a row of its own if it is recognised: by a line that ends a
cell which it doesn't begin. It can't be recognised in a file of one column, nor if a line of the
rest happens to have as many cells as the header.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple, TextIO

MAX_LINE_CHARS: Final = 4_000_000
"""Maximum characters of a line, and of a CSV row; longer ones are errors."""
MAX_ROW_LINES: Final = 10_000
"""Lines of a CSV row."""
MAX_REREAD_CHARS: Final = 16 * MAX_LINE_CHARS
"""Characters that are parsed again after errors, plus as many as have been parsed for the first
time: this bounds the time for any file.
"""
TOO_LONG: Final = f"is longer than {MAX_LINE_CHARS:,} characters"
UNCLOSED: Final = (
    "can't be read: a quote is not closed, or one inside a quoted cell is not doubled; "
    "check the quotes"
)
LEFT_OUT: Final = "; the {} lines that follow are skipped with it"
LEFT_OVER: Final = "seems to be the rest of an earlier row that can't be read; check its quotes"

csv.field_size_limit(MAX_LINE_CHARS)


class UnreadableRow(NamedTuple):
    """Why a row could not be read."""

    reason: str


class _TooLong(Exception):
    """The row is too long."""


class _Lines:
    """The lines of a file for ``csv.reader``; those of the current row can be put back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._may_read_again = MAX_REREAD_CHARS
        self._first = 1
        self._chars = 0
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self.row.append(line)
        self._chars += len(line)
        if self._chars >= MAX_LINE_CHARS or len(self.row) > MAX_ROW_LINES:
            raise _TooLong
        return line

    def begin(self) -> int:
        """Begin the next row; returns the number of its first line."""
        self._first += len(self.row)
        self.row, self._chars = [], 0
        return self._first

    def put_back(self) -> int:
        """Put all lines of the current row back except the first, unless too many have been put
        back.

        Returns:
            How many were not.
        """
        last, again = self.row[-1], self._chars - len(self.row[0])
        if again <= self._may_read_again:
            self._may_read_again -= again
            self._again.extendleft(reversed(self.row[1:]))
            del self.row[1:]
        while len(last) >= MAX_LINE_CHARS and last[-1] not in "\r\n":
            last = self._text.readline(MAX_LINE_CHARS)
        return len(self.row) - 1

    def _read(self) -> str:
        line = self._text.readline(MAX_LINE_CHARS)
        self._may_read_again += len(line)
        return line


def read_rows(
    text: TextIO, delimiter: str, columns: int | None = None
) -> Iterator[tuple[int, list[str] | UnreadableRow]]:
    """Each row, or why it can't be read, with the number of the line where it begins.

    ``columns`` is the number of columns in the header, if known.
    """
    lines = _Lines(text)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    is_after_error = False
    while True:
        first = lines.begin()
        row: list[str] | UnreadableRow
        try:
            row = next(rows)
        except StopIteration:
            return
        except (csv.Error, _TooLong):
            row = _own(lines.row, delimiter, columns) or _after_error(lines, delimiter)
            is_after_error = is_after_error or not _has(row, columns)
        else:
            if is_after_error and len(lines.row) == 1 and _is_end(lines.row[0], delimiter):
                row = UnreadableRow(LEFT_OVER)
            is_after_error = is_after_error and not _has(row, columns)
        yield first, row


def _has(row: list[str] | UnreadableRow, columns: int | None) -> bool:
    return isinstance(row, list) and len(row) == columns


def _own(lines: list[str], delimiter: str, columns: int | None) -> list[str] | None:
    """The row of several lines, parsed leniently, if these are recognisably its own."""
    if len(lines) == 1 or not _is_end(lines[-1], delimiter):
        return None
    try:
        row, is_all = _leniently(lines, delimiter)
    except csv.Error:
        return None
    return row if is_all and len(row) == columns else None


def _is_end(line: str, delimiter: str) -> bool:
    """Whether a line ends a quoted cell that it doesn't begin."""
    first, last = line.find('"'), line.rfind('"')
    if first < 0 or not _ends_cell(line, last, delimiter):
        return False
    follows = first > 0 and line[first - 1] != delimiter
    return follows or _ends_cell(line, first, delimiter)


def _ends_cell(line: str, at: int, delimiter: str) -> bool:
    rest = line[at + 1 :].lstrip(" ")
    return not rest or rest.startswith((delimiter, "\r", "\n"))


def _after_error(lines: _Lines, delimiter: str) -> list[str] | UnreadableRow:
    row = _alone(lines.row, delimiter)
    left_out = lines.put_back()
    if left_out and isinstance(row, UnreadableRow):
        return UnreadableRow(row.reason + LEFT_OUT.format(f"{left_out:,}"))
    return row


def _alone(lines: list[str], delimiter: str) -> list[str] | UnreadableRow:
    """The row of a single line, parsed leniently."""
    if len(lines[0]) >= MAX_LINE_CHARS:
        return UnreadableRow(TOO_LONG)
    try:
        row, is_all = _leniently(lines[:1], delimiter)
    except csv.Error as error:
        return UnreadableRow(f"can't be read: {error}")
    return row if len(lines) == 1 and is_all else UnreadableRow(UNCLOSED)


def _leniently(lines: list[str], delimiter: str) -> tuple[list[str], bool]:
    """The first row, and whether it is exactly ``lines``."""
    rows = csv.reader([*lines, ""], delimiter=delimiter)
    row = next(rows)
    return row, rows.line_num == len(lines)
