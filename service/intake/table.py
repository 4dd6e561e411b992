"""Rows of a CSV file, so that a quote that is never closed costs its own row alone.

Rows are read strictly: between quotes, a quote that neither is doubled nor ends its cell is an
error, whereas a lenient reader takes all up to the next such quote for one cell. After an error
reading goes on at the next line of the file. A row that stands on one line costs nobody anything:
it is read leniently.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple, TextIO

LONGEST_LINE: Final = 4_000_000
"""Characters of a line, and of a CSV row, beyond which it is an error."""
MOST_LINES: Final = 10_000
"""Lines of a CSV row."""
MOST_AGAIN: Final = 16 * LONGEST_LINE
"""Characters of a file that are read once more after errors, so that no file takes for ever."""
TOO_LONG: Final = f"is longer than {LONGEST_LINE:,} characters"
UNCLOSED: Final = (
    "can't be read: a quote is not closed, or one inside a quoted cell is not doubled; "
    "check the quotes"
)

csv.field_size_limit(LONGEST_LINE)


class Unread(NamedTuple):
    """Why a row could not be read."""

    reason: str


class _TooLong(Exception):
    """The row goes on and on."""


class _Lines:
    """The lines of a file for ``csv.reader``: those of the present row can be put back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._may_read_again = MOST_AGAIN
        self._first = 1
        self._chars = 0
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.row.append(line)
        self._chars += len(line)
        if self._chars >= LONGEST_LINE or len(self.row) > MOST_LINES:
            raise _TooLong
        return line

    def begin(self) -> int:
        """Begin the next row: the number of its first line."""
        self._first += len(self.row)
        self.row, self._chars = [], 0
        return self._first

    def put_back(self) -> None:
        """Put all lines of the present row back but the first, unless too many have been."""
        self._may_read_again -= self._chars - len(self.row[0])
        if self._may_read_again >= 0:
            self._again.extendleft(reversed(self.row[1:]))
            del self.row[1:]
        last = self.row[-1]
        while len(last) >= LONGEST_LINE and last[-1] not in "\r\n":
            last = self._text.readline(LONGEST_LINE)


def read_rows(text: TextIO, delimiter: str) -> Iterator[tuple[int, list[str] | Unread]]:
    """Each row, or why there is none, with the number of the line where it begins."""
    lines = _Lines(text)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        first = lines.begin()
        row: list[str] | Unread
        try:
            row = next(rows)
        except StopIteration:
            return
        except (csv.Error, _TooLong):
            row = _alone(lines.row, delimiter)
            lines.put_back()
        yield first, row


def _alone(lines: list[str], delimiter: str) -> list[str] | Unread:
    """The row of a single line, read leniently."""
    if len(lines[0]) >= LONGEST_LINE:
        return Unread(TOO_LONG)
    rows = csv.reader([*lines[:1], ""], delimiter=delimiter)
    try:
        row = next(rows)
    except csv.Error as error:
        return Unread(f"can't be read: {error}")
    return row if len(lines) == 1 and rows.line_num == 1 else Unread(UNCLOSED)
