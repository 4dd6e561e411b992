"""The default engine: the int8 artefact on ONNX Runtime, on the CPU."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import onnxruntime as ort

from nlp.backends.batching import batches, feed, reading
from nlp.backends.protocol import Reading, Window
from nlp.manifest import Manifest, verify

MODEL_FILE: Final = "model.onnx"

PADDED_TOKENS: Final = 512
"""Tokens of a batch, padding included: more of them fall out of a CPU's cache."""


class OnnxBackend:
    """Runs ``model.onnx`` of an artefact folder after its checksums were verified.

    Safe to call from several threads; ``threads`` is the number of cores that one call uses,
    1 or more. Raises ArtefactError if the folder is not an unchanged model.
    """

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self.manifest: Manifest = verify(folder)
        self.max_tokens = self.manifest.max_tokens
        self._session = ort.InferenceSession(
            str(folder / MODEL_FILE), _options(threads), providers=["CPUExecutionProvider"]
        )

    def read(self, windows: Sequence[Window]) -> list[Reading]:
        """One reading per window, in order; windows of like length share a batch."""
        readings: dict[int, Reading] = {}
        for batch in batches([len(window.ids) for window in windows], PADDED_TOKENS):
            together = [windows[index] for index in batch]
            logits, embeddings = self._session.run(["logits", "embedding"], feed(together))
            for row, index in enumerate(batch):
                readings[index] = reading(windows[index], logits[row], embeddings[row])
        return [readings[index] for index in range(len(windows))]


def _options(threads: int) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
