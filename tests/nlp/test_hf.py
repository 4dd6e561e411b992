"""Other people's sentiment models are understood, and our encoder runs on torch unchanged."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from nlp.backends.hf import SentimentClassifier, TorchBackend
from nlp.backends.polarity import UnknownLabelsError, polarities, to_sentiment
from nlp.backends.protocol import Window
from nlp.documents import Document
from nlp.labels import HEADS
from nlp.loading import load_analyzer
from nlp.manifest import WEIGHTS_FILE, Manifest, sha256, write_manifest

WORDS = ["<s>", "<pad>", "</s>", "<unk>", "query", ":", "good", "bad", "app", "the", "is", "."]
SHAPE: dict[str, Any] = {
    "vocab_size": len(WORDS),
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 66,
}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["NEGATIVE", "POSITIVE"], (0, 2)),
        (["positive", "neutral", "negative"], (2, 1, 0)),
        (["LABEL_0", "LABEL_1"], (0, 2)),
        (["LABEL_0", "LABEL_1", "LABEL_2"], (0, 1, 2)),
        (["0", "1", "2", "3", "4"], (0, 0, 1, 2, 2)),
        (["1 star", "2 stars", "3 stars", "4 stars", "5 stars"], (0, 0, 1, 2, 2)),
        (["5", "4", "3", "2", "1"], (2, 2, 1, 0, 0)),
        (["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"], (0, 0, 1, 2, 2)),
        (["NEU", "POS", "NEG"], (1, 2, 0)),
        (["1", "2"], (0, 2)),
        (["1", "2", "3"], (0, 1, 2)),
        (["LABEL_1", "LABEL_0"], (2, 0)),
    ],
)
def test_labels_of_sentiment_are_understood(names: list[str], expected: tuple[int, ...]) -> None:
    assert polarities(dict(enumerate(names))) == expected


@pytest.mark.parametrize(
    "names",
    [
        ["toxic", "fine"],
        ["sports", "politics"],
        ["LABEL_0"] * 4,
        ["LABEL_0"] * 3,
        ["1", "2", "3", "4"],
        ["1 star", "2 stars", "3 stars"],
    ],
)
def test_other_labels_are_refused(names: list[str]) -> None:
    with pytest.raises(UnknownLabelsError):
        polarities(dict(enumerate(names)))


def test_labels_that_mean_the_same_are_added_up() -> None:
    stars = np.log(np.array([[0.3, 0.3, 0.1, 0.2, 0.1]], dtype=np.float32))
    ours = np.exp(to_sentiment(stars, (0, 0, 1, 2, 2)))
    assert ours[0].tolist() == pytest.approx([0.6, 0.1, 0.3], abs=1e-5)


def test_a_model_without_a_neutral_label_is_never_neutral() -> None:
    ours = np.exp(to_sentiment(np.array([[0.0, 0.0]], dtype=np.float32), (0, 2)))
    assert ours[0].tolist() == pytest.approx([0.5, 0.0, 0.5], abs=1e-5)


def write_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        model_max_length=64,
    ).save_pretrained(folder)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny classifier with random weights and three named labels."""
    folder = tmp_path_factory.mktemp("tiny-classifier")
    torch.manual_seed(0)
    config = transformers.BertConfig(
        **SHAPE | {"num_labels": 3}, id2label={0: "POSITIVE", 1: "NEGATIVE", 2: "NEUTRAL"}
    )
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    write_tokenizer(folder)
    return folder


def test_each_text_has_its_own_reading_whatever_it_is_batched_with(classifier: Path) -> None:
    model = SentimentClassifier(str(classifier), threads=1)
    texts = ["good app", "the app is bad " * 30, "bad", "", "good good ."]
    together = model.read(texts)
    assert together.shape == (5, 3)
    for text, row in zip(texts, together, strict=True):
        assert model.read([text])[0] == pytest.approx(row, abs=1e-4)


def test_the_end_of_a_long_text_counts(classifier: Path) -> None:
    model = SentimentClassifier(str(classifier), threads=1)
    long = "good " * 300
    assert not np.allclose(model.read([long]), model.read([long + "bad " * 300]), atol=1e-4)


@pytest.mark.model
def test_a_classifier_replaces_sentiment_and_with_it_severity(classifier: Path) -> None:
    documents = [Document("The app is bad. My card was declined.", kind="review")]
    (plain,) = load_analyzer(threads=1).analyze(documents)
    analyzer = load_analyzer(str(classifier), threads=1)
    (other,) = analyzer.analyze(documents)
    assert analyzer.info.backend == "onnx+hf"
    assert len(analyzer.info.revision) == 64
    for ours, theirs in zip(plain.mentions, other.mentions, strict=True):
        assert replace(
            theirs, sentiment="", score=0, severity=0, confidence=ours.confidence
        ) == replace(ours, sentiment="", score=0, severity=0)
        assert (theirs.severity > 0) == (theirs.sentiment == "negative")
    readings = SentimentClassifier(str(classifier), threads=1).read([plain.mentions[0].text])
    assert other.mentions[0].confidence.sentiment == pytest.approx(
        float(np.exp(readings).max()), abs=1e-3
    )


@pytest.fixture(scope="module", params=["Bert", "MPNet"])
def artefact(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny encoder of ours, or one as teachers may have, with random weights, unquantised."""
    from safetensors.torch import save_file

    from nlp.backends.network import MentionNetwork

    folder = tmp_path_factory.mktemp("tiny-encoder")
    torch.manual_seed(0)
    config = getattr(transformers, f"{request.param}Config")(**SHAPE)
    encoder = getattr(transformers, f"{request.param}Model")(config, add_pooling_layer=False)
    config.save_pretrained(folder)
    save_file(MentionNetwork(encoder, config.hidden_size, 0.1).state_dict(), folder / WEIGHTS_FILE)
    write_tokenizer(folder)
    manifest = Manifest(
        format=1,
        name="tiny",
        version="1",
        created="2026-01-01T00:00:00+00:00",
        code_version="0",
        base="none",
        layers=2,
        width=16,
        max_tokens=64,
        files={n: sha256(folder / n) for n in ("config.json", WEIGHTS_FILE, "tokenizer.json")},
        labels={head: list(labels) for head, labels in HEADS.items()},
        temperatures=dict.fromkeys(HEADS, 1.0),
        thresholds=dict.fromkeys(HEADS, 0.0),
    )
    write_manifest(folder, manifest)
    return folder


def test_our_encoder_reads_the_same_whatever_it_is_batched_with(artefact: Path) -> None:
    backend = TorchBackend(artefact, threads=1)
    windows = [Window([0, 4, 5, 6, 2], [(3, 4)]), Window([0, 4, 5, *[7, 8] * 20, 2], [(3, 9)] * 2)]
    together = backend.read(windows)
    for window, reading in zip(windows, together, strict=True):
        (alone,) = backend.read([window])
        assert reading.logits["stage"] == pytest.approx(alone.logits["stage"], abs=1e-4)
        assert np.linalg.norm(reading.embeddings, axis=1) == pytest.approx(1, abs=1e-4)


def test_an_unquantised_artefact_is_loaded_by_torch(artefact: Path) -> None:
    analyzer = load_analyzer(str(artefact), threads=1)
    assert (analyzer.info.name, analyzer.info.backend) == ("tiny", "hf")
    assert analyzer.info.dtype in {"float32", "float16", "bfloat16"}
    (analysis,) = analyzer.analyze([Document("the app is bad. the app is good.")])
    assert len(analysis.mentions) == 2
    assert len(analyzer.info.revision) == 64
