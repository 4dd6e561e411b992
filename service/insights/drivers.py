"""Drivers: what a KPI would be without each stage, touchpoint, cell, pain point or win."""

from collections.abc import Mapping
from typing import Final, NamedTuple
from uuid import UUID

from sqlmodel import Session

from models.pain_point import IGNORED, PAIN, WIN
from nlp.labels import UNASSIGNED
from service.errors import InvalidParam, InvalidRequest
from service.insights import journey_cells, samples
from service.insights.axes import Key
from service.insights.comparison import P_DIGITS
from service.insights.driver_schemas import DriverOut, DriversOut
from service.insights.filters import Selection, select_feedback
from service.insights.leave_one_out import (
    SENTIMENT,
    Impact,
    JudgedImpact,
    judge_impacts,
    truth_scale,
)
from service.insights.map_parts import Parts, impacts_of, parts
from service.insights.measures import DIGITS, USUAL_RANGES, interval_out, scale_name
from service.insights.params import DriverParams
from service.insights.queries.freshness import freshness
from service.insights.queries.items import Items
from service.insights.queries.sums import mention_rows
from service.insights.queries.theme_sums import counts_by_theme, sums_by_theme
from service.insights.queries.themes import themes_of
from service.insights.statistics import Interval
from service.insights.sums import Part, RatingSums, total
from service.journey.native import Cell

MOST_THEMES: Final = 200
SENTIMENTS: Final[Mapping[str, str]] = {"pain_point": PAIN, "win": WIN}


class Driver(NamedTuple):
    """A part of the journey that could move the KPI: its place and its name."""

    stage: str | None
    touchpoint: str | None
    pain_point: UUID | None
    name: str


def list_drivers(session: Session, workspace_id: UUID, params: DriverParams) -> DriversOut:
    """The drivers of a KPI within a selection; the KPI is that of the feedback at all stages.

    Raises:
        InvalidRequest: ``params`` name a KPI that is neither a usual scale nor one with ratings.
    """
    selection = select_feedback(session, workspace_id, params)
    fresh = freshness(session, workspace_id)
    mentions = mention_rows(session, selection.everywhere())
    items = Items(session, selection.everywhere())
    whole = Part(total(row.sums for row in mentions), items.whole)
    kpi = _kpi(params.kpi, whole)
    if params.by == "pain_point" or params.by == "win":
        drivers = _themes(session, selection, SENTIMENTS[params.by])
    else:
        own = [row for row in mentions if selection.has(row.cell)]
        narrowed = items if selection.cells is None else Items(session, selection)
        drivers = _places(selection, params.by, parts(selection, own, narrowed, params.by))
    impacts = impacts_of(drivers, whole, kpi)
    judged = judge_impacts(impacts)
    ranked = sorted(impacts, key=lambda driver: (-abs(impacts[driver].impact), driver.name))
    overall, of = _overall(whole, kpi)
    return DriversOut(
        **fresh._asdict(),
        journey=selection.journey.key,
        by=params.by,
        kpi=scale_name(kpi),
        overall=None if overall is None else round(overall, DIGITS),
        of=of,
        items=[_out(driver, impacts[driver], judged[driver]) for driver in ranked],
    )


def _kpi(asked: str | None, whole: Part) -> str:
    """The scale with the name ``asked``, or ``sentiment``; by default that of ``truth_scale``."""
    if asked is None:
        return truth_scale(whole.items)
    known = {SENTIMENT: SENTIMENT} | {scale_name(scale): scale for scale in whole.items.ratings}
    if asked in known:
        return known[asked]
    if asked in USUAL_RANGES:
        return f"{asked}:{USUAL_RANGES[asked]}"
    reason = f"must be one of {', '.join(sorted({*USUAL_RANGES, *known}))}"
    raise InvalidRequest(invalid_params=[InvalidParam("kpi", reason)])


def _overall(whole: Part, kpi: str) -> tuple[float | None, int]:
    """The KPI of all answers, and their number."""
    if kpi == SENTIMENT:
        mentions = whole.mentions
        measures = samples.of_mentions(mentions, mentions.mentions)
        return measures["net_sentiment"].value, mentions.mentions
    rating = whole.items.ratings.get(kpi, RatingSums())
    return samples.of_ratings(kpi, rating).value, rating.n


def _places(selection: Selection, by: str, found: Parts) -> dict[Driver, Part]:
    """Stages, touchpoints or cells, without unassigned ones."""
    journey = selection.journey
    named: dict[Key, Driver] = {}
    if by == "stage":
        named = {stage.key: Driver(stage.key, None, None, stage.name) for stage in journey.stages}
    elif by == "touchpoint":
        named = {e.key: Driver(None, e.key, None, e.name) for e in journey.touchpoints}
    for cell in found:
        if isinstance(cell, Cell) and UNASSIGNED not in cell:
            named[cell] = Driver(*cell, None, journey_cells.title(journey, cell))
    return {named[key]: part for key, part in found.items() if key in named}


def _themes(session: Session, selection: Selection, sentiment: str) -> dict[Driver, Part]:
    """The ``MOST_THEMES`` themes with most items, without ignored ones."""
    sizes = {
        theme: sums.items.items
        for theme, sums in counts_by_theme(session, selection, sentiment).items()
    }
    themes = [
        theme
        for theme in themes_of(session, selection, sentiment)
        if theme.status != IGNORED and theme.id in sizes
    ]
    largest = sorted(themes, key=lambda theme: (-sizes[theme.id], str(theme.id)))[:MOST_THEMES]
    sums = sums_by_theme(session, selection, sentiment, [theme.id for theme in largest])
    cells = selection.journey.cells
    return {
        Driver(*cells[theme.cell], theme.id, theme.title): sums[theme.id].part
        for theme in largest
        if theme.id in sums
    }


def _out(driver: Driver, found: Impact, judged: JudgedImpact) -> DriverOut:
    return DriverOut(
        **driver._asdict(),
        impact=round(found.impact, DIGITS),
        interval=interval_out(Interval(found.low, found.high)),
        value=round(found.value, DIGITS),
        without=round(found.without, DIGITS),
        n=found.n,
        share=round(found.n / found.of, DIGITS),
        p=None if judged.p is None else round(judged.p, P_DIGITS),
        significant=judged.significant,
        small=found.small,
        moment_of_truth=judged.moment_of_truth,
    )
