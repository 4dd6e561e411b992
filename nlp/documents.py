"""The input and the output of the analysis: plain data, no behaviour."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["survey", "review", "ticket"]


@dataclass(frozen=True, slots=True)
class Document:
    """One piece of customer feedback to be read.

    ``allowed_cells`` narrows the choice of (stage, touchpoint) to what the sender has said
    explicitly, in native labels; ``None`` leaves the choice to the model.
    """

    text: str
    kind: Kind | None = None
    question: str | None = None
    subject: str | None = None
    language: str | None = None
    allowed_cells: frozenset[tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Confidence:
    """Calibrated probability, 0..1, that each reading is right."""

    sentiment: float
    stage: float
    touchpoint: float
    emotion: float
    intent: float
    severity: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label that was nearly chosen, with its calibrated probability 0..1."""

    key: str
    p: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """The three likeliest stages and touchpoints, likeliest first, ``none`` among them."""

    stage: tuple[Candidate, ...]
    touchpoint: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of the text that makes one point. ``text == document.text[start:end]``.

    ``score`` is P(positive) - P(negative), -1..1, rounded to 3 digits; ``severity`` 0..3.
    ``stage`` and ``touchpoint`` are native labels or ``unassigned``.
    """

    start: int
    end: int
    text: str
    sentiment: str
    score: float
    stage: str
    touchpoint: str
    emotion: str
    intent: str
    severity: int
    confidence: Confidence
    candidates: Candidates
    embedding: tuple[float, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysis of one document: its mentions in order, and the labels of the whole.

    ``nlp.summary`` derives the latter from the mentions; ``sentiment`` may also be ``mixed``.
    ``main`` is the index of the main mention, ``None`` if there are no mentions.
    """

    language: str
    sentiment: str
    score: float
    stage: str
    touchpoint: str
    emotion: str
    intent: str
    severity: int
    confidence: Confidence | None
    candidates: Candidates
    mentions: tuple[Mention, ...]
    main: int | None
