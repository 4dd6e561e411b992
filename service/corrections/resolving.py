"""Translates a correction into labels as they are stored. Pure."""

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from models.mention import HUMAN
from nlp.labels import NONE, UNASSIGNED
from service.corrections.errors import NoSuchCell
from service.corrections.layers import Columns
from service.errors import InvalidParam
from service.journey.mapping import JourneyMap
from service.journey.names import folded
from service.journey.native import AXES, CELLS, STORED_STAGES, STORED_TOUCHPOINTS, Cell, learned_of

STORED: Final = {"stage": STORED_STAGES, "touchpoint": STORED_TOUCHPOINTS}
UNLIKELY: Final = 1e-4
"""The probability of a label that is not among the likeliest three."""


class ResolvedLabels(NamedTuple):
    """The corrected labels, by field; ``None`` for those that are withdrawn.

    ``among`` has the axes whose name stands for several native labels, with all of these;
    ``labels`` has the likeliest one.
    """

    labels: dict[str, Any]
    among: dict[str, list[str]]


def resolve_labels(
    journey: JourneyMap, bare: Mapping[str, Any], now: Mapping[str, Any], sent: Mapping[str, Any]
) -> ResolvedLabels:
    """The stored labels for ``sent``.

    ``bare`` is the mention's reading without corrections, ``now`` with those in force. Positive and
    neutral mentions have no severity (codebook): such a sentiment sets severity 0, which goes when
    the sentiment is corrected again or withdrawn, unless a severity is sent too.

    Raises:
        UnknownStage, UnknownTouchpoint: the journey has none of that name.
        NoSuchCell: it has both, but not together.
    """
    labels = {field: label for field, label in sent.items() if field not in AXES or label is None}
    if "sentiment" in sent and "severity" not in sent:
        labels |= _severity(sent["sentiment"], now)
    among: dict[str, list[str]] = {}
    named: dict[str, str] = {axis: sent[axis] for axis in AXES if sent.get(axis) is not None}
    if named:
        base = {axis: bare[axis] if axis in labels else now[axis] for axis in AXES}
        fitting = _fitting(journey, Cell(**base), named)
        cell = _likeliest(fitting, Cell(**base), now["candidates"])
        labels |= {axis: getattr(cell, axis) for axis in named}
        among = {axis: _among(fitting, cell, axis) for axis in named}
    return ResolvedLabels(
        labels, {axis: natives for axis, natives in among.items() if len(natives) > 1}
    )


def _severity(sentiment: str | None, now: Mapping[str, Any]) -> Columns:
    if sentiment in ("neutral", "positive"):
        return {"severity": 0}
    replaced = now["replaced"] or {}
    by = {replaced.get(field, {}).get("by") for field in ("sentiment", "severity")}
    brought = by == {HUMAN} and now["sentiment"] != "negative" and now["severity"] == 0
    return {"severity": None} if brought else {}


def _fitting(journey: JourneyMap, present: Cell, named: Mapping[str, str]) -> list[Cell]:
    """The native cells with the names sent; an axis that isn't named stays as it is."""
    keys = {axis: {_key(journey, axis, named[axis])} if axis in named else None for axis in AXES}
    fitting = [
        cell
        for cell in journey.cells_within(keys["stage"], keys["touchpoint"])
        if all(axis in named or getattr(cell, axis) == getattr(present, axis) for axis in AXES)
    ]
    if not fitting:
        params = [InvalidParam(axis, "does not fit; send the other one, too") for axis in named]
        raise NoSuchCell(invalid_params=params)
    return fitting


def _likeliest(fitting: Collection[Cell], present: Cell, candidates: Mapping[str, Any]) -> Cell:
    def rank(cell: Cell) -> tuple[Any, ...]:
        native = cell.native
        kept = sum(a == b for a, b in zip(native, present.native, strict=True))
        unassigned = native.count(UNASSIGNED)
        order = -CELLS.index(native)
        return kept, _chance(native, candidates), unassigned, cell == native, order

    return max(fitting, key=rank)


def _among(fitting: Collection[Cell], chosen: Cell, axis: str) -> list[str]:
    """The native labels on one axis that fit the chosen one on the other, in their order."""
    if learned_of(getattr(chosen, axis)):
        return []
    labels = {
        getattr(cell, axis)
        for cell in fitting
        if all(other == axis or getattr(cell, other) == getattr(chosen, other) for other in AXES)
    }
    return [label for label in STORED[axis] if label in labels]


def _key(journey: JourneyMap, axis: str, name: str) -> str:
    if folded(name) == UNASSIGNED:
        return UNASSIGNED
    return journey.resolve_stage(name) if axis == "stage" else journey.resolve_touchpoint(name)


def _chance(cell: Cell, candidates: Mapping[str, Any]) -> float:
    chance = 1.0
    for axis in AXES:
        label = getattr(cell, axis)
        key = NONE if label == UNASSIGNED else label
        found = (one["p"] for one in candidates.get(axis, ()) if one["key"] == key)
        chance *= max(next(found, UNLIKELY), UNLIKELY)
    return chance
