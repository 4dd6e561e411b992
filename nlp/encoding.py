"""Turns texts into encoder input, in training and in serving alike.

A window is ``<s> query: {context} </s> {text} </s>``, or ``<s> query: {text} </s>`` when nothing is
known about the text. A mention is a run of the text's own tokens, never of the context's. A text in
capitals is converted to lower case, because the encoder has hardly seen words in capitals and
mistakes them for anger. A text that does not fit is read in overlapping windows, each mention in
one of them with what surrounds it; only a mention longer than a window is split.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from tokenizers import Tokenizer

from nlp.backends.protocol import Reading, Window
from nlp.labels import HEADS
from nlp.manifest import TOKENIZER_FILE
from nlp.segment.spans import Span, printable
from nlp.vectors import unit_rows

MAX_TOKENS = 256
"""The default length of a window, special tokens included."""

CAPITALS_SHARE: Final = 0.7
"""A text is in capitals if at least this share of its cased letters are capitals."""

_CAPITALS: Final = re.compile(r"(?<!\w)[^\Wa-z\d_]{2,}(?:[ ,'’-]+[^\Wa-z\d_]+){3,}(?!\w)")
"""Four words or more without small Latin letters; other small letters are left to
``_lower_if_capitals``."""

START, END, PREFIX = "<s>", "</s>", "query:"


@dataclass(frozen=True, slots=True)
class Encoded:
    """A window, and for each of its runs of tokens the index of the caller's span it is part of."""

    window: Window
    owners: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    owner: int
    start: int
    end: int


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model or a base encoder, with padding and truncation turned off."""
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def context_line(
    kind: str | None, question: str | None = None, subject: str | None = None
) -> str | None:
    """What is known about a text, in one line: ``survey: What could we improve?``."""
    about = " ".join(printable(question or subject or "").split())
    return ": ".join(part for part in (kind, about) if part) or None


def build_windows(
    tokenizer: Tokenizer,
    context: str | None,
    text: str,
    spans: Sequence[Span],
    max_tokens: int = MAX_TOKENS,
) -> list[Encoded]:
    """The windows in which ``spans`` of ``text`` ([start, end) in characters) are read.

    Each span has a run in exactly one window, unless it alone is too long: then its pieces have
    several runs, which ``merge_readings`` puts together; they are consecutive if the spans are in
    order and don't overlap. Without spans there are no windows. ``tokenizer`` must neither pad nor
    truncate. Raises ValueError if it has no ``<s>`` or ``</s>``.
    """
    prefix = _prefix_ids(tokenizer, context, max_tokens // 4)
    closing = _special_id(tokenizer, END)
    encoding = tokenizer.encode(_lower_if_capitals(text), add_special_tokens=False)
    ids = encoding.ids
    room = max_tokens - len(prefix) - 1
    runs = _token_runs(encoding.offsets, spans)
    if len(ids) <= room:
        window = Window(
            [*prefix, *ids, closing], [(a + len(prefix), b + len(prefix)) for a, b in runs]
        )
        return [Encoded(window, tuple(range(len(runs))))] if runs else []
    groups = _group(_pieces(runs, room - room // 4), room - room // 4)
    return [_window(prefix, ids, closing, group, room) for group in groups]


def merge_readings(encoded: Sequence[Encoded], readings: Sequence[Reading], count: int) -> Reading:
    """One reading of ``count`` spans, 1 or more, from the readings of one text's windows.

    A span in several pieces gets the mean of their logits and vectors, weighted by tokens.
    """
    owners = np.array([owner for item in encoded for owner in item.owners], dtype=np.intp)
    sizes = [end - start for item in encoded for start, end in item.window.spans]
    weights = np.zeros((count, len(owners)), dtype=np.float32)
    weights[owners, np.arange(len(owners))] = sizes
    weights /= weights.sum(axis=1, keepdims=True).clip(min=1)
    embeddings = weights @ np.concatenate([reading.embeddings for reading in readings])
    return Reading(
        {head: weights @ np.concatenate([r.logits[head] for r in readings]) for head in HEADS},
        unit_rows(embeddings),
    )


def _lower_if_capitals(text: str) -> str:
    """A text in capitals, or the runs of words in capitals of any other text, in lower case; the
    length stays the same."""
    capitals = sum(map(str.isupper, text))
    if not capitals:
        return text
    if capitals >= CAPITALS_SHARE * (capitals + sum(map(str.islower, text))):
        return _lower(text)
    return _CAPITALS.sub(lambda found: _lower(found.group()), text)


def _lower(text: str) -> str:
    return text.replace("İ", "i").lower()  # the only letter that becomes two in lower case


def _prefix_ids(tokenizer: Tokenizer, context: str | None, limit: int) -> list[int]:
    ids = [_special_id(tokenizer, START), *_ids(tokenizer, PREFIX)]
    if context:
        ids += [*_ids(tokenizer, context)[:limit], _special_id(tokenizer, END)]
    return ids


def _special_id(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the tokenizer has no {token} token")
    return found


def _ids(tokenizer: Tokenizer, text: str) -> list[int]:
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids


def _token_runs(offsets: Sequence[Span], spans: Sequence[Span]) -> list[Span]:
    """Per span the run of tokens that it touches; the nearest token if it touches none."""
    starts = [start for start, _ in offsets]
    ends = [end for _, end in offsets]
    runs = []
    for start, end in spans:
        first = min(bisect_right(ends, start), max(len(offsets) - 1, 0))
        runs.append((first, max(bisect_left(starts, end), first + 1)))
    return runs


def _pieces(runs: Sequence[Span], longest: int) -> list[_Piece]:
    pieces = [
        _Piece(owner, at, min(at + longest, end))
        for owner, (start, end) in enumerate(runs)
        for at in range(start, end, longest)
    ]
    return sorted(pieces, key=lambda piece: (piece.start, piece.owner))


def _group(pieces: Sequence[_Piece], longest: int) -> list[list[_Piece]]:
    """Group neighbours as long as a window can hold them together with some surroundings."""
    groups: list[list[_Piece]] = []
    for piece in pieces:
        if groups and piece.end - groups[-1][0].start <= longest:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _window(
    prefix: list[int], ids: list[int], closing: int, group: list[_Piece], room: int
) -> Encoded:
    """A window with ``room`` tokens of the text and the group in its middle, or as near to it as
    the ends of the text allow."""
    first, last = group[0].start, max(piece.end for piece in group)
    start = max(0, min(first - (room - (last - first)) // 2, len(ids) - room))
    shift = len(prefix) - start
    return Encoded(
        Window(
            [*prefix, *ids[start : start + room], closing],
            [(piece.start + shift, piece.end + shift) for piece in group],
        ),
        tuple(piece.owner for piece in group),
    )
