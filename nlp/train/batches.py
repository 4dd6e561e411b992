"""Lessons as batches of similar length, one for each step of training."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from tokenizers import Tokenizer

from nlp.arrays import Float32, Int64
from nlp.backends.protocol import Window
from nlp.encoding import build_windows
from nlp.labelled.examples import UNKNOWN, Example
from nlp.labels import HEADS
from nlp.train.lessons import NO_THEME, Lesson, join
from nlp.train.recipe import Recipe

STEP: Final = 8
"""Lengths are rounded up to multiples of this. Each new shape costs torch as much time as a whole
step; with full batches of one length there are few shapes."""

THEME_BATCH: Final = 3
"""A batch of the themes of one cell, which are contrasted in it, is this many times as large."""


@dataclass(frozen=True, slots=True)
class Row:
    """A window, with the rows of a ``Lesson`` for its mentions."""

    window: Window
    labels: Int64
    targets: Float32
    vectors: Float32
    theme: int
    cell: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The arrays of one step. Padding mentions have unknown labels.

    ``ids`` and ``attention`` are (rows, tokens), ``mentions`` (rows, mentions, tokens) with 1 at
    a mention's tokens, ``labels`` (rows, mentions, heads), ``targets`` (rows, mentions, outputs),
    ``vectors`` (rows, mentions, width), ``themes`` (rows, mentions).
    """

    ids: Int64
    attention: Int64
    mentions: Float32
    labels: Int64
    targets: Float32
    vectors: Float32
    themes: Int64


def epoch(
    lessons: Sequence[Lesson], tokenizer: Tokenizer, recipe: Recipe, rng: np.random.Generator
) -> list[Batch]:
    """All lessons once; ``rng`` decides order, contexts and neighbours."""
    padding = tokenizer.token_to_id("<pad>") or 0
    unknown = tokenizer.token_to_id("<unk>") or 0
    order = rng.permutation(len(lessons))
    rows = [
        row
        for lesson in join([lessons[i] for i in order], recipe.joining, rng)
        for row in _rows(lesson, tokenizer, recipe, unknown, rng)
    ]
    rows = [rows[i] for i in rng.permutation(len(rows))]
    batches = [collate(group, padding) for group in _groups(rows, recipe.tokens)]
    return [batches[i] for i in rng.permutation(len(batches))]


def _rows(
    lesson: Lesson, tokenizer: Tokenizer, recipe: Recipe, unknown: int, rng: np.random.Generator
) -> list[Row]:
    example = lesson.example
    context = _context(example, recipe, rng.random())
    windows = build_windows(tokenizer, context, example.text, example.spans, recipe.max_tokens)
    return [
        Row(
            _blurred(item.window, unknown, recipe.token_dropout, rng),
            lesson.labels[list(item.owners)],
            lesson.targets[list(item.owners)],
            lesson.vectors[list(item.owners)],
            lesson.theme,
            lesson.cell,
        )
        for item in windows
    ]


def _context(example: Example, recipe: Recipe, chance: float) -> str | None:
    if chance < recipe.context_dropout:
        return None
    if chance < recipe.context_dropout + recipe.question_dropout:
        return example.kind
    return example.context


def _blurred(window: Window, unknown: int, share: float, rng: np.random.Generator) -> Window:
    """The window with a share of its mentions' tokens replaced by the unknown token."""
    ids = np.array(window.ids)
    inside = np.zeros(len(ids), dtype=bool)
    for start, end in window.spans:
        inside[start:end] = True
    ids[inside & (rng.random(len(ids)) < share)] = unknown
    return Window(ids.tolist(), window.spans)


def _groups(rows: Sequence[Row], tokens: int) -> Iterator[Sequence[Row]]:
    """Group rows with themes by cell, and all others by length."""
    cells: dict[str, list[Row]] = {}
    lengths: dict[int, list[Row]] = {}
    for row in rows:
        if row.cell:
            cells.setdefault(row.cell, []).append(row)
        else:
            lengths.setdefault(_rounded(row), []).append(row)
    for members in cells.values():
        yield from _chunks(members, THEME_BATCH * tokens // max(map(_rounded, members)))
    waiting: list[Row] = []
    for length in sorted(lengths):
        waiting += lengths[length]
        size = max(tokens // length, 1)
        full = len(waiting) // size * size
        yield from _chunks(waiting[:full], size)
        waiting = waiting[full:]
    if waiting:
        yield waiting


def _chunks(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    for at in range(0, len(rows), max(size, 1)):
        yield rows[at : at + max(size, 1)]


def _rounded(row: Row) -> int:
    return -(-len(row.window.ids) // STEP) * STEP


def collate(rows: Sequence[Row], padding: int) -> Batch:
    """One batch of ``rows``, padded to the longest window and the most mentions."""
    longest = max(map(_rounded, rows))
    most = max(len(row.window.spans) for row in rows)
    size = (len(rows), most)
    batch = Batch(
        ids=np.full((len(rows), longest), padding, dtype=np.int64),
        attention=np.zeros((len(rows), longest), dtype=np.int64),
        mentions=np.zeros((*size, longest), dtype=np.float32),
        labels=np.full((*size, len(HEADS)), UNKNOWN, dtype=np.int64),
        targets=_zeros(*size, rows[0].targets.shape[1]),
        vectors=_zeros(*size, rows[0].vectors.shape[1]),
        themes=np.full(size, NO_THEME, dtype=np.int64),
    )
    for i, row in enumerate(rows):
        count = len(row.labels)
        batch.ids[i, : len(row.window.ids)] = row.window.ids
        batch.attention[i, : len(row.window.ids)] = 1
        batch.labels[i, :count] = row.labels
        batch.targets[i, :count] = row.targets
        batch.vectors[i, :count] = row.vectors
        batch.themes[i, :count] = row.theme
        for j, (start, end) in enumerate(row.window.spans):
            batch.mentions[i, j, start:end] = 1
    return batch


def _zeros(*size: int) -> Float32:
    return np.zeros(size, dtype=np.float32)
