"""Examples as batches of like length: what one step of training sees."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from nlp.backends.protocol import Window
from nlp.encoding import build_windows
from nlp.labels import HEADS
from nlp.train.examples import Example
from nlp.train.recipe import Recipe

SORTED_ROWS = 2048
"""Rows are sorted by length within runs of this many, so that batches still vary."""

Row = tuple[Window, NDArray[np.int64]]
"""A window and its mentions' labels, (mentions, heads)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays of one step. A mention that only fills a row up has unknown labels.

    ``ids`` and ``attention`` are (rows, tokens), ``mentions`` (rows, mentions, tokens) with
    1 at a mention's tokens, ``labels`` (rows, mentions, heads).
    """

    ids: NDArray[np.int64]
    attention: NDArray[np.int64]
    mentions: NDArray[np.float32]
    labels: NDArray[np.int64]


def epoch(
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    recipe: Recipe,
    rng: np.random.Generator,
) -> list[Batch]:
    """All examples once, in an order and with contexts that ``rng`` decides."""
    padding = tokenizer.token_to_id("<pad>") or 0
    rows = [
        row
        for i in rng.permutation(len(examples))
        for row in _rows(examples[i], tokenizer, recipe, rng)
    ]
    batches = [collate(group, padding) for group in _groups(rows, recipe.tokens)]
    return [batches[i] for i in rng.permutation(len(batches))]


def _rows(
    example: Example, tokenizer: Tokenizer, recipe: Recipe, rng: np.random.Generator
) -> list[Row]:
    context = _context(example, recipe, rng.random())
    labels = np.array([[known[head] for head in HEADS] for known in example.labels])
    windows = build_windows(tokenizer, context, example.text, example.spans, recipe.max_tokens)
    return [(item.window, labels[list(item.owners)]) for item in windows]


def _context(example: Example, recipe: Recipe, chance: float) -> str | None:
    if chance < recipe.context_dropout:
        return None
    if chance < recipe.context_dropout + recipe.question_dropout:
        return example.kind
    return example.context


def _groups(rows: Sequence[Row], tokens: int) -> Iterator[list[Row]]:
    for at in range(0, len(rows), SORTED_ROWS):
        group: list[Row] = []
        for row in sorted(rows[at : at + SORTED_ROWS], key=lambda row: len(row[0].ids)):
            if group and (len(group) + 1) * len(row[0].ids) > tokens:
                yield group
                group = []
            group.append(row)
        yield group


def collate(rows: Sequence[Row], padding: int) -> Batch:
    """One batch of ``rows``, padded to the longest window and the most mentions."""
    longest = max(len(window.ids) for window, _ in rows)
    most = max(len(window.spans) for window, _ in rows)
    batch = Batch(
        ids=np.full((len(rows), longest), padding, dtype=np.int64),
        attention=np.zeros((len(rows), longest), dtype=np.int64),
        mentions=np.zeros((len(rows), most, longest), dtype=np.float32),
        labels=np.full((len(rows), most, len(HEADS)), -1, dtype=np.int64),
    )
    for i, (window, labels) in enumerate(rows):
        batch.ids[i, : len(window.ids)] = window.ids
        batch.attention[i, : len(window.ids)] = 1
        batch.labels[i, : len(labels)] = labels
        for j, (start, end) in enumerate(window.spans):
            batch.mentions[i, j, start:end] = 1
    return batch
