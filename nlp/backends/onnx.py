"""The default engine: the int8 artefact on ONNX Runtime, on the CPU."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, Final

import onnxruntime as ort

from nlp.backends.batching import batches, feed, reading
from nlp.backends.protocol import Reading, Window
from nlp.manifest import Manifest, verify

MODEL_FILE: Final = "model.onnx"

PADDED_TOKENS: Final = 384
"""Tokens of a batch, padding included: more of them fall out of a core's cache."""


class OnnxBackend:
    """Runs ``model.onnx`` of an artefact folder after its checksums were verified.

    Safe to call from several threads; ``threads`` is the number of batches that are read at
    once, each by one core, which wastes less than two cores on one batch. The threads have the
    priority of the one that makes the backend.

    Raises:
        ArtefactError: the folder is not an unchanged model.
    """

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self.manifest: Manifest = verify(folder)
        self.max_tokens = self.manifest.max_tokens
        self._session = ort.InferenceSession(
            str(folder / MODEL_FILE),
            _options(),
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # see nlp.train.export
        )
        self._pool = _started_pool(threads)

    def read(self, windows: Sequence[Window]) -> list[Reading]:
        """One reading per window, in order; windows of like length share a batch."""
        readings: dict[int, Reading] = {}
        together = list(batches([len(window.ids) for window in windows], PADDED_TOKENS))
        read = self._pool.map(self._run, ([windows[index] for index in part] for part in together))
        for part, found in zip(together, read, strict=True):
            readings.update(zip(part, found, strict=True))
        return [readings[index] for index in range(len(windows))]

    def _run(self, windows: Sequence[Window]) -> list[Reading]:
        logits, embeddings = self._session.run(["logits", "embedding"], feed(windows))
        return [reading(*row) for row in zip(windows, logits, embeddings, strict=True)]


def _options() -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.enable_mem_pattern = False
    return options


def _started_pool(threads: int) -> ThreadPoolExecutor:
    """A pool whose threads run already: a thread inherits the priority of who starts it."""
    pool = ThreadPoolExecutor(threads, "read")
    everybody = Barrier(threads)
    list(pool.map(lambda _: everybody.wait(), range(threads)))
    return pool
