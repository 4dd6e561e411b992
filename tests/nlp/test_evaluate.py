"""Figures are what they say they are, and the bundled model's stay above a floor."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score
from tokenizers import Tokenizer

from nlp.artefact import BUNDLED
from nlp.backends.onnx import OnnxBackend
from nlp.decoding import softmax
from nlp.encoding import build_windows
from nlp.evaluate.answers import answer
from nlp.evaluate.base_encoder import BaseEncoder, EncoderError
from nlp.evaluate.baselines import majority, vader, words
from nlp.evaluate.calibration import (
    ABSTAINED,
    MIN_ROWS,
    calibrate,
    choose_threshold,
    fit_temperature,
    selective,
    split_half,
)
from nlp.evaluate.figures import Figures
from nlp.evaluate.metrics import (
    calibration_error,
    chance_calibration_error,
    confusion,
    kappa,
    macro_f1,
    macro_f1_interval,
    quadratic_kappa,
    reliability,
    resamples,
)
from nlp.evaluate.report import report
from nlp.evaluate.run import Baselines, Comparisons, ask, evaluate, evaluate_folder
from nlp.labelled.examples import UNKNOWN, Example, read_examples
from nlp.labelled.records import DataError
from nlp.labels import HEADS, Head
from nlp.loading import Model, open_model
from tests.nlp.constant_model import MANIFEST, fake_model

FLOOR = Path(__file__).parent / "floor.tsv"
RNG = np.random.default_rng(3)
TRUTH = RNG.integers(4, size=300)
PREDICTED = np.where(RNG.random(300) < 0.7, TRUTH, RNG.integers(4, size=300))


def test_macro_f1_and_kappa_are_those_of_scikit_learn() -> None:
    counts = confusion(TRUTH, PREDICTED, 4)
    assert macro_f1(counts) == pytest.approx(f1_score(TRUTH, PREDICTED, average="macro"))
    assert kappa(counts) == pytest.approx(cohen_kappa_score(TRUTH, PREDICTED))
    expected = cohen_kappa_score(TRUTH, PREDICTED, weights="quadratic")
    assert quadratic_kappa(counts) == pytest.approx(expected)


def test_rare_labels_stay_out_of_the_macro_average() -> None:
    truth = np.array([0] * 10 + [1] * 4)
    assert macro_f1(confusion(truth, np.zeros_like(truth), 2)) == pytest.approx(20 / 24)


def test_the_interval_holds_the_score() -> None:
    low, high = macro_f1_interval(TRUTH, PREDICTED, 4, np.arange(len(TRUTH)))
    assert low < macro_f1(confusion(TRUTH, PREDICTED, 4)) < high


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    right = np.array([True, False] * 50)
    assert calibration_error(np.full(100, 0.8), right) == pytest.approx(0.3)
    assert calibration_error(np.full(100, 0.5), right) == pytest.approx(0.0)


def test_a_temperature_makes_overconfident_logits_honest() -> None:
    honest = RNG.normal(size=(4000, 3)) * 2
    truth = (RNG.random((4000, 1)) > softmax(honest).cumsum(axis=1)).sum(axis=1)
    assert fit_temperature(honest * 2.5, truth) == pytest.approx(2.5, rel=0.1)
    logits = {head: np.zeros((4000, len(labels))) for head, labels in HEADS.items()}
    logits["sentiment"] = honest * 2.5
    assert split_half("sentiment", logits, truth, dict.fromkeys(HEADS, 1.0)).error < 0.05


def test_severity_is_calibrated_on_complaints_and_with_their_sentiment() -> None:
    sentiment, severity = RNG.normal(size=(8000, 3)), RNG.normal(size=(8000, 4))
    negative = RNG.random(8000) < softmax(sentiment)[:, 0]
    degrees = (RNG.random((8000, 1)) > softmax(severity[:, 1:]).cumsum(axis=1)).sum(axis=1)
    truth = np.where(negative, 1 + degrees, 0)
    logits = {head: np.zeros((8000, len(labels))) for head, labels in HEADS.items()}
    logits |= {"sentiment": sentiment, "severity": severity * 2}
    found = calibrate("severity", logits, truth, dict.fromkeys(HEADS, 1.0))
    assert found.temperature == pytest.approx(2.0, rel=0.15)
    assert split_half("severity", logits, truth, dict.fromkeys(HEADS, 1.0)).error < 0.05


def test_a_temperature_without_rows_is_1() -> None:
    assert fit_temperature(np.zeros((0, 3)), np.zeros(0, np.int64)) == 1.0


def test_the_threshold_leaves_out_the_least_sure_readings() -> None:
    confidence = np.linspace(0.51, 1.0, 200)
    right = confidence >= 0.53
    chosen = selective(confidence, right, choose_threshold(confidence, right))
    assert chosen.abstained == pytest.approx(ABSTAINED)
    assert chosen.error_kept == 0 < chosen.error


def test_no_threshold_where_every_reading_is_right() -> None:
    assert choose_threshold(np.full(50, 0.9), np.full(50, True)) == 0.0


def test_a_reliability_diagram_has_every_reading_in_one_bin() -> None:
    confidence, right = RNG.random(500), RNG.random(500) < 0.5
    bins = reliability(confidence, right)
    assert sum(found.rows for found in bins) == 500
    gaps = [found.rows * abs(found.confidence - found.accuracy) for found in bins]
    assert sum(gaps) / 500 == pytest.approx(calibration_error(confidence, right))
    assert 0 < chance_calibration_error(confidence) < calibration_error(confidence, right)


def test_samples_are_drawn_of_whole_texts() -> None:
    groups = np.array([7, 7, 2, 2, 2, 5])
    for times in resamples(groups, rounds=20, seed=0):
        assert times[0] == times[1]
        assert times[2] == times[3] == times[4]
        assert times[0] + times[2] + times[5] == 3


def test_the_report_counts_each_mention_once_and_compares_with_baselines() -> None:
    examples = read_examples(FLOOR)[:50]
    answers = answer(fake_model(), examples)
    baselines = {"majority": majority(examples, examples), "words": words(examples, examples)}
    figures = report(answers, MANIFEST, baselines)["sentiment"]
    assert figures["rows"] == len(examples)
    scores = {name: found["macro_f1"] for name, found in figures["baselines"].items()}
    assert scores["majority"] < scores["words"]
    assert sum(entry["rows"] for entry in figures["languages"].values()) == len(examples)
    assert sum(map(sum, figures["confusion"]["counts"])) == len(examples)
    assert figures["mistakes"][0]["reading"] == "negative"
    assert figures["mistakes"][0]["truth"] != "negative"


def test_calibration_is_split_only_where_each_half_has_enough_rows() -> None:
    examples = read_examples(FLOOR)[: 2 * MIN_ROWS]
    for count, is_split in ((len(examples) - 1, False), (len(examples), True)):
        figures = report(answer(fake_model(), examples[:count]), MANIFEST)["sentiment"]
        assert ("split_half" in figures["calibration"]) == is_split


def test_heads_without_labels_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("text,stage,lang\nIt came late,onboarding,en\nIt works,usage,en\n")
    sets = {"few": read_examples(path)}
    model = fake_model()
    figures = evaluate(model, sets, ask(model, sets), {"words": partial(words, sets["few"])})["few"]
    assert figures["heads"].keys() == figures["whole"]["heads"].keys() == {"stage"}


def test_items_with_a_primary_reading_alone_are_measured_whole() -> None:
    item = Example("Fine.", [(0, 5)], [dict.fromkeys(HEADS, UNKNOWN)], primary={"stage": "none"})
    for example in (item, replace(item, spans=[], labels=[], quoted=True)):
        figures = _evaluate(fake_model(), [example], {"VADER": vader})
        assert figures["heads"] == {}
        assert figures["whole"]["heads"]["stage"]["rows"] == 1
        assert figures["whole"]["mentions"] is None


def test_items_without_mentions_have_empty_answers() -> None:
    item = Example("Fine.", [], [], primary={"stage": "none"}, quoted=True)
    answers = answer(fake_model(), [item])
    shapes = {head: answers.logits[head].shape for head in HEADS}
    assert shapes == {head: (0, len(labels)) for head, labels in HEADS.items()}


def test_words_that_occur_once_say_nothing() -> None:
    few = [Example("Late", [(0, 4)], [{**dict.fromkeys(HEADS, UNKNOWN), "stage": 4}])]
    assert words(few, few) == {}


def _evaluate(
    model: Model, examples: Sequence[Example], baselines: Baselines | None = None
) -> Figures:
    sets = {"it": examples}
    return evaluate(model, sets, ask(model, sets), baselines)["it"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"text": "x", "stage": "usage"}', "has no themes"),
        ('{"text": "x y", "theme": "t", "mentions": [{"quote": "x"}, {"quote": "y"}]}', "items"),
        ('{"text": "x", "theme": "t", "mentions": []}', "has whole items"),
    ],
)
def test_themes_are_of_single_mentions(tmp_path: Path, row: str, reason: str) -> None:
    (path := tmp_path / "themes.jsonl").write_text(row)
    with pytest.raises(DataError, match=reason):
        evaluate_folder(BUNDLED, [FLOOR], Comparisons(themes=path))


def test_a_folder_without_an_encoder_is_no_base(tmp_path: Path) -> None:
    for name in ("tokenizer.json", "config.json"):
        with pytest.raises(EncoderError, match="has no encoder"):
            BaseEncoder(tmp_path)
        (tmp_path / name).write_text("{}")


def test_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for path in (paths := [tmp_path / "a.csv", tmp_path / "b" / "a.csv"]):
        path.write_text("text,stage\nIt works,usage\n")
    with pytest.raises(DataError, match="two files are called"):
        evaluate_folder(BUNDLED, paths)


def test_a_file_without_any_label_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,stage\nIt works,\n")
    with pytest.raises(DataError, match="has no labels"):
        evaluate_folder(BUNDLED, [path])


@pytest.mark.model
def test_the_bundled_model_stays_above_its_floor() -> None:
    """Mentions that are given, and items as production reads them."""
    figures = _evaluate(open_model(BUNDLED), read_examples(FLOOR))
    for heads in (figures["heads"], figures["whole"]["heads"]):
        assert heads["sentiment"]["macro_f1"] >= 0.80
        assert heads["stage"]["macro_f1"] >= 0.60
        assert heads["touchpoint"]["macro_f1"] >= 0.60
        assert heads["severity"]["quadratic_kappa"] >= 0.60


@pytest.mark.model
def test_the_bundled_model_reads_with_and_without_context() -> None:
    backend = OnnxBackend(BUNDLED)
    tokenizer = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
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
