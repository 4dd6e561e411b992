"""The entry point of the analysis: documents in, labelled mentions out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from tokenizers import Tokenizer

from nlp import joining, language
from nlp.arrays import Float32
from nlp.backends.protocol import Backend, Window
from nlp.decoding import Calibration, by_head, probabilities, read_labels
from nlp.documents import Analysis, Document, Mention
from nlp.encoding import Encoded, build_windows, context_line
from nlp.info import ModelInfo
from nlp.ngrams import NGramReader
from nlp.segment import Piece, is_denial, segment
from nlp.segment.spans import printable
from nlp.summary import summarize


class SentimentReader(Protocol):
    """A separate model that reads sentiment only."""

    def read(self, texts: Sequence[str]) -> Float32:
        """Logits (texts, 3) of negative, neutral and positive."""
        ...


@dataclass(frozen=True, slots=True)
class _Text:
    """A document prepared for the encoder: ``readable`` is its text with unencodable characters
    replaced, ``context`` its ``context_line``, ``encoded`` its pieces in windows."""

    document: Document
    context: str | None
    readable: str
    language: str
    pieces: list[Piece]
    encoded: list[Encoded]


class Analyzer:
    """Analyses batches of documents with one encoder.

    Safe to call from several threads if its backend is. ``nlp.summary`` picks the main mention and
    derives the item's labels from its mentions. The logits of ``ngrams``, if given, are added to
    the encoder's. A separate ``sentiment`` model, if given, alone decides the sentiment of every
    mention, and the encoder and n-grams the rest.
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

        With ``embeddings``, every mention has its unit vector, if the backend provides vectors.
        """
        texts: list[_Text] = []
        readings = self._backend.read(self._windows(documents, texts))
        if not readings:
            return [summarize(text.language, ()) for text in texts]
        rows = joining.rows_of_pieces([text.encoded for text in texts], readings)
        mentions = self._mentions(texts, rows, embeddings)
        return [
            summarize(text.language, found) for text, found in zip(texts, mentions, strict=True)
        ]

    def _windows(self, documents: Sequence[Document], texts: list[_Text]) -> Iterator[Window]:
        """Yield the windows of all documents, and append each prepared document to ``texts``.

        Lazy, so that the backend can read the first windows while later documents are prepared.
        """
        for document in documents:
            text = self._prepare(document)
            texts.append(text)
            for item in text.encoded:
                yield item.window

    def _prepare(self, document: Document) -> _Text:
        readable = printable(document.text)
        code = _language_of(document, readable)
        context = context_line(document.kind, document.question, document.subject)
        pieces = segment(readable, code, document.kind, asked=bool(document.question))
        spans = [(piece.start, piece.end) for piece in pieces]
        encoded = build_windows(self._tokenizer, context, readable, spans, self._backend.max_tokens)
        return _Text(document, context, readable, code, pieces, encoded)

    def _mentions(
        self, texts: Sequence[_Text], pieces: joining.Rows, embeddings: bool
    ) -> list[list[Mention]]:
        starts = joining.mention_starts([text.pieces for text in texts], pieces, self._calibration)
        spans = joining.mention_spans([text.pieces for text in texts], starts)
        words = [texts[owner].readable[start:end] for owner, start, end in spans]
        rows = pieces.pooled(starts)
        logits = by_head(rows.logits)
        if self._ngrams:
            contexts = [texts[owner].context for owner, _, _ in spans]
            logits = self._ngrams.add_to(logits, words, contexts)
        if self._sentiment:
            logits["sentiment"] = self._sentiment.read(words)
        labels = read_labels(
            probabilities(logits, self._calibration.temperatures),
            self._calibration,
            [texts[owner].document.allowed_cells for owner, _, _ in spans],
        )
        vectors = rows.vectors.tolist() if embeddings and rows.vectors.shape[1] else None
        found: list[list[Mention]] = [[] for _ in texts]
        for index, (owner, start, end) in enumerate(spans):
            text = texts[owner].document.text[start:end]
            vector = tuple(vectors[index]) if vectors else None
            mention = labels.mention(index, start, end, text, vector)
            if mention.sentiment != "neutral" or not is_denial(text):
                found[owner].append(mention)
        return found


def _language_of(document: Document, readable: str) -> str:
    """The stated language, that of the text or, if that is too short to tell, of its question."""
    if document.language:
        return language.normalize(document.language)
    code = language.detect(readable)
    if code == language.UNDETERMINED and document.question:
        return language.detect(printable(document.question))
    return code
