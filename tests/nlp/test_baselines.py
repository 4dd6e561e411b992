"""Baselines and vectors that a model is compared with, on an encoder small enough for a test."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from nlp.evaluate.base_encoder import BaseEncoder
from nlp.evaluate.baselines import majority, vader, zero_shot
from nlp.evaluate.embedding import Pairs, theme_figures
from nlp.labelled.examples import UNKNOWN, Example
from nlp.labels import HEADS
from tests.nlp.tiny_model import write_base


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseEncoder:
    return BaseEncoder(write_base(tmp_path_factory.mktemp("base")))


def test_a_text_has_the_same_vector_alone_and_beside_a_longer_one(base: BaseEncoder) -> None:
    short, long = "late", "good good good parcel " * 9
    together = base.embed([long, short])
    np.testing.assert_allclose(base.embed([short])[0], together[1], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0)


def test_no_texts_have_no_vectors(base: BaseEncoder) -> None:
    assert base.embed([]).shape == (0, 32)


def test_zero_shot_gives_every_mention_a_label_of_every_head(base: BaseEncoder) -> None:
    found = zero_shot(base, [_row("bad parcel"), _row("good")])
    assert found.keys() == HEADS.keys()
    for head, labels in HEADS.items():
        assert found[head].shape == (2,)
        assert set(found[head]) <= set(range(len(labels)))


def test_the_word_list_reads_english_alone() -> None:
    texts = ["I love it!", "This is horrible.", "The door is blue."]
    rows = [*map(_row, texts), _row("Ich liebe es!", "de")]
    assert vader(rows)["sentiment"].tolist() == [2, 0, 1, UNKNOWN]


def test_a_baseline_says_nothing_of_a_head_that_it_has_not_seen() -> None:
    train = [Example("x", [(0, 1)], [{**dict.fromkeys(HEADS, UNKNOWN), "stage": 4}])]
    assert {head: said.tolist() for head, said in majority(train, train).items()} == {"stage": [4]}


def test_vectors_of_like_mentions_are_the_nearer_ones() -> None:
    examples = [
        _themed(cell, theme, language)
        for cell in ("a", "b")
        for theme in ("slow", "dear", "other")
        for language in ("en", "de")
    ]
    pairs = Pairs(examples)
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(len(examples), 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    figures = theme_figures(pairs, vectors)
    assert figures["all"]["pairs"] == figures["cross_lingual"]["pairs"] == 4
    like, unlike = pairs.same_theme & pairs.telling, pairs.same_cell & ~pairs.same_theme
    kept, cosines = like | unlike, pairs.cosines(vectors)
    expected = roc_auc_score(like[kept], cosines[kept])
    assert figures["all"]["same_cell"] == pytest.approx(expected, abs=1e-4)
    perfect = np.array(
        [{"slow": [1, 0, 0], "dear": [0, 1, 0], "other": [0, 0, 1]}[e.theme] for e in examples]
    )
    assert theme_figures(pairs, perfect.astype(float))["all"]["same_cell"] == 1.0


def _row(text: str, language: str = "en") -> Example:
    return Example(text, [(0, len(text))], [{}], language=language)


def _themed(cell: str, theme: str, language: str) -> Example:
    return Example("x", [(0, 1)], [{}], language=language, cell=cell, theme=theme)
