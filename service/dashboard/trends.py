"""Mentions over time, in total and by stage."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.dashboard import charts
from service.dashboard.changes import change_markers
from service.dashboard.charts import SMALL, Chart, Span
from service.dashboard.request_view import Values, View
from service.insights.measures import DIGITS
from service.insights.params import TrendParams
from service.insights.samples import MIN_ANSWERS
from service.insights.trend_schemas import PointOut, SeriesOut
from service.insights.trends import build_trends


@dataclass(frozen=True, slots=True)
class StageTrend:
    """One stage over time; ``net_sentiment`` is for the whole period, ``small`` if it has too few.

    ``spikes`` are the points with more than expected.
    """

    key: str
    name: str
    mentions: int
    net_sentiment: float | None
    small: bool
    spans: list[Span]
    spikes: list[PointOut]
    chart: Chart | None


def trends(view: View) -> Values:
    """Mentions over time, in total with the changes, and by stage."""
    by = charts.period_length(view.days)
    whole = build_trends(view.session, view.workspace_id, view.params(TrendParams, by=by))
    split = build_trends(
        view.session, view.workspace_id, view.params(TrendParams, by=by, group="stage")
    )
    points = whole.series[0].points
    since, until = view.filters.since, view.known_until
    spans = charts.spans(points, by, since, until)
    stage_trends = [
        _stage_trend(series, charts.spans(series.points, by, since, until))
        for series in split.series
    ]
    return view.frame(whole) | {
        "by": by,
        "points": points,
        "spikes": _spiking(points),
        "spans": spans,
        **charts.draw_both(spans, change_markers(view)),
        "stage_trends": [each for each in stage_trends if each.chart],
    }


def _stage_trend(series: SeriesOut, spans: list[Span]) -> StageTrend:
    mentions = sum(span.mentions for span in spans)
    balance = sum(span.positive - span.negative for span in spans)
    net = round(balance / mentions, DIGITS) if mentions else None
    small = sum(point.items for point in series.points) < MIN_ANSWERS
    spikes, chart = _spiking(series.points), charts.draw(spans, frame=SMALL)
    return StageTrend(series.key, series.name, mentions, net, small, spans, spikes, chart)


def _spiking(points: Sequence[PointOut]) -> list[PointOut]:
    return [point for point in points if point.spikes]
