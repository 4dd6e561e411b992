"""Evaluates the whole pipeline: the analysis that production would store of labelled feedback.

The analyzer gets texts with their kind, question and subject; it detects their language and finds
their mentions. The analysis of an item is compared with its primary reading and, where mentions of
a text are marked, the mentions found are compared with those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np

from nlp.analyzer import Analyzer
from nlp.arrays import Int64
from nlp.documents import Analysis, Document, Kind, Mention
from nlp.evaluate.figures import Figures, rounded
from nlp.evaluate.scores import LabelledRows, score
from nlp.labelled.examples import ITEM_HEADS, UNKNOWN, Example
from nlp.labels import HEADS, NONE, UNASSIGNED, Head
from nlp.segment.spans import Span

OVERLAP: Final = 0.5
"""A mention counts as found if a span of the analysis shares this much of their union with it."""

CHUNK: Final = 256
"""Texts handed to the analyzer at once."""


def analyze(
    analyzer: Analyzer, examples: Sequence[Example], context: bool = True
) -> list[Analysis]:
    """The analysis of each example, in order; without ``context``, that of its text alone."""
    documents = [_document(example, context) for example in examples]
    return [
        analysis
        for at in range(0, len(documents), CHUNK)
        for analysis in analyzer.analyze(documents[at : at + CHUNK])
    ]


def _document(example: Example, context: bool) -> Document:
    if not context:
        return Document(example.text)
    kind = cast(Kind | None, example.kind)
    return Document(example.text, kind, example.question, example.subject)


@dataclass(frozen=True, slots=True)
class Items:
    """One row per item: the true labels, and those that the analysis ``read``, by head.

    Both are (items,) indexes into ``ITEM_HEADS``; unassigned counts as ``none``. ``truth`` is
    ``UNKNOWN`` where there is no label.
    """

    truth: Mapping[Head, Int64]
    read: Mapping[Head, Int64]
    languages: Sequence[str]

    def rows(self, head: Head) -> LabelledRows:
        """The rows as ``score`` takes them; every item is a group of its own."""
        return LabelledRows(self.truth[head], np.arange(len(self.languages)), self.languages)


def items(examples: Sequence[Example], analyses: Sequence[Analysis]) -> Items:
    """The labels of the items and those of their analyses."""
    return Items(
        truth={
            head: np.array([_index(labels, e.primary.get(head)) for e in examples], np.int64)
            for head, labels in ITEM_HEADS.items()
        },
        read={
            head: np.array([_index(labels, _said(a, head)) for a in analyses], np.int64)
            for head, labels in ITEM_HEADS.items()
        },
        languages=[example.language for example in examples],
    )


def whole_figures(examples: Sequence[Example], analyses: Sequence[Analysis]) -> Figures:
    """The item-level figures by head, and those of the mentions if the texts have any marked."""
    read = items(examples, analyses)
    heads = {
        head: score(labels, read.rows(head), read.read[head])
        for head, labels in ITEM_HEADS.items()
        if (read.truth[head] != UNKNOWN).any()
    }
    pairs = [(e, a) for e, a in zip(examples, analyses, strict=True) if e.quoted]
    mentions = _mention_figures(pairs) if any(e.spans for e, _ in pairs) else None
    return rounded({"items": len(examples), "heads": heads, "mentions": mentions})


def _mention_figures(pairs: Sequence[tuple[Example, Analysis]]) -> Figures:
    matches = [
        (number, i, a.mentions[j])
        for number, (e, a) in enumerate(pairs)
        for i, j in match(e.spans, [(found.start, found.end) for found in a.mentions])
    ]
    true = sum(len(example.spans) for example, _ in pairs)
    found = sum(len(analysis.mentions) for _, analysis in pairs)
    return {
        "true": true,
        "found": found,
        "matched": len(matches),
        "precision": len(matches) / found if found else float("nan"),
        "recall": len(matches) / true if true else float("nan"),
        "f1": 2 * len(matches) / (true + found) if true + found else float("nan"),
        "heads": _matched_figures([example for example, _ in pairs], matches),
    }


def _matched_figures(
    examples: Sequence[Example], matches: Sequence[tuple[int, int, Mention]]
) -> Figures:
    groups = np.array([number for number, _, _ in matches], np.int64)
    languages = [examples[number].language for number, _, _ in matches]
    figures: Figures = {}
    for head, labels in HEADS.items():
        truth = np.array([examples[n].labels[i][head] for n, i, _ in matches], np.int64)
        read = np.array([_index(labels, _said(found, head)) for *_, found in matches], np.int64)
        if (truth != UNKNOWN).any():
            figures[head] = score(labels, LabelledRows(truth, groups, languages), read)
    return figures


def match(true: Sequence[Span], found: Sequence[Span]) -> list[tuple[int, int]]:
    """Pairs of indexes of spans that overlap enough, each span in one pair at most.

    The overlap is intersection over union, in characters; the closest spans are matched first.
    """
    pairs = sorted(
        (-_overlap(one, other), i, j) for i, one in enumerate(true) for j, other in enumerate(found)
    )
    taken: dict[int, int] = {}
    for overlap, i, j in pairs:
        if -overlap >= OVERLAP and i not in taken and j not in taken.values():
            taken[i] = j
    return sorted(taken.items())


def _overlap(one: Span, other: Span) -> float:
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return max(shared, 0) / (max(one[1], other[1]) - min(one[0], other[0]) or 1)


def _said(reading: Analysis | Mention, head: Head) -> str:
    value = str(getattr(reading, head))
    return NONE if value == UNASSIGNED else value


def _index(labels: Sequence[str], name: str | None) -> int:
    return UNKNOWN if name is None else labels.index(name)
