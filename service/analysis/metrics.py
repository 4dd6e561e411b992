"""Metrics of a batch."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from models.feedback import DONE, PENDING
from nlp.labels import UNASSIGNED
from service import telemetry
from service.analysis.results import AnalysedItem, Outcome
from service.ids import Id

SUPERSEDED: Final = "superseded"


def observe(
    outcomes: Mapping[Id, Outcome], written: Mapping[Id, str], seconds: float, now: datetime
) -> None:
    """Record a batch for which the model took ``seconds`` and whose ``written`` are visible
    ``now``.
    """
    if outcomes:
        telemetry.ANALYSIS_BATCH_SECONDS.observe(seconds)
        telemetry.ANALYSIS_ITEM_SECONDS.observe(seconds / len(outcomes))
    for key, outcome in outcomes.items():
        state = written.get(key, SUPERSEDED)
        telemetry.ANALYSIS_ITEMS.labels(state).inc()
        if isinstance(outcome, AnalysedItem) and state == DONE:
            _observe_read(outcome, now)


def _observe_read(read: AnalysedItem, now: datetime) -> None:
    item = read.input.item
    if item.state == PENDING:
        telemetry.FRESHNESS_SECONDS.observe((now - item.received_at).total_seconds())
    for mention in read.analysis.mentions:
        for head, label in (("stage", mention.stage), ("touchpoint", mention.touchpoint)):
            if label == UNASSIGNED:
                telemetry.ABSTAINED.labels(head).inc()
