"""The default engine: the int8 artefact on ONNX Runtime, on the CPU."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from nlp.backends.protocol import Float, Reading, Window
from nlp.labels import HEADS, Head
from nlp.manifest import Manifest, verify

MODEL_FILE: Final = "model.onnx"

PADDED_TOKENS: Final = 512
"""A batch's windows times its longest window: more falls out of the cache, less wastes calls."""

_BOUNDS: Final = np.cumsum([len(labels) for labels in HEADS.values()])[:-1]


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
        for batch in _batches(windows):
            logits, embeddings = self._run([windows[index] for index in batch])
            for row, index in enumerate(batch):
                count = len(windows[index].spans)
                readings[index] = _reading(logits[row, :count], embeddings[row, :count])
        return [readings[index] for index in range(len(windows))]

    def _run(self, batch: Sequence[Window]) -> tuple[Float, Float]:
        """Logits (windows, mentions, labels of all heads) and embeddings (…, width)."""
        logits, embeddings = self._session.run(["logits", "embedding"], _feed(batch))
        return logits, embeddings


def _options(threads: int) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _batches(windows: Sequence[Window]) -> Iterator[list[int]]:
    """Indices of the windows, longest first, in batches of at most PADDED_TOKENS or one window."""
    order = sorted(range(len(windows)), key=lambda index: -len(windows[index].ids))
    start = 0
    while start < len(order):
        longest = max(len(windows[order[start]].ids), 1)
        end = start + max(PADDED_TOKENS // longest, 1)
        yield order[start:end]
        start = end


def _feed(batch: Sequence[Window]) -> dict[str, NDArray[Any]]:
    rows, width = len(batch), max(len(window.ids) for window in batch)
    most = max(len(window.spans) for window in batch)
    ids = np.ones((rows, width), dtype=np.int64)
    attention = np.zeros((rows, width), dtype=np.int64)
    mentions = np.zeros((rows, most, width), dtype=np.float32)
    for row, window in enumerate(batch):
        length = len(window.ids)
        ids[row, :length] = window.ids
        attention[row, :length] = 1
        for mention, (start, end) in enumerate(window.spans):
            mentions[row, mention, start:end] = 1.0
    return {"input_ids": ids, "attention_mask": attention, "mention_mask": mentions}


def _reading(logits: Float, embeddings: Float) -> Reading:
    heads: list[Head] = list(HEADS)
    return Reading(dict(zip(heads, np.split(logits, _BOUNDS, axis=-1), strict=True)), embeddings)
