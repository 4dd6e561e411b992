"""Every mention is read once, from its own tokens, however long its text is."""

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from nlp.backends.protocol import Reading
from nlp.encoding import Encoded, build_windows, context_line, merge_readings
from nlp.labels import HEADS

WORDS = [f"w{i}" for i in range(100)]
TEXT = " ".join(WORDS)
IDS = {
    "<s>": 0,
    "</s>": 1,
    "<unk>": 2,
    "query": 3,
    ":": 4,
    **{w: i + 5 for i, w in enumerate(WORDS)},
}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """A token a word."""
    made = Tokenizer(models.WordLevel(IDS, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


def _span(first: int, last: int) -> tuple[int, int]:
    """Characters from the start of one word of the text to the end of another."""
    return TEXT.index(WORDS[first]), TEXT.index(WORDS[last]) + len(WORDS[last])


def _words(item: Encoded, run: int) -> list[str]:
    start, end = item.window.spans[run]
    names = {number: word for word, number in IDS.items()}
    return [names[number] for number in item.window.ids[start:end]]


def test_a_text_without_context_follows_the_prefix(tokenizer: Tokenizer) -> None:
    (item,) = build_windows(tokenizer, None, "w1 w2", [(3, 5)])
    assert item == Encoded(item.window, (0,))
    assert list(item.window.ids) == [0, 3, 4, 6, 7, 1]
    assert item.window.spans == [(4, 5)]


def test_the_context_comes_first_and_is_in_no_mention(tokenizer: Tokenizer) -> None:
    (item,) = build_windows(tokenizer, "w9 w9", "w1 w2", [(0, 5), (0, 2)])
    assert list(item.window.ids) == [0, 3, 4, 14, 14, 1, 6, 7, 1]
    assert item.window.spans == [(6, 8), (6, 7)]


def test_a_long_context_leaves_room_for_the_text(tokenizer: Tokenizer) -> None:
    (item,) = build_windows(tokenizer, TEXT, "w1 w2", [(0, 5)], max_tokens=40)
    assert len(item.window.ids) == 3 + 10 + 1 + 2 + 1
    assert _words(item, 0) == ["w1", "w2"]


@pytest.mark.parametrize("max_tokens", [16, 32, 64, 256])
def test_every_mention_of_a_long_text_is_whole_in_one_window(
    tokenizer: Tokenizer, max_tokens: int
) -> None:
    spans = [_span(first, first + 4) for first in range(0, 100, 5)]
    items = build_windows(tokenizer, None, TEXT, spans, max_tokens)
    assert [owner for item in items for owner in item.owners] == list(range(20))
    found = [_words(item, run) for item in items for run in range(len(item.owners))]
    assert found == [WORDS[first : first + 5] for first in range(0, 100, 5)]
    assert all(len(item.window.ids) <= max_tokens for item in items)


def test_a_mention_of_a_long_text_is_read_with_what_surrounds_it(tokenizer: Tokenizer) -> None:
    (item,) = build_windows(tokenizer, None, TEXT, [_span(50, 51)], max_tokens=24)
    assert len(item.window.ids) == 24
    start, end = item.window.spans[0]
    assert start > 5
    assert end < 20


def test_a_text_that_just_fits_is_read_in_one_window(tokenizer: Tokenizer) -> None:
    spans = [_span(0, 2), _span(97, 99)]
    assert len(build_windows(tokenizer, None, TEXT, spans, max_tokens=104)) == 1
    assert len(build_windows(tokenizer, None, TEXT, spans, max_tokens=103)) == 2


def test_a_mention_within_another_cuts_nothing_off_it(tokenizer: Tokenizer) -> None:
    spans = [_span(40, 52), _span(41, 42)]
    (item,) = build_windows(tokenizer, None, TEXT, spans, max_tokens=24)
    assert [_words(item, run) for run in (0, 1)] == [WORDS[40:53], WORDS[41:43]]


def test_a_mention_longer_than_a_window_is_read_in_pieces(tokenizer: Tokenizer) -> None:
    items = build_windows(tokenizer, None, TEXT, [_span(0, 99), _span(3, 4)], max_tokens=24)
    runs = [(item, run) for item in items for run in range(len(item.owners))]
    pieces = [_words(item, run) for item, run in runs if item.owners[run] == 0]
    assert [word for piece in pieces for word in piece] == WORDS
    assert sum(item.owners.count(1) for item in items) == 1


def test_pieces_count_by_their_tokens_and_vectors_keep_length_one(tokenizer: Tokenizer) -> None:
    items = build_windows(tokenizer, None, TEXT, [_span(0, 99)], max_tokens=100)
    sizes = [item.window.spans[0][1] - item.window.spans[0][0] for item in items]
    readings = [_reading(float(i)) for i in range(len(items))]
    merged = merge_readings(items, readings, 1)
    expected = np.average(np.arange(len(items)), weights=sizes)
    assert merged.logits["stage"][0] == pytest.approx(expected)
    assert np.linalg.norm(merged.embeddings[0]) == pytest.approx(1.0)


def test_spans_may_come_in_any_order(tokenizer: Tokenizer) -> None:
    spans = [_span(80, 82), _span(2, 4)]
    items = build_windows(tokenizer, None, TEXT, spans, max_tokens=24)
    merged = merge_readings(items, [_reading(float(item.owners[0])) for item in items], 2)
    assert merged.logits["intent"][:, 0].tolist() == [0.0, 1.0]


def test_a_span_without_a_token_is_read_from_the_nearest(tokenizer: Tokenizer) -> None:
    (item,) = build_windows(tokenizer, None, "w1 w2", [(5, 5)])
    assert _words(item, 0) == ["w2"]


def test_no_spans_need_no_window(tokenizer: Tokenizer) -> None:
    assert build_windows(tokenizer, None, TEXT, [], max_tokens=24) == []
    assert build_windows(tokenizer, None, "", []) == []


def test_a_tokenizer_of_another_family_is_refused() -> None:
    foreign = Tokenizer(models.WordLevel({"[CLS]": 0}, unk_token="[CLS]"))
    with pytest.raises(ValueError, match="has no <s> token"):
        build_windows(foreign, None, "x", [(0, 1)])


@pytest.mark.parametrize(
    ("known", "line"),
    [
        (("survey", "What could\nwe improve?", None), "survey: What could we improve?"),
        (("ticket", None, "Double charge"), "ticket: Double charge"),
        (("review", None, None), "review"),
        ((None, "Why?", None), "Why?"),
        ((None, None, None), None),
        ((None, " ", ""), None),
    ],
)
def test_what_is_known_of_a_text_is_one_line(
    known: tuple[str | None, str | None, str | None], line: str | None
) -> None:
    assert context_line(*known) == line


def _reading(value: float) -> Reading:
    logits = {
        head: np.full((1, len(labels)), value, dtype=np.float32) for head, labels in HEADS.items()
    }
    return Reading(logits, np.ones((1, 2), dtype=np.float32))
