"""An artefact is used only if every one of its files is what the manifest says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nlp.labels import HEADS
from nlp.manifest import (
    FORMAT,
    MANIFEST_FILE,
    ArtefactError,
    DataFile,
    Manifest,
    load_manifest,
    sha256,
    verify,
    write_manifest,
)


@pytest.fixture
def artefact(tmp_path: Path) -> Path:
    (tmp_path / "model.onnx").write_bytes(b"weights")
    manifest = Manifest(
        format=FORMAT,
        name="verbatim",
        version="1.0.0",
        created="2026-01-01T00:00:00+00:00",
        code_version="0.1.0",
        base="random",
        layers=2,
        width=32,
        max_tokens=256,
        files={"model.onnx": sha256(tmp_path / "model.onnx")},
        labels={head: list(labels) for head, labels in HEADS.items()},
        temperatures=dict.fromkeys(HEADS, 1.0),
        thresholds=dict.fromkeys(HEADS, 0.0),
        data=[DataFile("train.tsv", 3, "0" * 64)],
    )
    write_manifest(tmp_path, manifest)
    return tmp_path


def test_a_manifest_is_read_as_it_was_written(artefact: Path) -> None:
    manifest = verify(artefact)
    assert manifest.version == "1.0.0"
    assert manifest.data == [DataFile("train.tsv", 3, "0" * 64)]


def test_a_changed_file_is_refused_by_name(artefact: Path) -> None:
    (artefact / "model.onnx").write_bytes(b"other weights")
    with pytest.raises(ArtefactError, match=r"model\.onnx .* does not match"):
        verify(artefact)


def test_a_missing_file_is_refused_by_name(artefact: Path) -> None:
    (artefact / "model.onnx").unlink()
    with pytest.raises(ArtefactError, match=r"model\.onnx is missing"):
        verify(artefact)


def test_a_folder_without_a_manifest_is_not_a_model(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="is not a model"):
        load_manifest(tmp_path)


def test_a_broken_manifest_is_refused(artefact: Path) -> None:
    (artefact / MANIFEST_FILE).write_text("{")
    with pytest.raises(ArtefactError, match="cannot be read"):
        load_manifest(artefact)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: content.update(format=FORMAT + 1), "does not have format"),
        (lambda content: content.pop("name"), "incomplete"),
        (lambda content: content["labels"]["stage"].reverse(), "not those of this version"),
        (lambda content: content["temperatures"].pop("stage"), "not calibrated"),
        (lambda content: content["files"].update({"../x": "0"}), "outside its folder"),
    ],
)
def test_a_manifest_that_this_version_cannot_use_is_refused(
    artefact: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    content = json.loads((artefact / MANIFEST_FILE).read_text())
    change(content)
    (artefact / MANIFEST_FILE).write_text(json.dumps(content))
    with pytest.raises(ArtefactError, match=reason):
        load_manifest(artefact)


def test_fields_of_later_versions_are_ignored(artefact: Path) -> None:
    content = json.loads((artefact / MANIFEST_FILE).read_text())
    (artefact / MANIFEST_FILE).write_text(json.dumps({**content, "colour": "blue"}))
    assert load_manifest(artefact).name == "verbatim"
