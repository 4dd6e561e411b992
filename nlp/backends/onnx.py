"""The default engine: the int8 artefact on ONNX Runtime, on the CPU."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import onnxruntime as ort

from nlp.backends.batching import to_arrays, to_reading
from nlp.backends.protocol import Reading, Window
from nlp.manifest import MODEL_FILE, Manifest, verify


class OnnxBackend:
    """Runs ``model.onnx`` of an artefact folder after verifying its checksums.

    Safe to call from several threads. ``threads`` windows are read at once, each in a run of its
    own on one core: all 8-bit activations of a run share one scale, so in a batch the reading of
    a text would depend on the others. The threads have the priority of the thread that creates
    the backend.

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
        self._inputs = [each.name for each in self._session.get_inputs()]
        self._pool = _started_pool(threads)

    def read(self, windows: Iterable[Window]) -> list[Reading]:
        """One reading per window, in order; each starts as soon as its window arrives."""
        return list(self._pool.map(self._read_alone, windows))

    def _read_alone(self, window: Window) -> Reading:
        arrays = to_arrays([window])
        given = {name: arrays[name] for name in self._inputs}
        logits, embeddings = self._session.run(["logits", "embedding"], given)
        return to_reading(window, logits[0], embeddings[0])


def _options() -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.enable_mem_pattern = False
    return options


def _started_pool(threads: int) -> ThreadPoolExecutor:
    """A pool whose threads already run, because a thread inherits the priority of its starter."""
    pool = ThreadPoolExecutor(threads, "read")
    everybody = Barrier(threads)
    list(pool.map(lambda _: everybody.wait(), range(threads)))
    return pool
