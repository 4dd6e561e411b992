"""The measures of a change and the two sides of a comparison, formatted for people. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.changes.effects import VOLUME
from service.changes.schemas import ChangeImpactOut, EffectOut, Scope
from service.changes.wording import whole_of
from service.insights.map_schemas import JourneyMapOut
from service.insights.schemas import DifferenceOut, MeasuresOut
from service.pictures.formatting import difference, scale, value

NAMES: Final[Mapping[str, str]] = {
    "negative_share": "Share of complaints",
    "net_sentiment": "Net sentiment",
    "mean_severity": "Mean severity",
}
LAST: Final = (VOLUME, "mean_severity")
"""Measures that say less than the others."""
MAX_SCALES: Final = 2


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a change; ``better`` is None if it has no good direction or didn't move.

    ``is_evidence``: it is significant, and not only because the rest moved.
    ``small`` is whether there was too little feedback to test.
    """

    name: str
    before: str
    after: str
    elsewhere: tuple[str, str] | None
    effect: str
    low: str
    high: str
    is_evidence: bool
    better: bool | None
    small: bool


@dataclass(frozen=True, slots=True)
class ComparedMeasure:
    """One measure on both sides; ``small`` if either side has too few answers to test."""

    this: str
    other: str
    difference: str
    interval: str
    significant: bool
    is_up: bool
    small: bool


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A part of the journey with its measures; None for those that a side lacks."""

    name: str
    items: int
    measures: Sequence[ComparedMeasure | None]


def measures(impact: ChangeImpactOut) -> list[Measure]:
    """The measures of an impact, evidence first."""
    names = sorted(impact.measures, key=lambda name: LAST.index(name) if name in LAST else -1)
    volume = f"Share of {whole_of(Scope.model_validate(impact.change.scope).scope_kind)}"
    found = [
        _measure(volume if name == VOLUME else name_of(name), name, impact.measures[name])
        for name in names
    ]
    return sorted(found, key=lambda measure: not measure.is_evidence)


def _measure(title: str, name: str, found: EffectOut) -> Measure:
    elsewhere = None
    if found.control_before is not None and found.control_after is not None:
        elsewhere = (value(name, found.control_before), value(name, found.control_after))
    return Measure(
        name=title,
        before=value(name, found.before),
        after=value(name, found.after),
        elsewhere=elsewhere,
        effect=difference(name, found.effect),
        low=difference(name, found.low),
        high=difference(name, found.high),
        is_evidence=found.significant and found.moved,
        better=found.better,
        small=found.p is None,
    )


def name_of(measure: str) -> str:
    """A measure's display name."""
    return NAMES.get(measure) or scale(measure)


def comparison_table(map_: JourneyMapOut) -> tuple[list[str], list[ComparisonRow]]:
    """The names of the measures of a comparison, and both sides of every stage."""
    rated = sorted(map_.overall.kpis, key=lambda name: -map_.overall.kpis[name].n)[:MAX_SCALES]
    columns = ["net_sentiment", "negative_share", *rated]
    parts: list[tuple[str, MeasuresOut, Mapping[str, DifferenceOut]]] = [
        ("All", map_.overall, map_.overall.changes),
        *((stage.name, stage, stage.changes) for stage in map_.stages),
    ]
    rows = [
        ComparisonRow(name, part.items, [_compared(column, part, changes) for column in columns])
        for name, part, changes in parts
    ]
    shown = [row for row in rows if row.items or any(row.measures)]
    return [name_of(column) for column in columns], shown


def _compared(
    name: str, part: MeasuresOut, changes: Mapping[str, DifferenceOut]
) -> ComparedMeasure | None:
    found = changes.get(name)
    if found is None:
        return None
    own: Mapping[str, float | None] = {
        "net_sentiment": part.net_sentiment,
        "negative_share": part.negative_share,
    }
    this = own[name] if name in own else part.kpis[name].value if name in part.kpis else None
    bounds = (difference(name, bound) for bound in (found.low, found.high))
    return ComparedMeasure(
        this=value(name, this),
        other=value(name, found.other),
        difference=difference(name, found.difference),
        interval=" to ".join(bounds) if found.low is not None else "",
        significant=found.significant,
        is_up=(found.difference or 0) > 0,
        small=found.p is None,
    )
