"""The setting that names a model becomes an analyzer, quickly and with nothing needless loaded."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nlp.artefact import BUNDLED
from nlp.documents import Document
from nlp.loading import load_analyzer
from nlp.manifest import ArtefactError, load_manifest, write_manifest


def imported(code: str) -> set[str]:
    """The top-level modules that are loaded after ``code`` in a process of its own."""
    code += "\nimport sys; sys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_the_loader_imports_neither_torch_nor_transformers() -> None:
    assert not imported("import nlp.loading") & {"torch", "transformers", "py3langid"}


@pytest.mark.model
def test_reading_needs_neither_torch_nor_transformers() -> None:
    code = (
        "from nlp.loading import load_analyzer\n"
        "from nlp.documents import Document\n"
        "load_analyzer(threads=1).analyze([Document('The app crashed twice today.')])"
    )
    assert not imported(code) & {"torch", "transformers"}


@pytest.mark.model
def test_the_bundled_model_says_what_it_is() -> None:
    info = load_analyzer(threads=1).info
    assert (info.backend, info.dtype) == ("onnx", "int8")
    assert len(info.revision) == 64


@pytest.mark.model
def test_an_artefact_elsewhere_reads_like_the_bundled_one(tmp_path: Path) -> None:
    for path in BUNDLED.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    documents = [Document("My card was declined three times at checkout.", kind="survey")]
    elsewhere = load_analyzer(str(tmp_path), threads=1)
    assert elsewhere.analyze(documents) == load_analyzer(threads=1).analyze(documents)


@pytest.mark.model
def test_other_thresholds_or_rules_are_another_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in BUNDLED.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    bundled = load_analyzer(threads=1).info.revision
    assert load_analyzer(str(tmp_path), threads=1).info.revision == bundled
    manifest = load_manifest(tmp_path)
    write_manifest(tmp_path, replace(manifest, thresholds={**manifest.thresholds, "stage": 0.1}))
    assert load_analyzer(str(tmp_path), threads=1).info.revision != bundled
    monkeypatch.setattr("nlp.loading.RULES", 0)
    assert load_analyzer(threads=1).info.revision != bundled


@pytest.mark.model
def test_a_changed_file_is_named(tmp_path: Path) -> None:
    for path in BUNDLED.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    with (tmp_path / "tokenizer.json").open("a") as file:
        file.write(" ")
    with pytest.raises(ArtefactError, match=r"tokenizer\.json"):
        load_analyzer(str(tmp_path))
