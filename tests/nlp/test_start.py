"""Training continues from a model that exists only in 8 bits."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nlp.backends.batching import to_arrays
from nlp.backends.onnx import OnnxBackend
from nlp.encoding import build_windows, load_tokenizer
from nlp.labelled.records import DataError
from nlp.labels import HEADS
from nlp.manifest import MODEL_FILE, THEMES_FILE, load_manifest, verify, write_manifest
from nlp.train.artefact import write_weights
from nlp.train.average import Part, average_models
from nlp.train.curriculum import Files
from nlp.train.run import Identity, Outputs, train_model
from nlp.train.start import load_for_training
from tests.nlp.tiny_model import RECIPE, write_base, write_held_out, write_model, write_rows

TEXTS = ("The checkout refused my card.", "Love it, but delivery took weeks.", "Great!")


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    folder = tmp_path_factory.mktemp("made")
    return write_model(folder, write_base(folder), write_rows(folder))


def test_the_network_of_an_artefact_reads_as_the_artefact_does(outputs: Outputs) -> None:
    assert outputs.out
    network = load_for_training(outputs.out, dropout=0.1).eval()
    backend, tokenizer = OnnxBackend(outputs.out, threads=1), load_tokenizer(outputs.out)
    for text in TEXTS:
        window = build_windows(tokenizer, None, text, [(0, len(text))])[0].window
        served = backend.read([window])[0]
        inputs = {name: torch.from_numpy(value) for name, value in to_arrays([window]).items()}
        logits, vectors = network(**inputs)
        expected = np.concatenate([served.logits[head] for head in HEADS], axis=1)
        np.testing.assert_allclose(logits[0].detach().numpy(), expected, atol=0.1)
        assert float((vectors[0].detach().numpy() * served.embeddings).sum()) > 0.98


def test_channels_that_were_set_apart_are_back_in_their_places(outputs: Outputs) -> None:
    assert outputs.out
    for layer in load_for_training(outputs.out, dropout=0.1).layers:
        assert layer.intermediate.dense.weight.any(dim=1).all()
        assert layer.intermediate.dense.weight.any(dim=0).all()
        assert layer.output.dense.weight.any(dim=0).all()


def test_its_word_vectors_stay_and_everything_else_may_learn(outputs: Outputs) -> None:
    assert outputs.out
    frozen = [
        name
        for name, weight in load_for_training(outputs.out, 0.1).named_parameters()
        if not weight.requires_grad
    ]
    assert frozen == ["encoder.embeddings.word_embeddings.weight"]


def test_a_successor_knows_what_its_predecessor_has_seen(outputs: Outputs, tmp_path: Path) -> None:
    assert outputs.out
    known = write_rows(tmp_path)
    new, after = tmp_path / "new.tsv", tmp_path / "after"
    new.write_text(known.read_text("utf-8") + "\n", "utf-8")
    train_model(
        Files([new, known], teachers=[outputs.out]),
        outputs.out,
        Outputs(tmp_path / "c.pt", after),
        RECIPE,
        Identity("next", "2", "0", "tiny"),
        lambda _: None,
    )
    seen = [file.name for file in load_manifest(outputs.out).data]
    assert seen == [known.name]
    assert [file.name for file in verify(after).data] == [*seen, new.name]
    files = Files([write_held_out(tmp_path)], held_out=[known])
    with pytest.raises(DataError, match="cannot be held out: the model in"):
        train_model(
            files,
            outputs.out,
            Outputs(tmp_path / "c.pt", after),
            RECIPE,
            Identity("next", "2", "0", "tiny"),
            lambda _: None,
        )


def test_a_successor_is_calibrated_as_its_predecessor_where_nothing_is_held_out(
    outputs: Outputs, tmp_path: Path
) -> None:
    """So is the mean of models as the first of them."""
    assert outputs.out
    base = shutil.copytree(outputs.out, tmp_path / "base")
    unlike: dict[str, float] = dict.fromkeys(HEADS, 0.77)
    write_manifest(base, replace(load_manifest(base), temperatures=unlike, thresholds=unlike))
    held_out, data = tmp_path / "sentiments.csv", write_rows(tmp_path)
    held_out.write_text("text,sentiment\n" + "It is late,negative\nGood,positive\n" * 20)
    identity = Identity("next", "2", "0", "tiny")
    for name, files in (("some", [held_out]), ("none", [])):
        made = Outputs(tmp_path / "c.pt", tmp_path / name)
        few = train_model(
            Files([data], held_out=files), base, made, RECIPE, identity, lambda _: None
        )
        mean = Outputs(tmp_path / "c.pt", tmp_path / f"mean-{name}")
        assert average_models([Part(base, 1.0)], files, mean, identity) == few
        for folder in (made.out, mean.out):
            assert folder
            manifest = load_manifest(folder)
            kept = {head for head in HEADS if manifest.temperatures[head] == 0.77}
            assert kept == set(few)
            assert {head for head in HEADS if manifest.thresholds[head] == 0.77} == kept
            names = [file.name for file in manifest.held_out]
            assert names == [*(file.name for file in files), "held_out.tsv"]
        assert few == [head for head in HEADS if head != "sentiment" or not files]


@pytest.mark.parametrize("layers", [1, 6])
def test_rates_fall_from_the_last_layer_that_a_model_has(
    outputs: Outputs, tmp_path: Path, layers: int
) -> None:
    """All of its layers are kept: the recipe has their number, whatever was asked for."""
    assert outputs.weights
    recipe = replace(RECIPE, layers=layers, seconds=1e6)
    made = Outputs(tmp_path / "c.pt", weights=tmp_path / "after")
    files, identity = Files([write_rows(tmp_path)]), Identity("next", "2", "0", "tiny")
    train_model(files, outputs.weights, made, recipe, identity, lambda _: None)
    assert load_manifest(tmp_path / "after").recipe["layers"] == 2
    state = torch.load(made.checkpoint, weights_only=True)
    peaks = {group["peak"] for group in state["optimizer"]["param_groups"]}
    rate = recipe.encoder_rate
    assert sorted(peaks) == pytest.approx([rate * 0.81, rate * 0.9, rate, recipe.head_rate])


def test_measuring_a_model_or_fitting_its_themes_does_not_make_it_another_base(
    outputs: Outputs, tmp_path: Path
) -> None:
    assert outputs.out
    folder, data = shutil.copytree(outputs.out, tmp_path / "base"), write_rows(tmp_path)
    files = Files([data], teachers=[folder])
    before, manifest = files.fingerprint(folder), load_manifest(folder)
    themes = {**manifest.files, THEMES_FILE: "0"}
    write_manifest(folder, replace(manifest, metrics={"a.tsv": {"stage": 0.5}}, files=themes))
    assert files.fingerprint(folder) == before
    write_manifest(folder, replace(manifest, files={**manifest.files, MODEL_FILE: "0"}))
    assert files.fingerprint(folder) != before


def test_a_new_model_in_a_folder_removes_the_card_and_keeps_the_notes(
    outputs: Outputs, tmp_path: Path
) -> None:
    assert outputs.weights
    made = Outputs(tmp_path / "c.pt", tmp_path / "model", tmp_path / "weights")
    for folder in (made.out, made.weights):
        assert folder
        folder.mkdir()
        for name in ("README.md", "reliability-1.svg", "notes.md"):
            (folder / name).write_text("x")
    parts, identity = [Part(outputs.weights, 1.0)], Identity("mean", "3", "0", "tiny")
    average_models(parts, [], made, identity)
    assert (tmp_path / "model" / "README.md").exists()  # there was no model beside it
    average_models(parts, [], made, identity)
    for folder in (made.out, made.weights):
        assert folder
        assert (folder / "notes.md").exists()
        assert not (folder / "README.md").exists()
        assert not (folder / "reliability-1.svg").exists()


def test_training_can_also_continue_from_unquantised_weights(outputs: Outputs) -> None:
    assert outputs.weights
    assert outputs.out
    exact, rounded = (load_for_training(folder, 0.1) for folder in (outputs.weights, outputs.out))
    assert not exact.encoder.get_input_embeddings().weight.requires_grad
    torch.testing.assert_close(exact.heads.bias, rounded.heads.bias)


def test_a_mean_of_models_lies_between_them_by_its_shares(outputs: Outputs, tmp_path: Path) -> None:
    assert outputs.weights
    assert outputs.out
    changed, data = tmp_path / "changed", write_rows(tmp_path)
    network = load_for_training(outputs.weights, 0.0)
    with torch.no_grad():
        network.heads.bias.add_(1.0)
    write_weights(changed, network, outputs.weights, load_manifest(outputs.weights))
    parts = [Part(outputs.weights, 0.5), Part(changed, 1.5)]
    mean = tmp_path / "mean-weights"
    made = Outputs(tmp_path / "c.pt", tmp_path / "mean", mean)
    held_out = write_held_out(tmp_path)
    average_models(parts, [held_out], made, Identity("mean", "3", "0", "tiny"))
    before, after = (
        load_for_training(folder, 0.0).heads.bias for folder in (outputs.weights, mean)
    )
    torch.testing.assert_close(after, before + 0.75)
    manifest = verify(tmp_path / "mean")
    assert [file.name for file in manifest.data] == [data.name]
    assert [part["share"] for part in manifest.recipe["average"]] == [0.5, 1.5]
    assert [file.name for file in manifest.held_out] == [held_out.name]
    with pytest.raises(DataError, match=r"few\.tsv cannot be held out: the model in .*changed"):
        average_models(parts, [data], made, Identity("mean", "3", "0", "tiny"))
    with pytest.raises(DataError, match="positive"):
        average_models([Part(changed, 0.0)], [], made, Identity("mean", "3", "0", "tiny"))


def test_models_of_different_depth_have_no_mean(outputs: Outputs, tmp_path: Path) -> None:
    assert outputs.weights
    shallow = tmp_path / "shallow"
    network = load_for_training(outputs.weights, 0.0)
    network.encoder.encoder.layer = network.layers[:1]  # type: ignore[union-attr]
    network.encoder.config.num_hidden_layers = 1
    write_weights(shallow, network, outputs.weights, load_manifest(outputs.weights))
    parts = [Part(outputs.weights, 1.0), Part(shallow, 1.0)]
    made = Outputs(tmp_path / "c.pt", tmp_path / "mean")
    with pytest.raises(DataError, match="differ in shape"):
        average_models(parts, [], made, Identity("mean", "3", "0", "tiny"))
