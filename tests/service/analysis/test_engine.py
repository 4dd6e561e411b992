"""The engine: one batch at a time, those who wait first, and no more of them than bearable."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_info, threadpool_limits

from nlp.documents import Analysis, Document
from service.analysis.engine import (
    SLICE_CHARS,
    SLICE_ITEMS,
    Engine,
    load_engine,
    slices,
)
from service.analysis.errors import EngineBusy
from service.settings import Settings
from tests.fakes import FakeAnalyzer

TEXTS = [Document(f"text number {number}") for number in range(3 * SLICE_ITEMS)]


class Gated(FakeAnalyzer):
    """Notes who is read in which order; reads nothing before the gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.order: list[str] = []
        self._alone = threading.Lock()

    def analyze(self, documents: Sequence[Document], embeddings: bool = False) -> list[Analysis]:
        assert self._alone.acquire(blocking=False), "two batches at a time"
        self.gate.wait()
        self.order.append(documents[0].text.split()[0])
        analyses = super().analyze(documents, embeddings)
        self._alone.release()
        return analyses


def until(condition: object) -> None:
    """Wait until ``condition()`` holds, 5 s at most."""
    assert callable(condition)
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_analyses_come_back_in_the_order_of_the_documents() -> None:
    documents = [Document("love " * (index * 7 % 20)) for index in range(40)]
    analyses = Engine(FakeAnalyzer()).analyze(documents)
    assert [len((a.mentions and a.mentions[0].text) or "") for a in analyses] == [
        len(document.text.strip()) for document in documents
    ]


def test_somebody_who_waits_goes_before_the_rest_of_a_background_batch() -> None:
    analyzer = Gated()
    engine = Engine(analyzer)
    with ThreadPoolExecutor(2) as pool:
        batch = pool.submit(engine.analyze, TEXTS)
        until(lambda: engine._busy)
        waits = pool.submit(engine.analyze_now, [Document("urgent one")])
        until(lambda: engine._callers)
        analyzer.gate.set()
        assert len(waits.result()) == 1
        assert len(batch.result()) == len(TEXTS)
    assert analyzer.order == ["text", "urgent", "text", "text"]


def test_more_callers_than_may_wait_are_refused() -> None:
    analyzer = Gated()
    engine = Engine(analyzer, waiting_callers=2)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(engine.analyze_now, TEXTS[:1]) for _ in range(2)]
        until(lambda: engine._busy and engine._callers)
        with pytest.raises(EngineBusy) as refused:
            engine.analyze_now(TEXTS[:1])
        assert refused.value.headers == {"Retry-After": "1"}
        analyzer.gate.set()
        assert [len(one.result()) for one in waiting] == [1, 1]
    assert len(engine.analyze_now(TEXTS[:1])) == 1


def test_an_analyzer_that_fails_blocks_nobody() -> None:
    engine = Engine(FakeAnalyzer(), waiting_callers=1)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="poisoned"):
            engine.analyze_now([Document("poison")])
    assert len(engine.analyze(TEXTS)) == len(TEXTS)


@given(st.lists(st.integers(0, 2 * SLICE_CHARS), max_size=60))
def test_slices_cover_every_document_once_and_are_bounded(lengths: list[int]) -> None:
    documents = [Document("x" * length) for length in lengths]
    parts = slices(documents)
    assert sorted(index for part in parts for index in part) == list(range(len(lengths)))
    for part in parts:
        assert len(part) <= SLICE_ITEMS
        assert len(part) == 1 or sum(lengths[index] for index in part) <= SLICE_CHARS


def test_versions_differ_when_models_do() -> None:
    assert Engine(FakeAnalyzer("1")).version != Engine(FakeAnalyzer("2")).version


@pytest.mark.model
def test_beside_the_model_vectors_are_computed_by_the_thread_that_asks() -> None:
    with threadpool_limits(2, "blas"):
        load_engine(Settings())
        threads = {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}
    assert threads == {1}
