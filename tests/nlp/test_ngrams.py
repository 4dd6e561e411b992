"""What characters say of a mention is learned, added to the encoder's reading, and handed on."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from nlp.decoding import by_head
from nlp.documents import Document
from nlp.evaluate.answers import Answers, answer
from nlp.labelled.examples import read_examples
from nlp.labelled.records import DataError
from nlp.labels import HEADS
from nlp.loading import open_model
from nlp.manifest import (
    MANIFEST_FILE,
    NGRAMS_FILE,
    ArtefactError,
    load_manifest,
    verify,
    write_manifest,
)
from nlp.ngrams import BUCKETS, NGramReader, NGrams, context_buckets, load_ngrams, mention_buckets
from nlp.train.average import Part, average_models
from nlp.train.curriculum import Files
from nlp.train.ngrams import _fit_share, fit_ngrams, learn
from nlp.train.run import Identity, Outputs, train_model
from service.cli import app
from tests.nlp.tiny_model import FLOOR, RECIPE, write_base, write_held_out, write_model, write_rows

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    write_model(folder, write_base(folder), write_rows(folder))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A model without n-grams; beside it are ``few.tsv`` and ``held_out.tsv``."""
    return shutil.copytree(made, tmp_path / "made") / "model"


def test_the_hash_is_part_of_the_artefact() -> None:
    """Whoever changes it must fit all n-grams anew."""
    assert mention_buckets("é!").tolist() == [4948, 54897, 62189, 65219, 74102, 130453]
    assert context_buckets("I").tolist() == [12059, 13611, 47480]


def test_capitals_and_blanks_say_nothing() -> None:
    calm = mention_buckets("my card was declined")
    np.testing.assert_array_equal(mention_buckets("  MY card\n was   Declined "), calm)
    assert len(np.unique(calm)) == len(calm)
    assert calm.max() < BUCKETS


def test_words_of_a_question_are_not_those_of_an_answer() -> None:
    shared = np.intersect1d(mention_buckets("delivery"), context_buckets("delivery"))
    assert not len(shared)


@pytest.mark.parametrize("text", ["", " \n", None])
def test_an_empty_text_has_no_ngrams(text: str | None) -> None:
    assert not len(context_buckets(text))


def test_a_mention_reads_the_same_beside_whatever() -> None:
    reader = NGramReader(learn(read_examples(FLOOR)[:60]))
    texts, contexts = ["It came late", "", "🙂", "Ok"], ["ticket", None, "survey: Why?", ""]
    together = reader.read(texts, contexts)
    alone = [
        reader.read([text], [context])[0] for text, context in zip(texts, contexts, strict=True)
    ]
    np.testing.assert_array_equal(together, alone)
    assert together.shape == (4, sum(map(len, HEADS.values())))
    assert reader.read([], []).shape == (0, together.shape[1])


def test_mentions_that_were_learned_are_read_rightly() -> None:
    examples = read_examples(FLOOR)[:60]
    reader = NGramReader(learn(examples))
    logits = reader.read([e.text for e in examples], [e.context for e in examples])
    stages = by_head(logits)["stage"].argmax(axis=1)
    truth = [example.labels[0]["stage"] for example in examples]
    assert (stages == truth).mean() > 0.9


def test_a_head_without_labels_has_no_preference(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("text,stage\nIt came late,purchase\nIt came broken,usage\n", encoding="utf-8")
    logits = NGramReader(learn(read_examples(path))).read(["It came late"], [None])[0]
    for head, found in by_head(logits[None]).items():
        assert (np.ptp(found) > 0) == (head == "stage")


def test_a_model_that_learned_them_reads_otherwise_and_says_so(folder: Path) -> None:
    before = open_model(folder)
    heard = fit_ngrams(folder, [folder.parent / "few.tsv"], [folder.parent / "held_out.tsv"], "2")
    after = open_model(folder)
    assert heard.keys() == HEADS.keys()
    assert all(found.share >= 0 for found in heard.values())
    assert verify(folder).version == after.analyzer.info.version == "2"
    assert after.analyzer.info.revision != before.analyzer.info.revision
    examples = read_examples(folder.parent / "few.tsv")
    heads = [head for head, found in heard.items() if found.share > 0]
    assert heads
    for head in heads:
        assert (answer(before, examples).logits[head] != answer(after, examples).logits[head]).any()
    assert before.analyzer.analyze([Document("It came late.")]) != after.analyzer.analyze(
        [Document("It came late.")]
    )


def test_the_analyzer_adds_what_given_mentions_are_read_with(folder: Path) -> None:
    fit_ngrams(folder, [folder.parent / "few.tsv"], [folder.parent / "held_out.tsv"])
    model = open_model(folder)
    [example] = read_examples(folder.parent / "held_out.tsv")[:1]
    [analysis] = model.analyzer.analyze([Document(example.text)])
    assert [mention.text for mention in analysis.mentions] == [example.text]
    logits = answer(model, [example], context=False).logits["sentiment"][0]
    said = HEADS["sentiment"].index(analysis.mentions[0].sentiment)
    assert said == logits.argmax()


def test_files_that_were_learned_from_are_listed_once(folder: Path) -> None:
    rows, held_out = folder.parent / "few.tsv", folder.parent / "held_out.tsv"
    fit_ngrams(folder, [rows], [held_out])
    fit_ngrams(folder, [rows, FLOOR], [held_out])
    assert [file.name for file in load_manifest(folder).data] == [rows.name, FLOOR.name]


def test_what_is_learned_from_cannot_be_held_out(folder: Path) -> None:
    rows = folder.parent / "few.tsv"
    with pytest.raises(DataError, match="the model in"):
        fit_ngrams(folder, [FLOOR], [rows])
    with pytest.raises(DataError, match="this run"):
        fit_ngrams(folder, [FLOOR], [FLOOR])
    assert NGRAMS_FILE not in load_manifest(folder).files


def test_heads_without_held_out_labels_get_no_ngrams(folder: Path) -> None:
    path, before = folder.parent / "stages.csv", load_manifest(folder)
    stages = ["text,stage", *["It came late,purchase", "It works,usage"] * 20]
    path.write_text("\n".join(stages), encoding="utf-8")
    rows = folder.parent / "few.tsv"
    assert fit_ngrams(folder, [rows], [path]).keys() == {"stage"}
    found = by_head(NGramReader(_loaded(folder)).read(["It came late"], [None]))
    assert {head for head, logits in found.items() if logits.any()} == {"stage"}
    after = load_manifest(folder)
    assert after.temperatures == {**before.temperatures, "stage": after.temperatures["stage"]}
    assert [file.name for file in after.held_out] == ["stages.csv", "held_out.tsv"]
    path.write_text("\n".join(stages[:-1]), encoding="utf-8")
    with pytest.raises(DataError, match="fewer than 40 held-out mentions have a label for senti"):
        fit_ngrams(folder, [rows], [path])


@pytest.mark.parametrize(
    ("encoder", "least", "most"), [("useless", 1.0, 2.0), ("wrong", 1.0, 2.0), ("right", 0.0, 0.5)]
)
def test_however_well_ngrams_fit_few_mentions_the_encoder_still_counts(
    encoder: str, least: float, most: float
) -> None:
    """Without a bound, n-grams that make no error are the likelier the louder they are."""
    labels, truth = len(HEADS["stage"]), np.arange(40) % len(HEADS["stage"])
    right = np.eye(labels)[truth]
    noise = np.random.default_rng(1).normal(size=(40, labels))
    read = {"useless": noise, "wrong": -3 * right, "right": 3 * right}[encoder]
    answers = Answers(truth, [], [], [], {"stage": truth}, {"stage": read}, {}, {}, read)
    heard = _fit_share(answers, "stage", read, 2 * right.astype(np.float32))
    assert heard.now > 0.9
    assert least <= heard.share <= most


def test_cards_and_figures_of_the_former_model_go(folder: Path) -> None:
    (folder / "README.md").write_text("the card", encoding="utf-8")
    write_manifest(folder, replace(load_manifest(folder), metrics={"dev.tsv": {}}))
    held_out = folder.parent / "held_out_2.tsv"
    held_out.write_bytes((folder.parent / "held_out.tsv").read_bytes())
    fit_ngrams(folder, [folder.parent / "few.tsv"], [held_out])
    assert not (folder / "README.md").exists()
    assert load_manifest(folder).metrics == {}
    assert [file.name for file in load_manifest(folder).held_out] == [held_out.name]


def test_models_made_of_one_have_its_ngrams(folder: Path, tmp_path: Path) -> None:
    rows = folder.parent / "few.tsv"
    fit_ngrams(folder, [rows], [write_held_out(folder.parent)])
    identity = Identity("tiny", "1", "0", "random")
    further = Outputs(tmp_path / "run.pt", tmp_path / "further", tmp_path / "weights")
    train_model(Files([rows]), folder, further, RECIPE, identity, lambda _: None)
    mean = Outputs(tmp_path / "run.pt", tmp_path / "mean")
    average_models([Part(folder, 1.0), Part(folder, 1.0)], [], mean, identity)
    expected = NGramReader(_loaded(folder)).read(["It came late"], ["ticket"])
    for made in ("further", "weights", "mean"):
        verify(tmp_path / made)
        read = NGramReader(_loaded(tmp_path / made)).read(["It came late"], ["ticket"])
        np.testing.assert_array_equal(read, expected)


def test_a_changed_file_is_refused(folder: Path) -> None:
    fit_ngrams(folder, [folder.parent / "few.tsv"], [folder.parent / "held_out.tsv"])
    with (folder / NGRAMS_FILE).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ArtefactError, match=NGRAMS_FILE):
        load_ngrams(folder)


def test_the_command_teaches_a_model(folder: Path) -> None:
    done = CliRunner().invoke(
        app,
        [
            *("fit-ngrams", str(folder), "--model-version", "3"),
            *("--head", "touchpoint", "--head", "stage"),
            *("--data", str(folder.parent / "few.tsv")),
            *("--held-out", str(folder.parent / "held_out.tsv")),
        ],
    )
    assert done.exit_code == 0, done.output
    assert "touchpoint: weight" in done.output
    assert "sentiment" not in done.output
    assert json.loads((folder / MANIFEST_FILE).read_text())["version"] == "3"
    found = by_head(NGramReader(_loaded(folder)).read(["It came late"], [None]))
    assert {head for head, logits in found.items() if logits.any()} == {"stage", "touchpoint"}


def test_the_command_names_heads_that_there_are(folder: Path) -> None:
    rows, held_out = folder.parent / "few.tsv", folder.parent / "held_out.tsv"
    command = ["fit-ngrams", str(folder), "--data", str(rows), "--held-out", str(held_out)]
    done = CliRunner().invoke(app, [*command, "--head", "mood"])
    assert done.exit_code == 2
    assert "unknown head mood; choose from sentiment" in " ".join(done.output.split())


def _loaded(folder: Path) -> NGrams:
    found = load_ngrams(folder)
    assert found
    return found
