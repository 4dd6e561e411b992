"""The ONNX engine answers in order, each text for itself, and opens nothing unverified."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from nlp.backends.batching import batches, to_arrays
from nlp.backends.onnx import OnnxBackend
from nlp.backends.protocol import Window
from nlp.documents import Document
from nlp.labels import HEADS, LABEL_COUNT
from nlp.loading import load_analyzer
from nlp.manifest import MODEL_FILE, ArtefactError, Manifest, sha256, write_manifest

WIDTH = 4


def write_model(folder: Path) -> None:
    """A model whose every logit and vector entry is the sum of the ids of a mention's tokens."""
    node, tensor = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    number, whole = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64
    ones = [
        onnx.helper.make_tensor(name, number, [1, size], [1.0] * size)
        for name, size in (("outputs", LABEL_COUNT), ("width", WIDTH))
    ]
    last = onnx.helper.make_tensor("last", whole, [1], [-1])
    graph = onnx.helper.make_graph(
        [
            node("Mul", ["input_ids", "attention_mask"], ["seen"]),
            node("Cast", ["seen"], ["numbers"], to=number),
            node("Unsqueeze", ["numbers", "last"], ["column"]),
            node("MatMul", ["mention_mask", "column"], ["sums"]),
            node("MatMul", ["sums", "outputs"], ["logits"]),
            node("MatMul", ["sums", "width"], ["embedding"]),
        ],
        "sums",
        [
            tensor("input_ids", whole, ["b", "t"]),
            tensor("attention_mask", whole, ["b", "t"]),
            tensor("mention_mask", number, ["b", "m", "t"]),
        ],
        [
            tensor("logits", number, ["b", "m", LABEL_COUNT]),
            tensor("embedding", number, ["b", "m", WIDTH]),
        ],
        [*ones, last],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, str(folder / MODEL_FILE))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model")
    write_model(made)
    manifest = Manifest(
        format=1,
        name="sums",
        version="1",
        created="2026-01-01T00:00:00+00:00",
        code_version="0",
        base="none",
        layers=0,
        width=WIDTH,
        max_tokens=64,
        files={MODEL_FILE: sha256(made / MODEL_FILE)},
        labels={head: list(labels) for head, labels in HEADS.items()},
        temperatures=dict.fromkeys(HEADS, 1.0),
        thresholds=dict.fromkeys(HEADS, 0.0),
    )
    write_manifest(made, manifest)
    return made


def window(length: int, *spans: tuple[int, int]) -> Window:
    return Window(list(range(length)), list(spans))


def test_readings_come_in_the_order_of_the_windows(folder: Path) -> None:
    backend = OnnxBackend(folder, threads=1)
    windows = [window(length, (1, 3), (length - 1, length)) for length in (9, 300, 4, 64, 300, 5)]
    readings = backend.read(windows)
    for asked, got in zip(windows, readings, strict=True):
        last = float(len(asked.ids) - 1)
        for head, labels in HEADS.items():
            assert got.logits[head].shape == (2, len(labels))
            assert got.logits[head][:, 0].tolist() == [3.0, last]
        assert got.embeddings.tolist() == [[3.0] * WIDTH, [last] * WIDTH]


def test_nothing_to_read_is_read_at_once(folder: Path) -> None:
    assert OnnxBackend(folder, threads=1).read([]) == []


def test_a_changed_model_is_not_opened(folder: Path, tmp_path: Path) -> None:
    for name in (MODEL_FILE, "manifest.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / MODEL_FILE).write_bytes(b"\0" + (folder / MODEL_FILE).read_bytes())
    with pytest.raises(ArtefactError, match=MODEL_FILE):
        OnnxBackend(tmp_path)


def test_batches_hold_what_was_allowed_and_everything_once() -> None:
    lengths = [3, 700, 64, 64, 5, 512, 1, 64, 64, 64, 64, 64, 64, 64, 0]
    made = list(batches(lengths, 512))
    assert sorted(index for batch in made for index in batch) == list(range(len(lengths)))
    for batch in made:
        longest = max(lengths[index] for index in batch)
        assert len(batch) == 1 or longest * len(batch) <= 512


def test_padding_is_masked() -> None:
    arrays = to_arrays([window(2, (0, 1)), window(4, (1, 3), (3, 4))])
    assert arrays["attention_mask"].tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    assert arrays["mention_mask"].tolist() == [
        [[1, 0, 0, 0], [0, 0, 0, 0]],
        [[0, 1, 1, 0], [0, 0, 0, 1]],
    ]
    assert {array.dtype for array in arrays.values()} == {np.dtype("int64"), np.dtype("float32")}


@pytest.mark.model
def test_a_text_reads_the_same_whatever_is_read_beside_it() -> None:
    analyzer = load_analyzer("bundled", threads=2)
    texts = ["My card was declined!", "ok", "Das Paket kam zu spät. " * 40, "👍 great app"]
    documents = [Document(text, kind="review") for text in texts]
    together = analyzer.analyze(documents)
    assert together == [analyzer.analyze([document])[0] for document in documents]
