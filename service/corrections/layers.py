"""A mention's reading with learned labels and corrections applied on top. Pure.

A reading is a mapping of columns of ``models.mention.Mention``. The labels that were replaced are
kept in its ``replaced``: ``without_layers`` restores exactly the original reading.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType, SimpleNamespace
from typing import Any, Final

from models.mention import HUMAN, LEARNED, MODEL
from nlp import summary
from nlp.documents import Analysis, Candidate, Candidates, Confidence, Mention
from nlp.labels import STAGES, TOUCHPOINTS, UNASSIGNED
from service.journey.native import AXES, learned_of, native_of

Columns = dict[str, Any]

FIELDS: Final = ("sentiment", "stage", "touchpoint", "emotion", "intent", "severity")
ITEM_LABELS: Final = ("sentiment", "score", "stage", "touchpoint", "emotion", "intent", "severity")
"""The fields of an item as a whole, besides confidence and candidates."""
SCORES: Final = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
"""P(positive) - P(negative) where the sentiment is certain."""


def values_of(mention: Any) -> Columns:
    """The columns of a row, as a reading to work on."""
    return {name: getattr(mention, name) for name in _COLUMNS}


_COLUMNS: Final = (
    *ITEM_LABELS,
    "start",
    "end",
    "confidence",
    "candidates",
    "stage_provenance",
    "touchpoint_provenance",
    "replaced",
)


def without_layers(values: Mapping[str, Any]) -> Columns:
    """The reading without anything applied on top."""
    bare = {**values, "confidence": dict(values["confidence"]), "replaced": None}
    for field, was in (values["replaced"] or {}).items():
        _put_back(bare, field, was)
    return bare


def _put_back(values: Columns, field: str, was: Mapping[str, Any]) -> None:
    values[field] = was["label"]
    values["confidence"][field] = was["confidence"]
    if field == "sentiment":
        values["score"] = was["score"]
    if field in AXES:
        values[f"{field}_provenance"] = was["provenance"]


def with_corrections(
    values: Mapping[str, Any],
    labels: Mapping[str, Any],
    among: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Columns:
    """``values`` with a human's ``labels`` on top: certain, whatever the model read.

    Where a label stands for several native ones, the model's label stays if it is ``among`` them;
    that they were meant is recorded. A learned severity of 0 is undone if the sentiment is
    corrected to negative.
    """
    replaced = dict(values["replaced"] or {})
    columns = {**values, "confidence": dict(values["confidence"]), "replaced": replaced}
    if labels.get("sentiment") == "negative" and replaced.get("severity", {}).get("by") == LEARNED:
        _put_back(columns, "severity", replaced.pop("severity"))
    columns["replaced"] = replaced or None
    for field, label in labels.items():
        alike = among.get(field, ())
        read = native_of(values[field]) if alike else None
        set_label(columns, field, read if read in alike else label, HUMAN)
        if alike:
            columns["replaced"][field]["among"] = list(alike)
    return columns


def with_minimum_severity(values: Columns) -> Columns:
    """``values``, with severity 1 instead of 0 if it is a complaint only by a label on top.

    Without severity, it would add no pain; of the others, 1 is the least. Nobody has judged it, so
    it remains the model's, with the model's probability that it isn't 0 as confidence. A person's
    severity stays.
    """
    replaced = values["replaced"] or {}
    was = replaced.get("sentiment", {}).get("label", values["sentiment"])
    by = replaced.get("severity", {}).get("by")
    if values["sentiment"] != "negative" or was == "negative" or values["severity"] or by == HUMAN:
        return values
    columns = dict(values)
    set_label(columns, "severity", 1, MODEL, round(1 - values["confidence"]["severity"], 4))
    return columns


def set_label(values: Columns, field: str, label: Any, by: str, chance: float = 1.0) -> None:
    """Replace one label in ``values`` itself; the original one is kept in its ``replaced``."""
    replaced = values["replaced"] or {}
    if field not in replaced:
        was = {"label": values[field], "confidence": values["confidence"][field]}
        if field == "sentiment":
            was["score"] = values["score"]
        if field in AXES:
            was["provenance"] = values[f"{field}_provenance"]
        replaced[field] = was
    values["replaced"] = replaced | {field: replaced[field] | {"by": by}}
    values[field] = label
    values["confidence"] = values["confidence"] | {field: chance}
    if field == "sentiment":
        values["score"] = round(SCORES[label] * chance, 3)
    if field in AXES:
        values[f"{field}_provenance"] = by


def item_columns(analysis: Analysis) -> Columns:
    """The columns of an item that hold its analysis as a whole."""
    confidence = analysis.confidence
    return {name: getattr(analysis, name) for name in ITEM_LABELS} | {
        "confidence": confidence_json(confidence) if confidence else None,
        "candidates": candidates_json(analysis.candidates),
    }


def bare_values(mention: Mention, by: Mapping[str, str]) -> Columns:
    """The columns of a mention as the model read it; ``by`` has the provenance of each axis."""
    return {name: getattr(mention, name) for name in (*ITEM_LABELS, "start", "end")} | {
        "confidence": confidence_json(mention.confidence),
        "candidates": candidates_json(mention.candidates),
        "replaced": None,
        **{f"{axis}_provenance": by[axis] for axis in AXES},
    }


def confidence_json(confidence: Confidence) -> dict[str, float]:
    """Confidence as it is stored."""
    return {field: getattr(confidence, field) for field in FIELDS}


def candidates_json(candidates: Candidates) -> dict[str, list[dict[str, Any]]]:
    """Candidates as they are stored."""
    return {
        axis: [{"key": one.key, "p": one.p} for one in getattr(candidates, axis)] for axis in AXES
    }


def summarized(language: str, mentions: Sequence[Mapping[str, Any]]) -> Columns:
    """The columns of an item with these mentions, by the rules of ``nlp.summary``.

    There, a learned stage or touchpoint counts as one label, whatever its native part.
    """
    analysis = summary.summarize(language, [_mention(values) for values in mentions])
    columns = item_columns(analysis)
    if analysis.main is not None:
        main = mentions[analysis.main]
        _place(columns, "stage", STAGES, main)
        _place(columns, "touchpoint", TOUCHPOINTS, main)
    return columns


def _place(columns: Columns, axis: str, native: Sequence[str], main: Mapping[str, Any]) -> None:
    """Give an item its stage or touchpoint as it is stored, with native candidates.

    If the main mention's label was replaced, it only has the candidates of the model.
    """
    if columns[axis] == learned_of(main[axis]):
        columns[axis] = main[axis]
    likeliest = columns["candidates"][axis]
    if axis in (main["replaced"] or {}):
        likeliest = main["candidates"][axis]
    columns["candidates"][axis] = [one for one in likeliest if one["key"] in native]


def as_namespace(values: Mapping[str, Any]) -> SimpleNamespace:
    """A reading with attributes, like a row: the form that roll-ups count."""
    return SimpleNamespace(**values)


def _mention(values: Mapping[str, Any]) -> Mention:
    shown: Columns = {axis: learned_of(values[axis]) or values[axis] for axis in AXES}
    return Mention(
        **{name: values[name] for name in (*ITEM_LABELS, "start", "end")} | shown,
        text="",
        confidence=Confidence(**{field: values["confidence"][field] for field in FIELDS}),
        candidates=Candidates(**{axis: _likeliest(values, axis) for axis in AXES}),
    )


def _likeliest(values: Mapping[str, Any], axis: str) -> tuple[Candidate, ...]:
    """The candidates of one axis; where the label was replaced, only that label."""
    if axis not in (values["replaced"] or {}):
        return tuple(Candidate(**one) for one in values["candidates"][axis])
    label = learned_of(values[axis]) or values[axis]
    return () if label == UNASSIGNED else (Candidate(label, values["confidence"][axis]),)
