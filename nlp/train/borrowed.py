"""Labels of texts that may not be redistributed: joined with the texts where you have them.

A label file identifies a span of a text by the first digits of the text's SHA-256 and by
``[start, end)`` in characters. ``python -m nlp.train.borrowed TEXTS LABELS OUT`` writes a file for
``voc train --data``.
"""

import csv
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from nlp.labelled.records import TEXT, DataError, read_records
from nlp.labels import HEADS

DIGITS: Final = 16
"""The hex digits of a checksum that are kept: enough for billions of texts."""

TABBED: Final[dict[str, Any]] = {"delimiter": "\t", "quoting": csv.QUOTE_NONE, "quotechar": None}

COLUMNS: Final = (TEXT, "source", "lang", *HEADS)


def borrow(texts: Path, labels: Path) -> Iterator[dict[str, Any]]:
    """A record of ``COLUMNS`` for each label whose text is in the file ``texts``.

    Raises DataError if ``texts`` cannot be read, or has none of the labelled texts.
    """
    wanted: dict[str, list[dict[str, str]]] = {}
    with labels.open(encoding="utf-8", newline="") as file:
        for label in csv.DictReader(file, **TABBED):
            wanted.setdefault(label["sha256"], []).append(label)
    found = False
    for _, record in read_records(texts):
        for label in wanted.pop(checksum(record[TEXT]), ()):
            found = True
            yield _joined(record, label)
    if not found:
        raise DataError(f"{labels} has no labels for the texts in {texts}")


def checksum(text: str) -> str:
    """The identifier of a text in a label file."""
    return sha256(text.encode()).hexdigest()[:DIGITS]


def _joined(record: Mapping[str, Any], label: Mapping[str, Any]) -> dict[str, Any]:
    quote = record[TEXT][int(label["start"]) : int(label["end"])]
    known = {"source": record.get("source", ""), "lang": record.get("lang", "")}
    return {TEXT: " ".join(quote.split()), **known, **{head: label[head] for head in HEADS}}


def main(texts: Path, labels: Path, out: Path) -> None:
    """Write the joined records to ``out``, as TSV."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n", **TABBED)
        writer.writeheader()
        writer.writerows(borrow(texts, labels))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
