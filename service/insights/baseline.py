"""What a map is compared with: the period before, another period, or another segment."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session

from service.errors import InvalidParam, InvalidRequest
from service.insights.errors import OverlappingSides
from service.insights.filters import Selection, values_of
from service.insights.map_schemas import Comparison
from service.insights.params import COMPARED_ATTRIBUTE, MapParams, plain
from service.insights.periods import DAY, end_of
from service.insights.totals import Before, before_of, collected
from service.references import sources_in

Bounds = tuple[datetime | None, datetime | None]


class Baseline(NamedTuple):
    """What a selection is compared with, and how that differs; ``before`` is set if it is the
    period before."""

    by: Comparison
    selection: Selection
    before: Before | None = None


def baseline_of(
    session: Session, selection: Selection, params: MapParams, now: datetime
) -> Baseline | None:
    """What ``params`` compare ``selection`` with: by default the period before, if there is one.

    Raises:
        OverlappingSides: some feedback would be on both sides.
        InvalidRequest: the other period is empty, or its length is unknown.
    """
    replaced = _replaced(session, selection, params)
    segment = replace(selection, **replaced)
    dated = params.compare_since or params.compare_until
    if not dated and not replaced:
        before = before_of(session, selection, now)
        return Baseline("previous_period", before.selection, before) if before else None
    since, until = _period(selection, params, now)
    other = replace(segment, since=since, until=until)
    if not _disjoint(selection, other):
        raise OverlappingSides
    if segment != selection:
        return Baseline("segment", other)
    return Baseline("period", collected(session, other))


def elapsed_days(selection: Selection, now: datetime) -> float | None:
    """How many days of the selection's period are over; None if it has no beginning."""
    if selection.since is None:
        return None
    end = min(selection.until or now, now)
    return max((end - selection.since) / DAY, 0.0)


def filters_of(other: Selection, params: MapParams) -> dict[str, list[str]]:
    """The filters of the other side, by the name of their parameter.

    Sources are given as ``params`` name them: the selection has the stored forms as well.
    """
    named = [*map(plain, params.compare_source or params.source)]
    filters = _filters(replace(other, sources=named))
    return {name: list(values) for name, values in filters.items() if values}


def _replaced(session: Session, selection: Selection, params: MapParams) -> dict[str, Any]:
    """The filters of the other side that replace this side's; their values may be the same."""
    attributes = values_of(params, COMPARED_ATTRIBUTE)
    asked: Mapping[str, Any] = {
        "kinds": params.compare_kind,
        "sources": sources_in(session, selection.workspace_id, map(plain, params.compare_source)),
        "channels": [*map(plain, params.compare_channel)],
        "languages": [*map(plain, params.compare_language)],
        "attributes": attributes and {**selection.attributes, **attributes},
    }
    return {name: values for name, values in asked.items() if values}


def _period(selection: Selection, params: MapParams, now: datetime) -> Bounds:
    """The bounds of the other period; a missing one makes both periods equally long."""
    since, until = params.compare_since, params.compare_until
    if since is None and until is None:
        return selection.since, selection.until
    if since is None or until is None:
        length = _length(selection, now)
        since, until = since or (until and until - length), until or (since and since + length)
    if since and until and until <= since:
        raise InvalidRequest(
            invalid_params=[InvalidParam("compare_until", "must be later than compare_since")]
        )
    return since, until


def _length(selection: Selection, now: datetime) -> timedelta:
    if selection.since is None:
        reason = "must both be given, or since, which determines the length of the periods"
        names = ("compare_since", "compare_until")
        raise InvalidRequest(invalid_params=[InvalidParam(name, reason) for name in names])
    return end_of(selection.since, selection.until, now) - selection.since


def _disjoint(one: Selection, other: Selection) -> bool:
    """Whether no feedback can be in both."""
    apart = one.until and other.since and one.until <= other.since
    before = other.until and one.since and other.until <= one.since
    filters, others = _filters(one), _filters(other)
    split = any(
        values and others.get(name) and set(values).isdisjoint(others[name])
        for name, values in filters.items()
    )
    return bool(apart or before or split)


def _filters(selection: Selection) -> Mapping[str, Sequence[str]]:
    return {
        "kind": selection.kinds,
        "source": selection.sources,
        "channel": selection.channels,
        "language": selection.languages,
        **{f"attr.{name}": values for name, values in selection.attributes.items()},
    }
