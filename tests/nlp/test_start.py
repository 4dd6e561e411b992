"""Going on from a model that is there in 8 bits only."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from nlp.backends.batching import feed
from nlp.backends.onnx import OnnxBackend
from nlp.encoding import build_windows, load_tokenizer
from nlp.labels import HEADS
from nlp.manifest import load_manifest, verify
from nlp.train.artefact import write_weights
from nlp.train.average import Part, average_models
from nlp.train.curriculum import Files
from nlp.train.examples import DataError
from nlp.train.run import Identity, Outputs, train_model
from nlp.train.start import start_from
from tests.nlp.tiny import RECIPE, write_base, write_model, write_rows

TEXTS = ("The checkout refused my card.", "Love it, but delivery took weeks.", "Great!")


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    folder = tmp_path_factory.mktemp("made")
    return write_model(folder, write_base(folder), write_rows(folder))


def test_the_network_of_an_artefact_reads_as_the_artefact_does(outputs: Outputs) -> None:
    assert outputs.out
    reader = start_from(outputs.out, dropout=0.1).eval()
    backend, tokenizer = OnnxBackend(outputs.out, threads=1), load_tokenizer(outputs.out)
    for text in TEXTS:
        window = build_windows(tokenizer, None, text, [(0, len(text))])[0].window
        served = backend.read([window])[0]
        inputs = {name: torch.from_numpy(value) for name, value in feed([window]).items()}
        logits, vectors = reader(**inputs)
        expected = np.concatenate([served.logits[head] for head in HEADS], axis=1)
        np.testing.assert_allclose(logits[0].detach().numpy(), expected, atol=0.1)
        assert float((vectors[0].detach().numpy() * served.embeddings).sum()) > 0.98


def test_channels_that_were_set_apart_are_back_in_their_places(outputs: Outputs) -> None:
    assert outputs.out
    for layer in start_from(outputs.out, dropout=0.1).layers:
        assert layer.intermediate.dense.weight.any(dim=1).all()
        assert layer.intermediate.dense.weight.any(dim=0).all()
        assert layer.output.dense.weight.any(dim=0).all()


def test_its_word_vectors_stay_and_everything_else_may_learn(outputs: Outputs) -> None:
    assert outputs.out
    frozen = [
        name
        for name, weight in start_from(outputs.out, 0.1).named_parameters()
        if not weight.requires_grad
    ]
    assert frozen == ["encoder.embeddings.word_embeddings.weight"]


def test_a_successor_knows_what_its_predecessor_has_seen(outputs: Outputs, tmp_path: Path) -> None:
    assert outputs.out
    data, after = write_rows(tmp_path), tmp_path / "after"
    train_model(
        Files([data], teachers=[outputs.out]),
        outputs.out,
        Outputs(tmp_path / "c.pt", after),
        RECIPE,
        Identity("next", "2", "0", "tiny"),
        lambda _: None,
    )
    seen = [file.name for file in load_manifest(outputs.out).data]
    assert [file.name for file in verify(after).data] == [*seen, data.name]


def test_unquantised_weights_may_be_gone_on_from_too(outputs: Outputs) -> None:
    assert outputs.weights
    assert outputs.out
    exact, rounded = (start_from(folder, 0.1) for folder in (outputs.weights, outputs.out))
    assert not exact.encoder.get_input_embeddings().weight.requires_grad
    torch.testing.assert_close(exact.heads.bias, rounded.heads.bias)


def test_a_mean_of_models_lies_between_them_by_its_shares(outputs: Outputs, tmp_path: Path) -> None:
    assert outputs.weights
    assert outputs.out
    changed, data = tmp_path / "changed", write_rows(tmp_path)
    reader = start_from(outputs.weights, 0.0)
    with torch.no_grad():
        reader.heads.bias.add_(1.0)
    write_weights(changed, reader, outputs.weights, load_manifest(outputs.weights))
    parts = [Part(outputs.weights, 0.5), Part(changed, 1.5)]
    mean = tmp_path / "mean-weights"
    made = Outputs(tmp_path / "c.pt", tmp_path / "mean", mean)
    average_models(parts, [data], made, Identity("mean", "3", "0", "tiny"))
    before, after = (start_from(folder, 0.0).heads.bias for folder in (outputs.weights, mean))
    torch.testing.assert_close(after, before + 0.75)
    manifest = verify(tmp_path / "mean")
    assert [file.name for file in manifest.data] == [data.name]
    assert [part["share"] for part in manifest.recipe["average"]] == [0.5, 1.5]
    with pytest.raises(DataError, match="positive"):
        average_models([Part(changed, 0.0)], [], made, Identity("mean", "3", "0", "tiny"))


def test_where_another_model_was_its_card_goes_and_what_its_maker_says_stays(
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


def test_models_of_different_depth_have_no_mean(outputs: Outputs, tmp_path: Path) -> None:
    assert outputs.weights
    shallow = tmp_path / "shallow"
    reader = start_from(outputs.weights, 0.0)
    reader.encoder.encoder.layer = reader.layers[:1]  # type: ignore[union-attr]
    reader.encoder.config.num_hidden_layers = 1
    write_weights(shallow, reader, outputs.weights, load_manifest(outputs.weights))
    parts = [Part(outputs.weights, 1.0), Part(shallow, 1.0)]
    made = Outputs(tmp_path / "c.pt", tmp_path / "mean")
    with pytest.raises(DataError, match="not of one shape"):
        average_models(parts, [], made, Identity("mean", "3", "0", "tiny"))
