"""From the setting VOC_MODEL to an analyzer."""

import hashlib
from pathlib import Path
from typing import Final

from nlp.analyzer import Analyzer
from nlp.artefact import BUNDLED
from nlp.backends.onnx import OnnxBackend
from nlp.encoding import load_tokenizer
from nlp.info import ModelInfo
from nlp.manifest import MANIFEST_FILE, MODEL_FILE, WEIGHTS_FILE, Manifest, load_manifest
from nlp.reading import Calibration

BUNDLED_NAME: Final = "bundled"


def load_analyzer(model: str = BUNDLED_NAME, threads: int = 2) -> Analyzer:
    """An analyzer over ``model``, computing with ``threads`` threads.

    ``model`` is ``bundled``; or an artefact's folder, as ``voc train`` makes them, read by ONNX
    Runtime, or by torch if that is what it is for; or a Hugging Face sequence classifier, folder
    or hub id, which then decides on sentiment, the bundled model on everything else.

    Raises ArtefactError if an artefact is not there or changed, UnknownLabelsError if a
    classifier's labels are not of sentiment, OSError if it cannot be had.
    """
    folder = BUNDLED if model == BUNDLED_NAME else Path(model)
    if model != BUNDLED_NAME and not (folder / MANIFEST_FILE).is_file():
        return _with_classifier(model, threads)
    if WEIGHTS_FILE in load_manifest(folder).files:
        return _torch(folder, threads)
    return _onnx(folder, threads)


def _onnx(folder: Path, threads: int) -> Analyzer:
    backend = OnnxBackend(folder, threads)
    manifest = backend.manifest
    info = _info(manifest, MODEL_FILE, "onnx", "int8")
    return Analyzer(backend, load_tokenizer(folder), _calibration(manifest), info)


def _torch(folder: Path, threads: int) -> Analyzer:
    from nlp.backends.hf import TorchBackend

    backend = TorchBackend(folder, threads)
    manifest = backend.manifest
    info = _info(manifest, WEIGHTS_FILE, "hf", backend.dtype)
    return Analyzer(backend, load_tokenizer(folder), _calibration(manifest), info)


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


def _calibration(manifest: Manifest) -> Calibration:
    return Calibration(manifest.temperatures, manifest.thresholds)


def _info(manifest: Manifest, weights: str, backend: str, dtype: str) -> ModelInfo:
    return ModelInfo(manifest.name, manifest.version, manifest.files[weights], backend, dtype)
