"""The whole pipeline is measured as production would run it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from nlp.analyzer import Analyzer
from nlp.documents import Analysis, Document
from nlp.evaluate.pipeline import analyze, items, match, whole_figures
from nlp.labelled.examples import ITEM_HEADS, Example
from nlp.labels import HEADS
from tests.nlp.constant_model import fake_model

NEGATIVE = {**dict.fromkeys(HEADS, 0), "stage": 2}
POSITIVE = {**dict.fromkeys(HEADS, 0), "sentiment": 2}
ITEM = Example(
    text="The room was dirty. Breakfast was lovely.",
    spans=[(0, 19), (20, 41)],
    labels=[NEGATIVE, POSITIVE],
    primary={"sentiment": "mixed", "stage": "none"},
    quoted=True,
)


def test_spans_are_matched_one_to_one_and_the_closest_first() -> None:
    assert match([(0, 10), (10, 20)], [(0, 9), (0, 10), (10, 16)]) == [(0, 1), (1, 2)]
    assert match([(0, 10)], [(0, 5)]) == [(0, 0)]
    assert match([(0, 10)], [(0, 4), (20, 30)]) == []
    assert match([], [(0, 4)]) == match([(0, 4)], []) == []


def test_mentions_are_counted_and_their_labels_compared() -> None:
    found = whole_figures([ITEM], analyze(fake_model().analyzer, [ITEM]))
    assert found["items"] == 1
    assert found["heads"].keys() == {"sentiment", "stage"}
    mentions = found["mentions"]
    assert (mentions["true"], mentions["found"], mentions["matched"]) == (2, 2, 2)
    assert mentions["precision"] == mentions["recall"] == mentions["f1"] == 1.0
    assert mentions["heads"]["sentiment"]["accuracy"] == 0.5
    assert mentions["heads"]["stage"]["accuracy"] == 0.5


def test_a_reading_of_mixed_is_wrong_where_nobody_labelled_it_so() -> None:
    row = Example("Fine.", [(0, 5)], [POSITIVE], primary={"sentiment": "positive"})
    (analysis,) = analyze(fake_model().analyzer, [row])
    mixed = _with(analysis, sentiment="mixed")
    found = whole_figures([row], [mixed])["heads"]["sentiment"]
    assert found["accuracy"] == 0.0
    assert found["confusion"]["labels"] == list(ITEM_HEADS["sentiment"])


def test_unassigned_counts_as_none() -> None:
    row = Example("Hm.", [(0, 3)], [{}], primary={"stage": "none"})
    (analysis,) = analyze(fake_model().analyzer, [row])
    read = items([row], [_with(analysis, stage="unassigned")])
    assert read.read["stage"].tolist() == read.truth["stage"].tolist()


@pytest.mark.parametrize("context", [True, False])
def test_texts_go_in_with_what_production_knows_of_them(context: bool) -> None:
    seen: list[Document] = []

    class Recorder:
        def analyze(self, documents: Sequence[Document]) -> list[Analysis]:
            seen.extend(documents)
            return []

    example = Example("Late.", [(0, 5)], [{}], "ticket", None, "Order 4", "en")
    analyze(cast(Analyzer, Recorder()), [example], context)
    known = Document("Late.", "ticket", None, "Order 4")
    assert seen == [known if context else Document("Late.")]


def _with(analysis: Analysis, **labels: Any) -> Analysis:
    return replace(analysis, **labels)
