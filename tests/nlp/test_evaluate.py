"""Figures are what they say they are, and the bundled model's stay above a floor."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score
from tokenizers import Tokenizer, models, pre_tokenizers

from nlp.backends.onnx import OnnxBackend
from nlp.backends.protocol import Reading, Window
from nlp.encoding import build_windows
from nlp.evaluate.answers import answer
from nlp.evaluate.baselines import majority, words
from nlp.evaluate.calibration import (
    MOST_ABSTAINED,
    choose_threshold,
    fit_temperature,
    probabilities,
    split_half_error,
)
from nlp.evaluate.card import write_card
from nlp.evaluate.metrics import (
    calibration_error,
    confusion,
    macro_f1,
    macro_f1_interval,
    quadratic_kappa,
)
from nlp.evaluate.report import report
from nlp.evaluate.run import evaluate
from nlp.labels import HEADS, Head
from nlp.manifest import FORMAT, Manifest, load_manifest, write_manifest
from nlp.train.examples import Example, read_examples

FLOOR = Path(__file__).parent / "floor.tsv"
ARTEFACT = Path(__file__).parents[2] / "nlp" / "artefact"
RNG = np.random.default_rng(3)
TRUTH = RNG.integers(4, size=300)
PREDICTED = np.where(RNG.random(300) < 0.7, TRUTH, RNG.integers(4, size=300))

MANIFEST = Manifest(
    format=FORMAT,
    name="test",
    version="0",
    created="",
    code_version="",
    base="",
    layers=0,
    width=2,
    max_tokens=16,
    files={},
    labels={head: list(labels) for head, labels in HEADS.items()},
    temperatures=dict.fromkeys(HEADS, 1.0),
    thresholds=dict.fromkeys(HEADS, 0.5),
)


class FirstLabel:
    """A backend that is rather sure of the first label of each head, always."""

    max_tokens = 16

    def read(self, windows: Sequence[Window]) -> list[Reading]:
        return [self._reading(len(window.spans)) for window in windows]

    def _reading(self, count: int) -> Reading:
        logits = {
            head: np.eye(1, len(labels), dtype=np.float32).repeat(count, axis=0) * 3
            for head, labels in HEADS.items()
        }
        return Reading(logits, np.ones((count, 2), dtype=np.float32))


def test_macro_f1_and_kappa_are_those_of_scikit_learn() -> None:
    counts = confusion(TRUTH, PREDICTED, 4)
    assert macro_f1(counts) == pytest.approx(f1_score(TRUTH, PREDICTED, average="macro"))
    expected = cohen_kappa_score(TRUTH, PREDICTED, weights="quadratic")
    assert quadratic_kappa(counts) == pytest.approx(expected)


def test_rare_labels_stay_out_of_the_macro_average() -> None:
    truth = np.array([0] * 10 + [1] * 4)
    assert macro_f1(confusion(truth, np.zeros_like(truth), 2)) == pytest.approx(20 / 24)


def test_the_interval_holds_the_score() -> None:
    low, high = macro_f1_interval(TRUTH, PREDICTED, 4)
    assert low < macro_f1(confusion(TRUTH, PREDICTED, 4)) < high


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    right = np.array([True, False] * 50)
    assert calibration_error(np.full(100, 0.8), right) == pytest.approx(0.3)
    assert calibration_error(np.full(100, 0.5), right) == pytest.approx(0.0)


def test_a_temperature_makes_overconfident_logits_honest() -> None:
    honest = RNG.normal(size=(4000, 3)) * 2
    chances = probabilities(honest, 1.0).cumsum(axis=1)
    truth = (RNG.random((4000, 1)) > chances).sum(axis=1)
    assert fit_temperature(honest * 2.5, truth) == pytest.approx(2.5, rel=0.1)
    assert split_half_error(honest * 2.5, truth) < 0.05


def test_below_the_threshold_readings_are_wrong_at_least_as_often_as_right() -> None:
    confidence = np.linspace(0.51, 1.0, 200)
    chances = np.stack([confidence, 1 - confidence], axis=1)
    truth = np.where(confidence < 0.53, 1, 0)
    below = confidence < choose_threshold(chances, truth)
    assert (truth[below] == 1).mean() >= 0.5
    assert 0 < below.mean() <= MOST_ABSTAINED


def test_no_threshold_where_every_reading_is_right() -> None:
    assert choose_threshold(np.tile([0.9, 0.1], (50, 1)), np.zeros(50, dtype=np.int64)) == 0.0


def test_the_report_counts_each_mention_once_and_compares_with_baselines() -> None:
    examples = read_examples(FLOOR)[:50]
    tokenizer = _tokenizer()
    answers = answer(FirstLabel(), tokenizer, examples)
    baselines = {"majority": majority(examples, examples), "words": words(examples, examples)}
    figures = report(answers, MANIFEST, baselines)["sentiment"]
    assert figures["rows"] == len(examples)
    assert figures["baselines"]["majority"] < figures["baselines"]["words"]
    assert sum(entry["rows"] for entry in figures["languages"].values()) == len(examples)


def test_the_card_has_the_notes_and_every_set(tmp_path: Path) -> None:
    sets = {"floor.tsv": read_examples(FLOOR)}
    figures = evaluate(FirstLabel(), _tokenizer(), MANIFEST, sets)
    write_manifest(tmp_path, MANIFEST)
    (tmp_path / "notes.md").write_text("Made for a test.")
    write_card(tmp_path, {"sets": figures})
    card = (tmp_path / "README.md").read_text()
    assert "Made for a test." in card
    assert "### floor.tsv: 150 mentions" in card
    assert load_manifest(tmp_path).metrics["floor.tsv"].keys() == HEADS.keys()


@pytest.mark.model
def test_the_bundled_model_stays_above_its_floor() -> None:
    backend = OnnxBackend(ARTEFACT)
    examples = read_examples(FLOOR)
    tokenizer = Tokenizer.from_file(str(ARTEFACT / "tokenizer.json"))
    figures = report(answer(backend, tokenizer, examples), backend.manifest)
    scores = {head: figures[head]["macro_f1"] for head in ("sentiment", "stage", "touchpoint")}
    assert scores["sentiment"] >= 0.80
    assert scores["stage"] >= 0.60
    assert scores["touchpoint"] >= 0.60


@pytest.mark.model
def test_the_bundled_model_reads_with_and_without_context() -> None:
    backend = OnnxBackend(ARTEFACT)
    tokenizer = Tokenizer.from_file(str(ARTEFACT / "tokenizer.json"))
    example = Example(
        "My card was declined three times at checkout.", [(0, 45)], [{}], "ticket", "Payment"
    )
    for context in (True, False):
        answers = _first_labels(backend, tokenizer, example, context)
        assert answers == {"sentiment": "negative", "touchpoint": "checkout"}


def _first_labels(
    backend: OnnxBackend, tokenizer: Tokenizer, example: Example, context: bool
) -> dict[str, str]:
    line = example.context if context else None
    (encoded,) = build_windows(tokenizer, line, example.text, example.spans)
    (reading,) = backend.read([encoded.window])
    heads: list[Head] = ["sentiment", "touchpoint"]
    return {head: HEADS[head][int(reading.logits[head].argmax())] for head in heads}


def _tokenizer() -> Tokenizer:
    """Every word is unknown, which is enough for a backend that does not look."""
    tokenizer = Tokenizer(models.WordLevel({"<unk>": 0, "<s>": 1, "</s>": 2}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer
