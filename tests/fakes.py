"""A deterministic stand-in for the model: reads keywords, answers at once."""

import re
from collections.abc import Iterator, Sequence

from nlp.documents import Analysis, Candidate, Candidates, Confidence, Document, Mention
from nlp.info import ModelInfo
from nlp.labels import NONE, UNASSIGNED
from nlp.summary import summarize

_NEGATIVE = re.compile(r"\b(bad|broken|slow|declined)\b", re.IGNORECASE)
_POSITIVE = re.compile(r"\b(great|love)\b", re.IGNORECASE)
_CELLS = (
    (re.compile(r"\b(checkout|card)\b", re.IGNORECASE), ("purchase", "checkout")),
    (re.compile(r"\b(delivery|parcel)\b", re.IGNORECASE), ("onboarding", "delivery")),
    (re.compile(r"\b(app|crash\w*)\b", re.IGNORECASE), ("usage", "mobile_app")),
    (re.compile(r"\b(agent|support)\b", re.IGNORECASE), ("support", "support")),
)
_SURE = Confidence(sentiment=0.9, stage=0.9, touchpoint=0.9, emotion=0.9, intent=0.9, severity=0.9)
_MOODS = {
    "negative": (-0.8, "frustration", "complaint", 2),
    "neutral": (0.0, "neutral", "statement", 0),
    "positive": (0.8, "delight", "praise", 0),
}
_POISON = "poison"
_NOTHING = "n/a"


class FakeAnalyzer:
    """Reads by keyword: the same text always gives the same analysis.

    bad, broken, slow, declined: negative, severity 2; great, love: positive. checkout, card:
    purchase/checkout; delivery, parcel: onboarding/delivery; app, crash: usage/mobile_app;
    agent, support: support/support; else unassigned. One mention per sentence, split at ". ";
    none of "n/a". The item follows from its mentions by ``nlp.summary``, as with the model.
    A batch with ``poison`` in any text raises RuntimeError.
    """

    def __init__(self, version: str = "1") -> None:
        self.info = ModelInfo(
            name="fake", version=version, revision="0" * 64, backend="fake", dtype="none"
        )
        self.calls: list[int] = []

    def analyze(self, documents: Sequence[Document], embeddings: bool = False) -> list[Analysis]:
        self.calls.append(len(documents))
        if any(_POISON in document.text for document in documents):
            raise RuntimeError("poisoned batch")
        return [_read(document, embeddings) for document in documents]


def _read(document: Document, embeddings: bool) -> Analysis:
    mentions = [
        _mention(document, start, end, embeddings) for start, end in _sentences(document.text)
    ]
    return summarize(document.language or "en", mentions)


def _mention(document: Document, start: int, end: int, embeddings: bool) -> Mention:
    text = document.text[start:end]
    sentiment = _sentiment(text)
    score, emotion, intent, severity = _MOODS[sentiment]
    stage, touchpoint = _cell(text, document.allowed_cells)
    return Mention(
        start=start,
        end=end,
        text=text,
        sentiment=sentiment,
        score=score,
        stage=stage,
        touchpoint=touchpoint,
        emotion=emotion,
        intent=intent,
        severity=severity,
        confidence=_SURE,
        candidates=Candidates(stage=_candidates(stage), touchpoint=_candidates(touchpoint)),
        embedding=_embedding(text) if embeddings else None,
    )


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for piece in text.split(". "):
        trimmed = piece.strip()
        if trimmed not in ("", _NOTHING):
            first = start + piece.index(trimmed)
            yield first, first + len(trimmed)
        start += len(piece) + len(". ")


def _sentiment(text: str) -> str:
    if _NEGATIVE.search(text):
        return "negative"
    return "positive" if _POSITIVE.search(text) else "neutral"


def _cell(text: str, allowed: frozenset[tuple[str, str]] | None) -> tuple[str, str]:
    """What the keywords say, narrowed to ``allowed``: what its cells share if they disagree."""
    read = next((cell for word, cell in _CELLS if word.search(text)), (UNASSIGNED, UNASSIGNED))
    if not allowed or read in allowed:
        return read
    stages, touchpoints = zip(*allowed, strict=True)
    return _shared(set(stages)), _shared(set(touchpoints))


def _shared(labels: set[str]) -> str:
    """The only one of ``labels``; ``unassigned``, as it is stored, for several or for none."""
    return min(labels) if len(labels) == 1 and NONE not in labels else UNASSIGNED


def _candidates(label: str) -> tuple[Candidate, ...]:
    return (Candidate(key=NONE if label == UNASSIGNED else label, p=0.9),)


def _embedding(text: str) -> tuple[float, ...]:
    """A unit vector of 384 numbers that depends on the words only: like texts are near."""
    vector = [0.0] * 384
    for word in re.findall(r"\w+", text.lower()):
        vector[sum(word.encode()) % 384] += 1.0
    norm = sum(value * value for value in vector) ** 0.5 or 1.0
    return tuple(value / norm for value in vector)
