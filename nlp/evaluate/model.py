"""A model that is to be measured: its parts, and what production makes of them."""

from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from nlp.analyzer import Analyzer
from nlp.backends.onnx import OnnxBackend
from nlp.backends.protocol import Backend
from nlp.encoding import load_tokenizer
from nlp.info import ModelInfo
from nlp.manifest import MODEL_FILE, WEIGHTS_FILE, Manifest, load_manifest
from nlp.reading import Calibration


@dataclass(frozen=True, slots=True)
class Model:
    """``backend`` and ``tokenizer`` read mentions that are given; ``analyzer`` finds its own."""

    backend: Backend
    tokenizer: Tokenizer
    manifest: Manifest
    analyzer: Analyzer


def open_model(folder: Path) -> Model:
    """The model in ``folder``: an artefact, or unquantised weights that torch reads.

    Raises ArtefactError if it is neither or was changed.
    """
    if MODEL_FILE in load_manifest(folder).files:
        backend = OnnxBackend(folder)
        return _model(folder, backend, backend.manifest, MODEL_FILE, "onnx", "int8")
    from nlp.backends.hf import TorchBackend

    exact = TorchBackend(folder)
    return _model(folder, exact, exact.manifest, WEIGHTS_FILE, "hf", exact.dtype)


def _model(
    folder: Path, backend: Backend, manifest: Manifest, weights: str, engine: str, dtype: str
) -> Model:
    """The model whose one backend reads for itself and for its analyzer."""
    tokenizer = load_tokenizer(folder)
    calibration = Calibration(manifest.temperatures, manifest.thresholds)
    info = ModelInfo(manifest.name, manifest.version, manifest.files[weights], engine, dtype)
    analyzer = Analyzer(backend, tokenizer, calibration, info)
    return Model(backend, tokenizer, manifest, analyzer)
