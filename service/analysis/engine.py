"""The one inference engine of a process, and the two queues that wait for it.

An analyzer is used by one thread at a time: it has its own threads inside. Callers of /v1/analyze
wait in a short queue with priority; background batches are cut into slices, so that such a caller
waits for one slice, not for a whole batch. Callers block, so they are threads of a pool or of a
worker, never the event loop.
"""

import os
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from nlp.arrays import Float32
from nlp.documents import Analysis, Document
from nlp.info import ModelInfo
from nlp.themes import Projection, load_projection
from nlp.themes.space import Space
from nlp.vectors import unit_rows
from service.analysis.errors import EngineBusy
from service.settings import Settings

SLICE_ITEMS: Final = 16
SLICE_CHARS: Final = 8_000
WAITING_CALLERS: Final = 8
"""Callers of /v1/analyze that may wait or be served; more are rejected."""
BACKGROUND_NICENESS: Final = 10
WARM_UP: Final = Document("The app is fast, but checkout refused my card.")

Vector = tuple[float, ...]


class AnalyzerLike(Protocol):
    """Text in, mentions out; one analysis per document, in order."""

    @property
    def info(self) -> ModelInfo: ...

    def analyze(
        self, documents: Sequence[Document], embeddings: bool = False
    ) -> list[Analysis]: ...


class Engine:
    """Owns one analyzer and decides whose turn it is.

    ``space`` is where the vectors of its mentions are compared to find themes.
    """

    def __init__(
        self,
        analyzer: AnalyzerLike,
        waiting_callers: int = WAITING_CALLERS,
        projection: Projection | None = None,
    ) -> None:
        self._analyzer = analyzer
        self.space = Space.of(self.version, projection or Projection())
        self._callers: deque[object] = deque()
        self._background: deque[object] = deque()
        self._changed = threading.Condition()
        self._busy = False
        self._room = threading.BoundedSemaphore(waiting_callers)

    @property
    def info(self) -> ModelInfo:
        """The identity of the model."""
        return self._analyzer.info

    @property
    def version(self) -> str:
        """The version of stored analyses: equal versions give equal results, others are stale."""
        return f"{self.info.version}-{self.info.revision[:12]}"

    def analyze(self, documents: Sequence[Document]) -> list[Analysis]:
        """Analyse ``documents`` in the background: after all callers of /v1/analyze.

        Mentions have their vectors, here as in ``analyze_now``.
        """
        return self._in_slices(documents, self._background)

    def analyze_now(self, documents: Sequence[Document]) -> list[Analysis]:
        """Analyse ``documents`` for a waiting caller.

        Raises:
            EngineBusy: ``waiting_callers`` others are waiting already.
        """
        if not self._room.acquire(blocking=False):
            raise EngineBusy(headers={"Retry-After": "1"})
        try:
            return self._in_slices(documents, self._callers)
        finally:
            self._room.release()

    def embed(self, documents: Sequence[Document]) -> Float32:
        """The mean vector (n, width) of each one's mentions, at length 1; zeros without mentions.

        Raises:
            EngineBusy: too many others are waiting.
        """
        rows: list[list[Vector]] = [
            [mention.embedding for mention in analysis.mentions if mention.embedding]
            for analysis in self.analyze_now(documents)
        ]
        width = max((len(vectors[0]) for vectors in rows if vectors), default=0)
        means = [np.mean(vectors, axis=0) if vectors else np.zeros(width) for vectors in rows]
        sums = np.array(means, dtype=np.float32).reshape(len(rows), width)
        return unit_rows(sums)

    def _in_slices(self, documents: Sequence[Document], line: deque[object]) -> list[Analysis]:
        analyses: dict[int, Analysis] = {}
        for part in slices(documents):
            with self._turn(line):
                read = self._analyzer.analyze([documents[index] for index in part], embeddings=True)
            analyses.update(zip(part, read, strict=True))
        return [analyses[index] for index in range(len(documents))]

    @contextmanager
    def _turn(self, line: deque[object]) -> Iterator[None]:
        ticket = object()
        with self._changed:
            line.append(ticket)
            self._changed.wait_for(lambda: not self._busy and self._next() is ticket)
            line.popleft()
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _next(self) -> object:
        return (self._callers or self._background)[0]


def slices(documents: Sequence[Document]) -> list[list[int]]:
    """Indices of ``documents`` in slices of similar length.

    The bundled engine reads every text alone and is indifferent; one that pads, as torch does,
    computes a third less than in the order of arrival. A slice has at most ``SLICE_ITEMS``
    documents and ``SLICE_CHARS`` characters, or it is one long document alone.
    """
    parts: list[list[int]] = []
    room = 0
    for index in sorted(range(len(documents)), key=lambda index: len(documents[index].text)):
        length = len(documents[index].text)
        if not parts or len(parts[-1]) == SLICE_ITEMS or length > room:
            parts.append([])
            room = SLICE_CHARS
        parts[-1].append(index)
        room -= length
    return parts


def load_engine(settings: Settings) -> Engine:
    """The engine with the model that ``settings`` names.

    It is warmed up, so that the first item takes no longer than the next ones. It is loaded by a
    low-priority thread, whose priority the analyzer's own threads inherit: analysis uses the CPU
    time that requests leave. Other computations on vectors run in the calling thread: on busy
    cores, several threads wait for one another for minutes.

    Raises:
        Whatever the model's loader raises, e.g. when its files do not match its manifest.
    """
    # A second of imports, only if a model is loaded.
    from nlp.loading import folder_of, load_analyzer

    threadpool_limits(1, "blas")

    def load() -> Engine:
        analyzer = load_analyzer(settings.model, settings.threads)
        engine = Engine(analyzer, projection=load_projection(folder_of(settings.model)))
        engine.analyze([WARM_UP])
        return engine

    with ThreadPoolExecutor(1, "load-model", initializer=lower_priority) as loader:
        return loader.submit(load).result()


def lower_priority() -> None:
    """Lower the priority of the calling thread and the threads that it starts (Linux only)."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND_NICENESS)
