"""From the setting VOC_MODEL, or a folder, to a model and its analyzer."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tokenizers import Tokenizer

from nlp.analyzer import Analyzer
from nlp.artefact import BUNDLED
from nlp.backends.onnx import OnnxBackend
from nlp.backends.protocol import Backend
from nlp.encoding import load_tokenizer
from nlp.info import ModelInfo
from nlp.manifest import MANIFEST_FILE, MODEL_FILE, WEIGHTS_FILE, Manifest, load_manifest
from nlp.reading import Calibration

BUNDLED_NAME: Final = "bundled"


@dataclass(frozen=True, slots=True)
class Model:
    """``backend`` and ``tokenizer`` read mentions that are given; ``analyzer`` finds its own."""

    backend: Backend
    tokenizer: Tokenizer
    manifest: Manifest
    analyzer: Analyzer


def load_analyzer(model: str = BUNDLED_NAME, threads: int = 2) -> Analyzer:
    """An analyzer over ``model``, computing with ``threads`` threads.

    ``model`` is ``bundled``; or an artefact's folder, as ``voc train`` makes them, read by ONNX
    Runtime, or by torch if that is what it is for; or a Hugging Face sequence classifier, folder
    or hub id, which then decides on sentiment, the bundled model on everything else.

    Raises ArtefactError if an artefact is not there or changed, UnknownLabelsError if a
    classifier's labels are not of sentiment, OSError if it cannot be had.
    """
    if model != BUNDLED_NAME and not _is_artefact(model):
        return _with_classifier(model, threads)
    return open_model(folder_of(model), threads).analyzer


def folder_of(model: str) -> Path:
    """The artefact whose encoder makes the vectors of ``model``, named as for ``load_analyzer``."""
    return Path(model) if model != BUNDLED_NAME and _is_artefact(model) else BUNDLED


def _is_artefact(model: str) -> bool:
    return (Path(model) / MANIFEST_FILE).is_file()


def open_model(folder: Path, threads: int = 2) -> Model:
    """The model in ``folder``: an artefact, or unquantised weights that torch reads.

    Raises ArtefactError if it is neither or was changed.
    """
    if WEIGHTS_FILE not in load_manifest(folder).files:
        served = OnnxBackend(folder, threads)
        return _model(folder, served, served.manifest, MODEL_FILE, "onnx", "int8")
    from nlp.backends.hf import TorchBackend

    exact = TorchBackend(folder, threads)
    return _model(folder, exact, exact.manifest, WEIGHTS_FILE, "hf", exact.dtype)


def _model(
    folder: Path, backend: Backend, manifest: Manifest, weights: str, engine: str, dtype: str
) -> Model:
    tokenizer = load_tokenizer(folder)
    calibration = Calibration(manifest.temperatures, manifest.thresholds)
    info = ModelInfo(manifest.name, manifest.version, manifest.files[weights], engine, dtype)
    analyzer = Analyzer(backend, tokenizer, calibration, info)
    return Model(backend, tokenizer, manifest, analyzer)


def _with_classifier(model: str, threads: int) -> Analyzer:
    from nlp.backends.hf import SentimentClassifier

    classifier = SentimentClassifier(model, threads)
    backend = OnnxBackend(BUNDLED, threads)
    manifest = backend.manifest
    calibration = Calibration({**manifest.temperatures, "sentiment": 1.0}, manifest.thresholds)
    both = f"{manifest.files[MODEL_FILE]} {classifier.revision}"
    info = ModelInfo(
        name=f"{manifest.name}+{Path(model).name}",
        version=manifest.version,
        revision=hashlib.sha256(both.encode()).hexdigest(),
        backend="onnx+hf",
        dtype=f"int8+{classifier.dtype}",
    )
    return Analyzer(backend, load_tokenizer(BUNDLED), calibration, info, classifier)
