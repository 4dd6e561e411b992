"""What a run learns from: examples with their labels, and the labels that teachers give them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from nlp.arrays import Float32, Int64
from nlp.labelled.examples import OTHER_THEME, UNKNOWN, Example, cell_of
from nlp.labels import HEADS

NO_THEME: Final = -1

MAX_JOINED: Final = 4


@dataclass(frozen=True, slots=True)
class Lesson:
    """An example with the labels of its mentions and those of its teachers, one row per mention.

    ``labels`` is (mentions, heads). ``targets`` (mentions, outputs) has the probabilities that
    teachers give to the labels of all heads side by side; rows of zeros if there are none.
    ``vectors`` (mentions, width) are the target directions of embeddings, or zeros. ``theme`` is
    the number of the mentions' theme, ``NO_THEME`` if unknown; ``cell`` is the cell of the theme.
    """

    example: Example
    labels: Int64
    targets: Float32
    vectors: Float32
    theme: int = NO_THEME
    cell: str = ""


def make_lessons(examples: Sequence[Example], targets: Float32, vectors: Float32) -> list[Lesson]:
    """The lessons of examples; ``targets`` and ``vectors`` have one row per mention of them all."""
    themes: dict[tuple[str, str, Any], int] = {}
    lessons, at = [], 0
    for number, example in enumerate(examples):
        end = at + len(example.spans)
        lesson = Lesson(example, labels_of(example), targets[at:end], vectors[at:end])
        if example.theme:
            own_number = number if example.theme == OTHER_THEME else None
            cell = cell_of(example)
            theme = themes.setdefault((cell, example.theme, own_number), len(themes))
            lesson = replace(lesson, theme=theme, cell=cell)
        lessons.append(_with_whole(lesson) if _is_item(example) else lesson)
        at = end
    return lessons


def _is_item(example: Example) -> bool:
    """Whether the text is a whole item with a primary reading."""
    return bool(example.primary) and (example.quoted or not example.spans)


def _with_whole(lesson: Lesson) -> Lesson:
    """The lesson of an item with one more span: the whole text, labelled by its primary reading.

    A mixed sentiment counts as unknown here, since no single mention has that label.
    """
    example, primary = lesson.example, lesson.example.primary
    known = [
        labels.index(primary[head]) if primary.get(head) in labels else UNKNOWN
        for head, labels in HEADS.items()
    ]
    return replace(
        lesson,
        example=replace(example, spans=[*example.spans, (0, len(example.text))]),
        labels=np.vstack([lesson.labels, np.array(known, dtype=np.int64)]),
        targets=_with_zero_row(lesson.targets),
        vectors=_with_zero_row(lesson.vectors),
    )


def _with_zero_row(rows: Float32) -> Float32:
    return np.pad(rows, ((0, 1), (0, 0)))


def labels_of(example: Example) -> Int64:
    """The labels of an example's mentions, (mentions, heads)."""
    rows = [[known[head] for head in HEADS] for known in example.labels]
    return np.array(rows, dtype=np.int64).reshape(-1, len(HEADS))


def without_labels(lesson: Lesson) -> Lesson:
    """The lesson without labels, to be learned from teachers alone."""
    return replace(lesson, labels=np.full_like(lesson.labels, UNKNOWN))


def join(lessons: Sequence[Lesson], share: float, rng: np.random.Generator) -> list[Lesson]:
    """The lessons, with a ``share`` of the single mentions joined into texts of two to four.

    In production a mention has neighbours, but most examples are single mentions. Only mentions of
    one source, kind and language that have no question or subject are joined.
    """
    kept: list[Lesson] = []
    alike: dict[tuple[str, ...], list[Lesson]] = {}
    for lesson in lessons:
        if _stands_alone(lesson) and rng.random() < share:
            e = lesson.example
            alike.setdefault((e.source, e.kind or "", e.language), []).append(lesson)
        else:
            kept.append(lesson)
    for group in alike.values():
        size = int(rng.integers(2, MAX_JOINED + 1))
        kept += [_joined(group[at : at + size]) for at in range(0, len(group), size)]
    return kept


def _stands_alone(lesson: Lesson) -> bool:
    example = lesson.example
    about = example.question or example.subject
    return len(example.spans) == 1 and about is None and lesson.theme == NO_THEME


def _joined(lessons: Sequence[Lesson]) -> Lesson:
    text, spans = "", []
    for lesson in lessons:
        text += " " if text else ""
        spans += [(start + len(text), end + len(text)) for start, end in lesson.example.spans]
        text += lesson.example.text
    return Lesson(
        replace(
            lessons[0].example,
            text=text,
            spans=spans,
            labels=[known for lesson in lessons for known in lesson.example.labels],
        ),
        np.concatenate([lesson.labels for lesson in lessons]),
        np.concatenate([lesson.targets for lesson in lessons]),
        np.concatenate([lesson.vectors for lesson in lessons]),
    )
