"""Labelled feedback, read from the files that people keep it in.

A TSV file has one mention a line and a header of at least ``text`` and one head's name;
``kind``, ``question``, ``subject``, ``context``, ``lang`` and ``source`` are used if there.
A JSONL file has one object a line: a mention with the same names, or a whole item whose
``mentions`` each have a ``quote``, an exact substring of ``text``, in order.
An absent or empty label is unknown. Labels may be short (``neg``) or whole (``negative``).
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nlp.encoding import Span, context_line
from nlp.labels import HEADS, SENTIMENTS, Head

UNKNOWN: Final = -1
"""The index of a label that nobody has given."""

SHORT: Final = {"neg": "negative", "neu": "neutral", "pos": "positive"}

Labels = Mapping[Head, int]


class DataError(Exception):
    """A file of labelled feedback cannot be read."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text, the [start, end) of its mentions in characters, and each mention's labels.

    ``labels[i][head]`` is an index into ``HEADS[head]``, or ``UNKNOWN``. ``kind`` and ``about``
    (the question or subject) are what production would know of the text as well.
    """

    text: str
    spans: Sequence[Span]
    labels: Sequence[Labels]
    kind: str | None = None
    about: str | None = None
    language: str = ""
    source: str = ""

    @property
    def context(self) -> str | None:
        """The line that the encoder reads before the text."""
        return context_line(self.kind, self.about)


def read_examples(path: Path) -> list[Example]:
    """All examples of a file, in its order.

    Raises DataError with the line's number if a line is not of the form described above.
    """
    examples = []
    for number, row in _rows(path):
        try:
            examples.append(_example(row))
        except (KeyError, ValueError) as error:
            raise DataError(f"{path}, line {number}: {error}") from error
    if not examples:
        raise DataError(f"{path} has no rows")
    return examples


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if path.suffix not in (".tsv", ".jsonl"):
        raise DataError(f"{path} is neither a .tsv nor a .jsonl file")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            if path.suffix == ".tsv":
                lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                yield from enumerate(lines, start=2)
            else:
                yield from ((n, json.loads(line)) for n, line in enumerate(file, start=1))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _example(row: dict[str, Any]) -> Example:
    text = row["text"]
    quoted = row.get("mentions")
    mentions = [row] if quoted is None else quoted
    return Example(
        text=text,
        spans=[(0, len(text))] if quoted is None else _find_quotes(text, quoted),
        labels=[_labels(mention) for mention in mentions],
        kind=row.get("kind") or None,
        about=row.get("question") or row.get("subject") or _asked(row.get("context")),
        language=row.get("lang") or "",
        source=row.get("source") or "",
    )


def _find_quotes(text: str, mentions: Sequence[Mapping[str, Any]]) -> list[Span]:
    spans: list[Span] = []
    at = 0
    for mention in mentions:
        quote = mention["quote"]
        start = text.find(quote, at)
        if start < 0:
            raise ValueError(f"the quote {quote!r} is not in the text after the one before it")
        at = start + len(quote)
        spans.append((start, at))
    return spans


def _asked(context: str | None) -> str | None:
    """The question in a note on where a row came from; nothing else in it is known later."""
    if not context:
        return None
    if context.endswith(" field"):
        return context.removesuffix(" field")
    return context.partition("asked: ")[2].partition(";")[0] or None


def _labels(row: Mapping[str, Any]) -> dict[Head, int]:
    return {head: _label(head, row.get(head)) for head in HEADS}


def _label(head: Head, value: Any) -> int:
    if value is None or value == "":
        return UNKNOWN
    name = str(value)
    known: Sequence[str] = HEADS[head]
    name = SHORT.get(name, name) if known is SENTIMENTS else name
    if name not in known:
        raise ValueError(f"{name!r} is not a {head}; it is one of {', '.join(known)}")
    return known.index(name)
