"""Analysis throughput compared with the usual way: Hugging Face's sentiment pipeline.

The comparison model has the size of DistilBERT (6 layers, 768 wide, fp32) and *random* weights:
it is as fast as the real one, but its answers mean nothing. It uses our tokenizer, so that both
sides read the same tokens, and gives one sentiment per text; ours splits the text and gives six
labels per mention.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nlp.analyzer import Analyzer
from nlp.artefact import BUNDLED
from nlp.documents import Document
from nlp.loading import load_analyzer

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class AnalysisSpeed:
    """Median items a second of each side over ``ROUNDS`` alternating rounds, and mentions found."""

    items: int
    mentions: int
    ours: float
    pipeline: float

    @property
    def ratio(self) -> float:
        """How many times faster than the pipeline."""
        return self.ours / self.pipeline


def measure(documents: Sequence[Document], threads: int) -> AnalysisSpeed:
    """Time both sides alternately on the same texts, with ``threads`` threads each."""
    analyzer = load_analyzer("bundled", threads=threads)
    texts = [document.text for document in documents]
    read = _hugging_face_reader(threads)
    mentions = sum(len(analysis.mentions) for analysis in analyzer.analyze(documents))
    read(texts[:8])
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(len(documents) / _seconds(lambda: _analyze(analyzer, documents)))
        theirs.append(len(documents) / _seconds(lambda: read(texts)))
    return AnalysisSpeed(
        len(documents), mentions, statistics.median(ours), statistics.median(theirs)
    )


def _analyze(analyzer: Analyzer, documents: Sequence[Document]) -> None:
    """In the batches that a worker takes."""
    for start in range(0, len(documents), 64):
        analyzer.analyze(documents[start : start + 64])


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _hugging_face_reader(threads: int) -> Callable[[Sequence[str]], None]:
    import torch
    from transformers import (
        DistilBertConfig,
        DistilBertForSequenceClassification,
        PreTrainedTokenizerFast,
        pipeline,
    )

    torch.set_num_threads(threads)
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_file=str(BUNDLED / "tokenizer.json"),
        pad_token="<pad>",  # noqa: S106 - a token of the vocabulary
        model_max_length=512,
    )
    config = DistilBertConfig(vocab_size=len(tokenizer))
    model = DistilBertForSequenceClassification(config)
    model.eval()  # type: ignore[no-untyped-call]
    # the name that "sentiment-analysis" is an alias of
    sentiment = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")

    def read(texts: Sequence[str]) -> None:
        sentiment(list(texts), truncation=True)

    return read
