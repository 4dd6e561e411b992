"""Load a model and its analyzer, by the setting VOC_MODEL or by its folder."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tokenizers import Tokenizer

from nlp.analyzer import Analyzer
from nlp.artefact import BUNDLED
from nlp.backends.onnx import OnnxBackend
from nlp.backends.protocol import Backend
from nlp.decoding import Calibration
from nlp.encoding import load_tokenizer
from nlp.info import RULES, ModelInfo
from nlp.manifest import (
    MODEL_FILE,
    NGRAMS_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    Manifest,
    is_model,
    load_manifest,
)
from nlp.ngrams import NGramReader, load_ngrams

BUNDLED_NAME: Final = "bundled"


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model. ``backend``, ``tokenizer`` and ``ngrams``, if it has any, label mentions
    whose spans are given; ``analyzer`` also finds the mentions of a text."""

    backend: Backend
    tokenizer: Tokenizer
    ngrams: NGramReader | None
    manifest: Manifest
    analyzer: Analyzer


def load_analyzer(model: str = BUNDLED_NAME, threads: int = 2) -> Analyzer:
    """Load the analyzer of ``model``, which computes with ``threads`` threads.

    ``model`` is one of:

    - ``bundled``
    - the folder of an artefact made by ``voc train``; it runs on ONNX Runtime, or on torch if it
      has unquantised weights
    - a Hugging Face sequence classifier, by folder or hub id; it decides the sentiment, and the
      bundled model everything else

    Raises ArtefactError if an artefact is missing or was changed, UnknownLabelsError if the labels
    of a classifier are not sentiments, OSError if a classifier can't be loaded.
    """
    if model != BUNDLED_NAME and not is_model(Path(model)):
        return _with_classifier(model, threads)
    return open_model(folder_of(model), threads).analyzer


def folder_of(model: str) -> Path:
    """The folder of the artefact that computes the vectors of ``model``: see ``load_analyzer``."""
    return Path(model) if model != BUNDLED_NAME and is_model(Path(model)) else BUNDLED


def open_model(folder: Path, threads: int = 2) -> Model:
    """Load the model in ``folder``: 8-bit for ONNX Runtime, or unquantised weights for torch.

    Raises ArtefactError if there is no model or it was changed.
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
    ngrams = _ngrams(folder)
    revision = _revision(manifest, weights)
    info = ModelInfo(manifest.name, manifest.version, revision, engine, dtype)
    analyzer = Analyzer(backend, tokenizer, calibration, info, ngrams)
    return Model(backend, tokenizer, ngrams, manifest, analyzer)


def _ngrams(folder: Path) -> NGramReader | None:
    found = load_ngrams(folder)
    return NGramReader(found) if found else None


def _revision(manifest: Manifest, weights: str, *others: str) -> str:
    """The hash in ``ModelInfo.revision``. It leaves out themes: no reading depends on them."""
    files = [manifest.files.get(name) for name in (weights, TOKENIZER_FILE, NGRAMS_FILE)]
    calibration = sorted(manifest.temperatures.items()), sorted(manifest.thresholds.items())
    identity = [RULES, *files, calibration, manifest.max_tokens, *others]
    return hashlib.sha256(repr(identity).encode()).hexdigest()


def _with_classifier(model: str, threads: int) -> Analyzer:
    from nlp.backends.hf import SentimentClassifier

    classifier = SentimentClassifier(model, threads)
    backend = OnnxBackend(BUNDLED, threads)
    manifest = backend.manifest
    calibration = Calibration({**manifest.temperatures, "sentiment": 1.0}, manifest.thresholds)
    info = ModelInfo(
        name=f"{manifest.name}+{Path(model).name}",
        version=manifest.version,
        revision=_revision(manifest, MODEL_FILE, classifier.revision),
        backend="onnx+hf",
        dtype=f"int8+{classifier.dtype}",
    )
    tokenizer = load_tokenizer(BUNDLED)
    return Analyzer(backend, tokenizer, calibration, info, _ngrams(BUNDLED), classifier)
