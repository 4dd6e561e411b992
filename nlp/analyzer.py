"""Feedback in, mentions out: what the service calls."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from tokenizers import Tokenizer

from nlp import joining, language
from nlp.backends.protocol import Backend, Float, Window
from nlp.documents import Analysis, Document, Mention
from nlp.encoding import Encoded, build_windows, context_line
from nlp.info import ModelInfo
from nlp.ngrams import NGramReader
from nlp.reading import Calibration, by_head, probabilities, read_labels
from nlp.segment import Piece, segment
from nlp.segment.spans import printable
from nlp.summary import summarize


class SentimentReader(Protocol):
    """Another model's opinion, on sentiment alone."""

    def read(self, texts: Sequence[str]) -> Float:
        """Logits (texts, 3) of negative, neutral and positive."""
        ...


@dataclass(frozen=True, slots=True)
class _Text:
    """A document ready to be read; ``readable`` is its text without what cannot be encoded,
    ``context`` the line of what else is known about it, ``encoded`` its pieces in windows."""

    document: Document
    context: str | None
    readable: str
    language: str
    pieces: list[Piece]
    encoded: list[Encoded]


class Analyzer:
    """Reads batches of documents with one encoder.

    Safe to call from several threads if its backend is. Which mention is the main one, and how
    an item's sentiment follows from its mentions', is written in ``nlp.summary``. With ``ngrams``
    a mention's characters are heard beside the encoder. With ``sentiment`` that model decides on
    the sentiment of every mention, these two on the rest.
    """

    def __init__(
        self,
        backend: Backend,
        tokenizer: Tokenizer,
        calibration: Calibration,
        info: ModelInfo,
        ngrams: NGramReader | None = None,
        sentiment: SentimentReader | None = None,
    ) -> None:
        self.info = info
        self._backend = backend
        self._tokenizer = tokenizer
        self._calibration = calibration
        self._ngrams = ngrams
        self._sentiment = sentiment

    def analyze(self, documents: Sequence[Document], embeddings: bool = False) -> list[Analysis]:
        """One analysis per document, in order; any string is a valid text.

        With ``embeddings`` every mention carries its vector of length 1, if the engine has any.
        """
        texts: list[_Text] = []
        readings = self._backend.read(self._windows(documents, texts))
        if not readings:
            return [_summary(text, ()) for text in texts]
        rows = joining.gather([text.encoded for text in texts], readings)
        mentions = self._mentions(texts, rows, embeddings)
        return [_summary(text, found) for text, found in zip(texts, mentions, strict=True)]

    def _windows(self, documents: Sequence[Document], texts: list[_Text]) -> Iterator[Window]:
        """The windows of all documents, each of which is put into ``texts`` when its turn comes:
        the backend may read those before it meanwhile."""
        for document in documents:
            text = self._prepare(document)
            texts.append(text)
            for item in text.encoded:
                yield item.window

    def _prepare(self, document: Document) -> _Text:
        readable = printable(document.text)
        spoken = (
            language.normalize(document.language)
            if document.language
            else language.detect(readable)
        )
        context = context_line(document.kind, document.question, document.subject)
        pieces = segment(readable, spoken, document.kind)
        spans = [(piece.start, piece.end) for piece in pieces]
        encoded = build_windows(self._tokenizer, context, readable, spans, self._backend.max_tokens)
        return _Text(document, context, readable, spoken, pieces, encoded)

    def _mentions(
        self, texts: Sequence[_Text], pieces: joining.Rows, embeddings: bool
    ) -> list[list[Mention]]:
        starts = joining.mention_starts([text.pieces for text in texts], pieces, self._calibration)
        spans = joining.spans([text.pieces for text in texts], starts)
        words = [texts[owner].readable[start:end] for owner, start, end in spans]
        rows = pieces.pooled(starts)
        logits = by_head(rows.logits)
        if self._ngrams:
            contexts = [texts[owner].context for owner, _, _ in spans]
            logits = self._ngrams.added(logits, words, contexts)
        if self._sentiment:
            logits["sentiment"] = self._sentiment.read(words)
        labels = read_labels(
            probabilities(logits, self._calibration),
            self._calibration,
            [texts[owner].document.allowed_cells for owner, _, _ in spans],
        )
        vectors = rows.vectors.tolist() if embeddings and rows.vectors.shape[1] else None
        found: list[list[Mention]] = [[] for _ in texts]
        for index, (owner, start, end) in enumerate(spans):
            text = texts[owner].document.text[start:end]
            vector = tuple(vectors[index]) if vectors else None
            found[owner].append(labels.mention(index, start, end, text, vector))
        return found


def _summary(text: _Text, mentions: Sequence[Mention]) -> Analysis:
    return summarize(text.language, mentions)
