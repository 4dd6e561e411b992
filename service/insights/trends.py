"""Series over days, weeks or months; periods without feedback are included with zeros."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from nlp.labels import UNASSIGNED
from service.errors import InvalidParam, InvalidRequest
from service.insights import journey_cells
from service.insights.axes import ALL, AxisName
from service.insights.filters import Selection, select_feedback
from service.insights.journey_cells import UNASSIGNED_NAME
from service.insights.measures import Fields, measured
from service.insights.params import TrendParams
from service.insights.periods import DAY, By, last_day, starts
from service.insights.queries.freshness import freshness
from service.insights.queries.items import Items
from service.insights.queries.sums import mention_sums
from service.insights.queries.theme_series import theme_series
from service.insights.queries.themes import Theme
from service.insights.spikes import HISTORY, Expected, expectations
from service.insights.subject import WholeCell, subject_of
from service.insights.sums import EMPTY_PART, MentionSums, Part, joined
from service.insights.trend_schemas import TrendsOut
from service.rollups.spans import next_start, start_of

AXIS_OF_GROUP: Mapping[str, AxisName] = {
    "none": "all",
    "stage": "stage",
    "touchpoint": "touchpoint",
}
COUNTS = ("mentions", "negative")
"""The counts that are checked for spikes."""


class Past(NamedTuple):
    """What the first periods are judged by: mentions by (period, key of a series), before ``end``.

    ``start`` is the first period that counts: that of the first feedback at whatever stage and
    touchpoint, but not longer ago than ``HISTORY``. It is not before ``end`` if nothing came then.
    A shown period that ``since`` cuts is in the past, whole: later ones are judged by all of it.
    """

    mentions: Mapping[tuple[date | None, str], MentionSums]
    start: date
    end: date


class Grid(NamedTuple):
    """Sums by (period, key of a series), and the (key, name) of each series.

    ``totals`` are all mentions of the selection by period, even if the series is of a pain point.
    """

    series: list[tuple[str, str]]
    parts: Mapping[tuple[date | None, str], Part]
    totals: Mapping[date, int]


def build_trends(session: Session, workspace_id: UUID, params: TrendParams) -> TrendsOut:
    """The series of a selection: of everything, of each stage or touchpoint, or of a pain point.

    Raises:
        InvalidRequest: ``params`` have a group with a pain point.
        NoSuchPainPoint: ``params`` name a pain point or win that does not exist.
        TooManyPoints: a series would have more than 1,000.
    """
    if params.pain_point and params.group != "none":
        reason = "must be none or omitted with pain_point"
        raise InvalidRequest(invalid_params=[InvalidParam("group", reason)])
    selection = select_feedback(session, workspace_id, params)
    wanted = params.pain_point
    subject = subject_of(session, selection, wanted) if wanted else None
    fresh = freshness(session, workspace_id)
    grid = _grid(session, selection, params, subject)
    periods = _periods(selection, params.by, list(grid.totals))
    past = _past(session, selection, params, subject, grid)
    return TrendsOut.model_validate(
        {
            **fresh._asdict(),
            "journey": selection.journey.key,
            "by": params.by,
            "group": params.group,
            "series": [
                {"key": key, "name": name, "points": _points(grid, past, periods, key, params.by)}
                for key, name in grid.series
            ],
        }
    )


def _grid(
    session: Session, selection: Selection, params: TrendParams, subject: Theme | WholeCell | None
) -> Grid:
    axis = AXIS_OF_GROUP[params.group]
    mentions = mention_sums(session, selection, params.by, axis)
    items = Items(session, selection, params.by)
    totals: Counter[date] = Counter({period: 0 for period in items.by_period if period})
    for (period, _), sums in mentions.items():
        if period:
            totals[period] += sums.mentions
    if isinstance(subject, WholeCell):
        return _of_cell(session, selection, params.by, subject, totals)
    if subject:
        return _of_theme(session, selection, params.by, subject, totals)
    parts = joined(mentions, items.by_part(axis))
    return Grid(_groups(selection, params.group), parts, totals)


def _of_theme(
    session: Session, selection: Selection, by: By, theme: Theme, totals: Mapping[date, int]
) -> Grid:
    key = str(theme.id)
    found = theme_series(session, selection, theme, by)
    parts: dict[tuple[date | None, str], Part] = {
        (period, key): part for period, part in found.items()
    }
    return Grid([(key, theme.title)], parts, totals)


def _of_cell(
    session: Session, selection: Selection, by: By, subject: WholeCell, totals: Mapping[date, int]
) -> Grid:
    """The grid of a cell within the selection, with the id and title of its pain point or win."""
    cell, own = subject.cell, subject.within(selection)
    key = str(subject.id_in(selection))
    found = joined(mention_sums(session, own, by, "all"), Items(session, own, by).by_part("all"))
    parts = {(period, key): part for (period, _), part in found.items()}
    return Grid([(key, journey_cells.title(selection.journey, cell))], parts, totals)


def _past(
    session: Session,
    selection: Selection,
    params: TrendParams,
    subject: Theme | WholeCell | None,
    grid: Grid,
) -> Past:
    """What came before the first period that is shown whole."""
    by, since = params.by, selection.since
    shown = min(grid.totals, default=date.max)
    if by not in HISTORY or (since is None and (selection.cells is None or not grid.totals)):
        return Past({}, shown, shown)
    first = start_of(since.date(), by) if since else shown
    end = next_start(first, by) if since and _midnight(first) != since else first
    days = HISTORY[by] * (7 if by == "week" else 1)
    earlier = selection.between(_midnight(first - timedelta(days=days)), _midnight(end))
    seen = _seen(session, earlier, by)
    mentions = _past_mentions(session, earlier, params, subject) if seen and since else {}
    if since and not seen and selection.cells is not None:
        seen = _seen(session, selection, by)
    return Past(mentions, min(seen, default=shown), end)


def _seen(session: Session, selection: Selection, by: By) -> list[date]:
    """The periods with any feedback, at whatever stage and touchpoint."""
    return [period for period in Items(session, selection.everywhere(), by).by_period if period]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _past_mentions(
    session: Session, earlier: Selection, params: TrendParams, subject: Theme | WholeCell | None
) -> Mapping[tuple[date | None, str], MentionSums]:
    by = params.by
    if subject is None:
        return mention_sums(session, earlier, by, AXIS_OF_GROUP[params.group])
    if isinstance(subject, WholeCell):
        key = str(subject.id_in(earlier))
        sums = mention_sums(session, subject.within(earlier), by, "all")
        return {(period, key): found for (period, _), found in sums.items()}
    series = theme_series(session, earlier, subject, by)
    return {(period, str(subject.id)): found.mentions for period, found in series.items()}


def _points(grid: Grid, past: Past, periods: Sequence[date], key: str, by: By) -> list[Fields]:
    """The fields of ``PointOut`` of each period."""
    parts = [grid.parts.get((start, key), EMPTY_PART) for start in periods]
    expected = _expected(grid, past, periods, key, by)
    points = measured(parts, [grid.totals.get(start, 0) for start in periods])
    for point, part, start in zip(points, parts, periods, strict=True):
        known = {name: found for name in COUNTS if (found := expected[name].get(start))}
        point |= {
            "start": start,
            "expected": {
                name: {"mean": round(found.mean, 2), "upper": round(found.upper, 2)}
                for name, found in known.items()
            },
            "spikes": [
                name for name, found in known.items() if found.is_spike(part.items.with_mentions)
            ],
        }
    return points


def _expected(
    grid: Grid, past: Past, periods: Sequence[date], key: str, by: By
) -> Mapping[str, Mapping[date, Expected | None]]:
    """What was to be expected of each of ``COUNTS``, by period, from the first feedback on.

    Nothing of a period that ``since`` cuts: what is left of it can't be compared with whole ones.
    """
    before = starts(past.start, past.end - DAY, by) if past.start < past.end else []
    judged = [start for start in periods if start >= max(past.start, past.end)]
    sums = [
        *(past.mentions.get((start, key), EMPTY_PART.mentions) for start in before),
        *(grid.parts.get((start, key), EMPTY_PART).mentions for start in judged),
    ]
    expected = {}
    for name in COUNTS:
        counts = [getattr(one, name) for one in sums]
        found = list(expectations([*before, *judged], counts, by))
        expected[name] = dict(zip(judged, found[len(before) :], strict=True))
    return expected


def _periods(selection: Selection, by: By, seen: Sequence[date]) -> list[date]:
    """From ``since`` to ``until``; an open end is where the feedback begins or ends."""
    ends = [
        *([selection.since.date()] if selection.since else seen),
        *([last_day(selection.until)] if selection.until else seen),
    ]
    return starts(min(ends), max(ends), by) if ends else []


def _groups(selection: Selection, group: str) -> list[tuple[str, str]]:
    """Keys and names of the series that the selection can have."""
    journey = selection.journey
    if group == "none":
        return [(ALL, "All")]
    entries = journey.stages if group == "stage" else journey.touchpoints
    wanted = {
        str(getattr(journey.cells[cell], group)) for cell in journey.cells if selection.has(cell)
    }
    named = [*((entry.key, entry.name) for entry in entries), (UNASSIGNED, UNASSIGNED_NAME)]
    return [(key, name) for key, name in named if key in wanted]
