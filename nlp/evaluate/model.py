"""A model that is to be measured: its parts, and what production makes of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tokenizers import Tokenizer

from nlp.analyzer import Analyzer
from nlp.backends.onnx import OnnxBackend
from nlp.backends.protocol import Backend
from nlp.encoding import load_tokenizer
from nlp.loading import load_analyzer
from nlp.manifest import MODEL_FILE, Manifest, load_manifest

if TYPE_CHECKING:
    from nlp.backends.hf import TorchBackend


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
    backend = _backend(folder)
    return Model(backend, load_tokenizer(folder), backend.manifest, load_analyzer(str(folder)))


def _backend(folder: Path) -> "OnnxBackend | TorchBackend":
    if MODEL_FILE in load_manifest(folder).files:
        return OnnxBackend(folder)
    from nlp.backends.hf import TorchBackend

    return TorchBackend(folder)
