"""The responses for entries: every measure of a pain point or a win."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from models.pain_point import WIN
from service.insights import journey_cells, samples
from service.insights.entries import Entry
from service.insights.measures import (
    emotions,
    impacts,
    interval_out,
    mean_score,
    net_sentiment,
    ratio,
)
from service.insights.pain_schemas import PainPointOut, TrendOut, VerbatimOut
from service.insights.samples import Sample
from service.insights.schemas import IntervalOut
from service.insights.totals import Totals
from service.insights.volume_changes import trend


def pain_point_out(
    totals: Totals, entry: Entry, verbatims: Mapping[UUID, Sequence[VerbatimOut]]
) -> PainPointOut:
    """The response for an entry with its details; ``verbatims`` are by entry id."""
    sums, items, theme = entry.mentions, entry.items, entry.theme
    measured = samples.of_mentions(sums, items.with_mentions)
    return PainPointOut(
        id=entry.id,
        kind="theme" if theme else "cell",
        sentiment="positive" if totals.sentiment == WIN else "negative",
        parent=theme
        and journey_cells.cell_id(totals.selection.workspace_id, entry.cell, totals.sentiment),
        stage=entry.cell.stage,
        touchpoint=entry.cell.touchpoint,
        title=entry.title,
        keywords=theme.keywords if theme else [],
        status=theme.status if theme else None,
        owner=entry.owner,
        mentions=sums.mentions,
        items=items.with_mentions,
        share=ratio(sums.mentions, totals.all_mentions),
        negative_share=ratio(sums.negative, sums.mentions),
        positive_share=ratio(sums.positive, sums.mentions),
        net_sentiment=net_sentiment(sums),
        score=mean_score(sums),
        mean_severity=ratio(sums.severity, sums.mentions),
        pain=entry.pain,
        joy=entry.joy,
        intervals=_intervals(totals, entry, measured),
        small=measured["negative_share"].small,
        trend=_trend(totals, entry),
        impact=impacts(totals.whole, items),
        emotions=emotions(sums),
        verbatims=list(verbatims.get(entry.id, ())),
        first_seen=entry.days and entry.days.first,
        last_seen=entry.days and entry.days.last,
    )


def _intervals(
    totals: Totals, entry: Entry, measured: Mapping[str, Sample]
) -> dict[str, IntervalOut]:
    """The intervals of an entry; not those of a theme's sentiment, as all its mentions share it."""
    sums = entry.mentions
    found = {
        **measured,
        "share": samples.share(
            sums.mentions,
            entry.items.with_mentions,
            totals.all_mentions,
            totals.items_with_mentions,
        ),
    }
    trivial = ("negative_share", "net_sentiment") if entry.theme else ()
    return {
        name: interval_out(sample.interval())
        for name, sample in found.items()
        if sample.n and name not in trivial
    }


def _trend(totals: Totals, entry: Entry) -> TrendOut | None:
    if totals.before is None:
        return None
    items_before = entry.items_before.with_mentions
    return trend(entry.mentions.mentions, entry.mentions_before, items_before, entry.judged)
