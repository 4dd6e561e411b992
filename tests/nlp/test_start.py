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
from nlp.manifest import ArtefactError, load_manifest, verify
from nlp.train.curriculum import Files
from nlp.train.run import Identity, Places, train_model
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
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    folder = tmp_path_factory.mktemp("made")
    return write_model(folder, write_base(folder), write_rows(folder))


def test_the_network_of_an_artefact_reads_as_the_artefact_does(places: Places) -> None:
    assert places.out
    reader = start_from(places.out, dropout=0.1).eval()
    backend, tokenizer = OnnxBackend(places.out, threads=1), load_tokenizer(places.out)
    for text in TEXTS:
        window = build_windows(tokenizer, None, text, [(0, len(text))])[0].window
        served = backend.read([window])[0]
        inputs = {name: torch.from_numpy(value) for name, value in feed([window]).items()}
        logits, vectors = reader(**inputs)
        expected = np.concatenate([served.logits[head] for head in HEADS], axis=1)
        np.testing.assert_allclose(logits[0].detach().numpy(), expected, atol=0.1)
        assert float((vectors[0].detach().numpy() * served.embeddings).sum()) > 0.98


def test_channels_that_were_set_apart_are_back_in_their_places(places: Places) -> None:
    assert places.out
    for layer in start_from(places.out, dropout=0.1).encoder.encoder.layer:
        assert layer.intermediate.dense.weight.any(dim=1).all()
        assert layer.output.dense.weight.any(dim=0).all()


def test_its_word_vectors_stay_and_everything_else_may_learn(places: Places) -> None:
    assert places.out
    frozen = [
        name
        for name, weight in start_from(places.out, 0.1).named_parameters()
        if not weight.requires_grad
    ]
    assert frozen == ["encoder.embeddings.word_embeddings.weight"]


def test_a_successor_knows_what_its_predecessor_has_seen(places: Places, tmp_path: Path) -> None:
    assert places.out
    data, after = write_rows(tmp_path), tmp_path / "after"
    train_model(
        Files([data], teachers=[places.out]),
        places.out,
        Places(tmp_path / "c.pt", after),
        RECIPE,
        Identity("next", "2", "0", "tiny"),
        lambda _: None,
    )
    seen = [file.name for file in load_manifest(places.out).data]
    assert [file.name for file in verify(after).data] == [*seen, data.name]


def test_unquantised_weights_are_not_what_is_gone_on_from(places: Places) -> None:
    assert places.weights
    with pytest.raises(ArtefactError, match=r"model\.onnx"):
        start_from(places.weights, 0.1)
