"""From the setting VOC_MODEL to an analyzer."""

from pathlib import Path
from typing import Final

from tokenizers import Tokenizer

from nlp.analyzer import Analyzer
from nlp.artefact import BUNDLED
from nlp.backends.onnx import MODEL_FILE, OnnxBackend
from nlp.info import ModelInfo
from nlp.reading import Calibration

BUNDLED_NAME: Final = "bundled"
TOKENIZER_FILE: Final = "tokenizer.json"


def load_analyzer(model: str = BUNDLED_NAME, threads: int = 2) -> Analyzer:
    """An analyzer over ``model``, computing with ``threads`` threads.

    ``model`` is ``bundled`` or an artefact's folder. Raises ArtefactError if the artefact is
    not there or changed.
    """
    return _onnx_analyzer(BUNDLED if model == BUNDLED_NAME else Path(model), threads)


def _onnx_analyzer(folder: Path, threads: int) -> Analyzer:
    backend = OnnxBackend(folder, threads)
    manifest = backend.manifest
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    info = ModelInfo(
        name=manifest.name,
        version=manifest.version,
        revision=manifest.files[MODEL_FILE],
        backend="onnx",
        dtype="int8",
    )
    return Analyzer(
        backend, tokenizer, Calibration(manifest.temperatures, manifest.thresholds), info
    )
