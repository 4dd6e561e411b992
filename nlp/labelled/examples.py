"""Labelled feedback, read from CSV, TSV and JSONL files.

A CSV or TSV file has one mention per record. Its header has ``text`` and the names of heads;
``kind``, ``question``, ``subject``, ``context``, ``lang``, ``source``, ``cell`` and ``theme`` are
optional. A JSONL file has one object per line: a mention with the same keys, or a whole item,
which has ``mentions``, a ``primary`` reading, or both. Each of its mentions has a ``quote``, an
exact substring of ``text``, in order. Labels of an item outside ``mentions`` and ``primary`` are
rejected, because they are ambiguous. A CSV or TSV file has no items: columns with these names are
ignored. Names are converted to lower case. A missing or empty label is unknown, so a file needs
only the heads that it has labels for. Labels may be short (``neg``) or full (``negative``). Texts
are read as in production: characters that no tokenizer can encode become spaces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args

from nlp import language
from nlp.documents import Kind
from nlp.encoding import context_line
from nlp.labelled.records import DataError, read_records
from nlp.labels import HEADS, MIXED, Head
from nlp.segment.spans import Span, printable

UNKNOWN: Final = -1
"""The index of a label that nobody has given."""

SHORT: Final = {"neg": "negative", "neu": "neutral", "pos": "positive"}

ITEM_HEADS: Final[Mapping[Head, tuple[str, ...]]] = {
    **HEADS,
    "sentiment": (*HEADS["sentiment"], MIXED),
}
"""The labels of a text as a whole: ``HEADS``, with ``mixed`` as the last sentiment."""

KINDS: Final[tuple[str, ...]] = get_args(Kind)

OTHER_THEME: Final = "other"
"""The theme of a mention that belongs to none of the themes of its cell."""

LabelIndices = Mapping[Head, int]


@dataclass(frozen=True, slots=True)
class Example:
    """A text, the [start, end) of its mentions in characters, and each mention's labels.

    ``labels[i][head]`` is an index into ``HEADS[head]``, or ``UNKNOWN``. ``kind``, ``question``
    and ``subject`` are the context that is also known in production. ``primary`` has the known
    labels of the text as a whole, by head; its sentiment may be ``mixed``. ``quoted`` means that
    the text is a whole item with marked mentions; an item with only ``primary`` has no spans.
    ``cell`` and ``theme`` say what the text is about, more finely than any label: see ``cell_of``.
    ``language`` is as ``nlp.language.normalize`` returns it, or empty.
    """

    text: str
    spans: Sequence[Span]
    labels: Sequence[LabelIndices]
    kind: str | None = None
    question: str | None = None
    subject: str | None = None
    language: str = ""
    source: str = ""
    primary: Mapping[Head, str] = field(default_factory=dict)
    quoted: bool = False
    cell: str = ""
    theme: str = ""

    @property
    def context(self) -> str | None:
        """The line that the encoder reads before the text."""
        return context_line(self.kind, self.question, self.subject)

    @property
    def is_labelled(self) -> bool:
        """Whether any label is known, of the text as a whole or of a mention."""
        known = (index for labels in self.labels for index in labels.values())
        return bool(self.primary) or any(index != UNKNOWN for index in known)


def read_examples(path: Path) -> list[Example]:
    """All examples of a file, in its order.

    Raises DataError with the line number if a line does not have the format described above.
    """
    examples = []
    has_items = path.suffix.lower() == ".jsonl"
    for line, row in read_records(path):
        try:
            examples.append(_example(row, has_items))
        except ValueError as error:
            raise DataError(f"{path}, line {line}: {error}") from error
    if not examples:
        raise DataError(f"{path} has no rows")
    return examples


def read_themes(path: Path) -> list[Example]:
    """The examples of a file of single mentions with themes. Raises DataError for other files."""
    examples = read_examples(path)
    if any(len(example.spans) != 1 for example in examples):
        raise DataError(f"{path} has whole items; a file with themes must have one mention a line")
    if not any(example.theme for example in examples):
        raise DataError(f"{path} has no themes")
    return examples


def mention_count(examples: Sequence[Example]) -> int:
    """How many mentions the examples have together."""
    return sum(len(example.spans) for example in examples)


def cell_of(example: Example) -> str:
    """The group that a theme belongs to: the ``cell``, or else the stage and the touchpoint."""
    return example.cell or " ".join(
        example.primary.get(head, "") for head in ("stage", "touchpoint")
    )


def _example(row: Mapping[str, Any], may_be_item: bool) -> Example:
    text = _text(row, "text")
    quoted = _part(row, "mentions") if may_be_item else None
    primary = _primary(_part(row, "primary")) if may_be_item else {}
    whole = quoted is not None or bool(primary)
    if whole and _names(_labels(row)):
        raise ValueError("the labels of an item belong in mentions or primary, not beside them")
    mentions = _objects([] if quoted is None else quoted) if whole else [row]
    labels = [_labels(mention) for mention in mentions]
    return Example(
        text=text,
        spans=_find_quotes(text, mentions) if whole else [(0, len(text))],
        labels=labels,
        kind=_kind(row),
        question=_word(row, "question") or _asked(_word(row, "context")),
        subject=_word(row, "subject"),
        language=_language(row),
        source=_word(row, "source") or "",
        primary=primary if whole else _names(labels[0]),
        quoted=quoted is not None,
        cell=_word(row, "cell") or "",
        theme=_word(row, "theme") or "",
    )


def _text(row: Mapping[str, Any], key: str) -> str:
    text = row.get(key)
    readable = printable(text) if isinstance(text, str) else ""
    if not readable.strip():
        raise ValueError(f"there is no {key}")
    return readable


def _word(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} is {value!r}, not a string")
    return printable(value or "").strip() or None


def _part(row: Mapping[str, Any], key: str) -> Any:
    """The value of an optional key of an item; a blank string counts as None."""
    value = row.get(key)
    return None if isinstance(value, str) and not value.strip() else value


def _kind(row: Mapping[str, Any]) -> str | None:
    kind = (_word(row, "kind") or "").lower()
    if kind and kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind; it is one of {', '.join(KINDS)}")
    return kind or None


def _language(row: Mapping[str, Any]) -> str:
    code = _word(row, "lang")
    return language.normalize(code) if code else ""


def _objects(value: Any) -> Sequence[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ValueError("mentions is not a list of objects")
    return value


def _find_quotes(text: str, mentions: Sequence[Mapping[str, Any]]) -> list[Span]:
    spans: list[Span] = []
    at = 0
    for mention in mentions:
        quote = _text(mention, "quote")
        start = text.find(quote, at)
        if start < 0:
            raise ValueError(f"quote {quote!r} does not occur in the text after the previous quote")
        at = start + len(quote)
        spans.append((start, at))
    return spans


def _asked(context: str | None) -> str | None:
    """The question in a note on the origin of a row; the rest is not known in production."""
    if not context:
        return None
    if context.endswith(" field"):
        return context.removesuffix(" field")
    return context.partition("asked: ")[2].partition(";")[0] or None


def _labels(row: Mapping[str, Any]) -> dict[Head, int]:
    return {head: _label(head, row.get(head), HEADS[head]) for head in HEADS}


def _primary(value: Any) -> dict[Head, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("primary is not an object")
    found = {head: _label(head, value.get(head), ITEM_HEADS[head]) for head in HEADS}
    return _names(found)


def _names(labels: LabelIndices) -> dict[Head, str]:
    return {head: ITEM_HEADS[head][index] for head, index in labels.items() if index != UNKNOWN}


def _label(head: Head, value: Any, known: Sequence[str]) -> int:
    name = "" if value is None else str(value).strip().lower()
    if not name:
        return UNKNOWN
    name = SHORT.get(name, name) if head == "sentiment" else name
    if name not in known:
        raise ValueError(f"{name!r} is not a {head}; it is one of {', '.join(known)}")
    return known.index(name)
