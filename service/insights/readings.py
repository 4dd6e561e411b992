"""The JSON form of readings, for stored feedback and for texts analysed on the spot.

Readings are stored in native labels; a journey renames and merges them when they are read. A
reading is anything with the columns of ``models.mention.Mention`` that ``Reading`` names.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel, Field

from models.mention import Provenance
from nlp.labels import NONE, UNASSIGNED
from service.insights.conflicts import contradicts
from service.journey.native import Cell, learned_of


class JourneyKeys(Protocol):
    """The journey's keys for a native cell (``service.journey``'s JourneyMap)."""

    def stage_of(self, cell: Cell) -> str: ...

    def touchpoint_of(self, cell: Cell) -> str: ...


class Reading(Protocol):
    """What a mention and an item have in common, in native labels."""

    sentiment: str
    score: float
    stage: str
    touchpoint: str
    emotion: str
    intent: str
    severity: int
    confidence: dict[str, float]
    candidates: dict[str, Any]


class StoredMention(Reading, Protocol):
    """A reading with the span and the provenance of its mention."""

    start: int
    end: int
    stage_provenance: str
    touchpoint_provenance: str
    replaced: dict[str, Any] | None


class ConfidenceOut(BaseModel):
    """Calibrated probability, 0 to 1, that each reading is right."""

    sentiment: float
    stage: float
    touchpoint: float
    emotion: float
    intent: float
    severity: float


class CandidateOut(BaseModel):
    """A likely label with its calibrated probability."""

    key: str
    p: float


class CandidatesOut(BaseModel):
    """The likeliest stages and touchpoints, likeliest first, including `unassigned`."""

    stage: list[CandidateOut]
    touchpoint: list[CandidateOut]


class ProvenanceOut(BaseModel):
    """Where each label comes from: the sender (`explicit`), the `model`, what the workspace taught
    it (`learned`), or a `human` correction.
    """

    sentiment: Provenance = "model"
    stage: Provenance = "model"
    touchpoint: Provenance = "model"
    emotion: Provenance = "model"
    intent: Provenance = "model"
    severity: Provenance = "model"


class ReadingOut(BaseModel):
    """The labels of a mention, or of an item as a whole, as keys of the requested journey."""

    sentiment: Literal["negative", "neutral", "positive", "mixed"]
    score: float = Field(ge=-1, le=1, description="P(positive) - P(negative).")
    stage: str
    touchpoint: str
    emotion: str
    intent: str
    severity: int = Field(ge=0, le=3)
    confidence: ConfidenceOut | None
    candidates: CandidatesOut


class MentionOut(ReadingOut):
    """A span of the text that makes one point: `text` is `[start, end)` in characters."""

    start: int
    end: int
    text: str
    provenance: ProvenanceOut


class AnalysisOut(ReadingOut):
    """The analysis of one item: its mentions, and the labels of the item as a whole."""

    language: str
    rating_conflict: bool = Field(
        description=(
            "Whether the rating clearly contradicts the text. The rating has no other effect on "
            "the analysis."
        )
    )
    mentions: list[MentionOut]


def mention_out(journey: JourneyKeys, mention: StoredMention, text: str) -> MentionOut:
    """One mention of ``text``, the whole stored text, in the journey's keys."""
    return MentionOut(
        **reading_fields(journey, mention),
        start=mention.start,
        end=mention.end,
        text=text[mention.start : mention.end],
        provenance=provenance_out(mention),
    )


def provenance_out(mention: Any) -> ProvenanceOut:
    """Where each label of a ``StoredMention`` comes from."""
    replaced = {field: was["by"] for field, was in (mention.replaced or {}).items()}
    sent = {"stage": mention.stage_provenance, "touchpoint": mention.touchpoint_provenance}
    return ProvenanceOut.model_validate(replaced | sent)


def analysis_out(
    journey: JourneyKeys,
    reading: Any,
    language: str,
    mentions: Sequence[StoredMention],
    text: str,
) -> AnalysisOut:
    """The analysis of an item: ``reading``, an analysed Feedback row or a ``Reading`` that also has
    a ``rating_norm``, with its mentions."""
    return AnalysisOut(
        **reading_fields(journey, reading),
        language=language,
        rating_conflict=contradicts(reading.rating_norm, reading),
        mentions=[mention_out(journey, mention, text) for mention in mentions],
    )


def reading_fields(journey: JourneyKeys, reading: Any) -> dict[str, Any]:
    """The fields of ``ReadingOut`` in the journey's keys."""
    cell = Cell(reading.stage, reading.touchpoint)
    return {
        "sentiment": reading.sentiment,
        "score": reading.score,
        "stage": journey.stage_of(cell),
        "touchpoint": journey.touchpoint_of(cell),
        "emotion": reading.emotion,
        "intent": reading.intent,
        "severity": reading.severity,
        "confidence": _rounded(reading.confidence),
        "candidates": _candidates(journey, reading, cell),
    }


def _rounded(confidence: Mapping[str, float] | None) -> dict[str, float] | None:
    return {name: round(p, 3) for name, p in confidence.items()} if confidence else None


def _candidates(journey: JourneyKeys, reading: Any, cell: Cell) -> dict[str, Any]:
    """Native candidates in the journey's keys; the probabilities of those that it merges add up,
    as do those of ``none`` and of labels that it leaves unassigned. A learned label that the
    journey has comes first.
    """
    candidates = reading.candidates or {}

    def learned(axis: str, key: str) -> list[dict[str, Any]]:
        shown = reading.confidence and learned_of(getattr(cell, axis)) == key
        return [{"key": key, "p": round(reading.confidence[axis], 3)}] if shown else []

    def stage(key: str) -> str:
        return journey.stage_of(Cell(key, cell.native.touchpoint))

    def touchpoint(key: str) -> str:
        return journey.touchpoint_of(Cell(cell.native.stage, key))

    return {
        "stage": learned("stage", journey.stage_of(cell))
        + _merged(candidates.get("stage", ()), stage),
        "touchpoint": learned("touchpoint", journey.touchpoint_of(cell))
        + _merged(candidates.get("touchpoint", ()), touchpoint),
    }


def _merged(
    candidates: Sequence[Mapping[str, Any]], rename: Callable[[str], str]
) -> list[dict[str, Any]]:
    sums: dict[str, float] = defaultdict(float)
    for candidate in candidates:
        key = candidate["key"]
        sums[UNASSIGNED if key == NONE else rename(key)] += candidate["p"]
    ranked = sorted(sums.items(), key=lambda pair: -pair[1])
    return [{"key": key, "p": round(min(p, 1.0), 3)} for key, p in ranked]
