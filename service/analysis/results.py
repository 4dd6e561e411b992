"""Writes analyses: mentions, item-level readings and roll-ups, in one transaction.

A row that changed since it was claimed, or whose claim went to another worker, is skipped: its new
text or its new claimant brings its own result.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, insert
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from models.correction import Correction
from models.feedback import DONE, FAILED, TEXT_COLUMNS, Feedback
from models.tables import MENTION, MENTION_VECTOR
from nlp.documents import Analysis
from nlp.themes.space import Space
from service.analysis.claims import back_off
from service.analysis.inputs import AnalysisInput
from service.corrections.layers import (
    ITEM_LABELS,
    Columns,
    as_namespace,
    bare_values,
    item_columns,
    summarized,
)
from service.corrections.learned_labels import NO_LEARNED_LABELS, LearnedLabels, find_learned_labels
from service.corrections.mention_vectors import packed_vectors, unpacked_vectors
from service.corrections.queries import corrections_of
from service.corrections.relabel import label
from service.ids import Id, pair_in
from service.journey.queries import lock_workspace
from service.rollups.apply import Delta, apply
from service.themes.arrivals import Arrival, assign_arrivals
from service.themes.places import place_of
from service.themes.quotes import Quote, withdraw_quotes

RETRIED: Final = "retried"


class AnalysedItem(NamedTuple):
    """An item that was analysed."""

    input: AnalysisInput
    analysis: Analysis

    @property
    def revision(self) -> int:
        """The revision of the text that was analysed."""
        return self.input.item.revision


class Failed(NamedTuple):
    """An item that could not be analysed, this time or (``final``) for good."""

    revision: int
    reason: str
    final: bool


Outcome = AnalysedItem | Failed


class WriteContext(NamedTuple):
    """The worker that writes, and the space in which its mentions find their themes."""

    worker: str
    space: Space

    @property
    def version(self) -> str:
        """The version of the analysis."""
        return self.space.version


class Written(NamedTuple):
    """An item with its mentions as they will be stored, and the vector of each, if any."""

    row: Feedback
    mentions: list[Columns]
    vectors: Sequence[bytes | None]


def write(
    session: Session, context: WriteContext, outcomes: Mapping[Id, Outcome], now: datetime
) -> dict[Id, str]:
    """Write ``outcomes``; returns done, failed or retried by id, without the rows that were
    skipped.
    """
    workspaces = sorted({workspace for workspace, _ in outcomes})
    for workspace in workspaces:
        lock_workspace(session, workspace, share=True)
    learned = {each: find_learned_labels(session, each, context.version) for each in workspaces}
    pairs = [
        (row, outcomes[row.workspace_id, row.id])
        for row in _claimed_rows(session, context.worker, outcomes)
        if row.revision == outcomes[row.workspace_id, row.id].revision
    ]
    delta = Delta()
    old = _delete_mentions(session, delta, [row for row, outcome in pairs if _is_final(outcome)])
    logs = _logs(session, [row for row, outcome in pairs if isinstance(outcome, AnalysedItem)])
    written: list[Written] = []
    for row, outcome in pairs:
        row.claimed_by = row.claimed_until = None
        if isinstance(outcome, AnalysedItem):
            vectors = packed_vectors(outcome.analysis)
            log = logs[row.workspace_id, row.id]
            bare = _mention_rows(outcome, context.version)
            item, mentions = _labelled(outcome, bare, vectors, learned[row.workspace_id], log)
            if not mentions:
                item |= outcome.input.fallback_cell._asdict()
            _set_reading(row, outcome.analysis.language, item, context.version, now)
            written.append(Written(row, mentions, vectors))
        else:
            _record_failure(row, outcome, now)
    session.flush()
    _assign_themes(session, context.space, written, old)
    for each in written:
        delta.add(each.row, [as_namespace(values) for values in each.mentions])
    _insert(session, written)
    apply(session, delta)
    return {
        (row.workspace_id, row.id): row.state if _is_final(outcome) else RETRIED
        for row, outcome in pairs
    }


def _assign_themes(
    session: Session, space: Space, written: Sequence[Written], old: Mapping[Id, Sequence[Any]]
) -> None:
    """Give mentions their themes; one that existed before keeps its theme.

    Themes stop quoting mentions that no longer exist.
    """
    left = {
        (*id, was.start, was.end, place_of(id[0], was)): was
        for id, found in old.items()
        for was in found
    }
    arrivals: list[tuple[Columns, Arrival]] = []
    for row, mentions, vectors in written:
        for values, vector in zip(mentions, vectors, strict=True):
            place = place_of(row.workspace_id, as_namespace(values))
            span = (row.workspace_id, row.id, values["start"], values["end"])
            was = left.pop((*span, place), None)
            values["replaced_pain_point_id"] = was.replaced_pain_point_id if was else None
            if place is not None:
                theme = was.pain_point_id if was else None
                arrivals.append((values, Arrival(place, vector, row.occurred_at, theme)))
    lost = [was for was in left.values() if was.pain_point_id is not None]
    withdraw_quotes(session, _quotes(session, lost), [arrival.place for _, arrival in arrivals])
    assign_arrivals(session, space, [arrival for _, arrival in arrivals])
    for values, arrival in arrivals:
        values["pain_point_id"] = arrival.theme


def _quotes(session: Session, mentions: Sequence[Any]) -> list[Quote]:
    """The texts of mentions that have just been deleted; their feedback still has them."""
    if not mentions:
        return []
    key = (col(Feedback.workspace_id), col(Feedback.id))
    ids = {(each.workspace_id, each.feedback_id) for each in mentions}
    texts = {
        (workspace_id, id): text
        for workspace_id, id, text in session.exec(
            select(*key, col(Feedback.text)).where(pair_in(*key, ids))
        )
    }
    return [
        Quote(
            place_of(each.workspace_id, each),
            each.pain_point_id,
            texts[each.workspace_id, each.feedback_id][each.start : each.end],
        )
        for each in mentions
    ]


def _insert(session: Session, written: Sequence[Written]) -> None:
    if mentions := [values for each in written for values in each.mentions]:
        session.execute(insert(MENTION), mentions)
    if vectors := [row for each in written for row in _vector_rows(each.mentions, each.vectors)]:
        session.execute(insert(MENTION_VECTOR), vectors)


def _is_final(outcome: Outcome) -> bool:
    return isinstance(outcome, AnalysedItem) or outcome.final


def _claimed_rows(session: Session, worker: str, ids: Iterable[Id]) -> Sequence[Feedback]:
    """The rows still claimed by ``worker``, locked in the order of their ids."""
    key = (col(Feedback.workspace_id), col(Feedback.id))
    return session.exec(
        select(Feedback)
        .where(pair_in(*key, ids), Feedback.claimed_by == worker)
        .order_by(*key)
        .options(*(defer(column) for column in TEXT_COLUMNS))
        .with_for_update()
    ).all()


def _delete_mentions(
    session: Session, delta: Delta, rows: Sequence[Feedback]
) -> Mapping[Id, Sequence[Any]]:
    """Delete the mentions of ``rows`` and their contribution.

    Returns:
        What was deleted, by item.
    """
    ids = [(row.workspace_id, row.id) for row in rows]
    deletion = delete(MENTION).where(pair_in(MENTION.c.workspace_id, MENTION.c.feedback_id, ids))
    old: dict[Id, list[Any]] = defaultdict(list)
    for mention in session.execute(deletion.returning(MENTION)):
        old[mention.workspace_id, mention.feedback_id].append(mention)
    for row in rows:
        delta.add(row, old[row.workspace_id, row.id], -1)
    return old


def _logs(session: Session, rows: Sequence[Feedback]) -> dict[Id, list[Correction]]:
    """The corrections of ``rows``, whose lock keeps others from adding to them."""
    ids = defaultdict(list)
    for row in rows:
        ids[row.workspace_id].append(row.id)
    logs: dict[Id, list[Correction]] = defaultdict(list)
    for workspace_id, keys in ids.items():
        for correction in corrections_of(session, workspace_id, keys):
            logs[workspace_id, correction.feedback_id].append(correction)
    return logs


def _labelled(
    read: AnalysedItem,
    mentions: list[Columns],
    vectors: Sequence[bytes | None],
    learned: LearnedLabels,
    log: Sequence[Correction],
) -> tuple[Columns, list[Columns]]:
    """The columns of an item and of its mentions, with learned labels and corrections applied."""
    if learned is NO_LEARNED_LABELS and not log:
        return item_columns(read.analysis), mentions
    item = read.input.item
    labelled = label(item.text, mentions, unpacked_vectors(vectors), learned, item, log)
    return summarized(read.analysis.language, labelled), labelled


def _vector_rows(mentions: Sequence[Columns], vectors: Sequence[bytes | None]) -> list[Columns]:
    """The rows with the vectors of one item's mentions; none, if the engine provides none."""
    key = ("workspace_id", "feedback_id", "ordinal", "model_version")
    return [
        {name: values[name] for name in key} | {"vector": vector}
        for values, vector in zip(mentions, vectors, strict=True)
        if vector
    ]


def _set_reading(
    row: Feedback, language: str, reading: Columns, version: str, now: datetime
) -> None:
    for name, value in reading.items():
        setattr(row, name, value)
    row.language_read = language
    row.state, row.attempts, row.error = DONE, 0, None
    row.analysis_version, row.analysed_at = version, now


def _mention_rows(read: AnalysedItem, version: str) -> list[Columns]:
    """The rows of an analysis, in its order."""
    by = {"stage": read.input.stage_provenance, "touchpoint": read.input.touchpoint_provenance}
    shared = {
        "workspace_id": read.input.item.workspace_id,
        "feedback_id": read.input.item.id,
        "model_version": version,
        "pain_point_id": None,
    }
    return [
        shared | bare_values(mention, by) | {"ordinal": ordinal}
        for ordinal, mention in enumerate(read.analysis.mentions)
    ]


def _record_failure(row: Feedback, failed: Failed, now: datetime) -> None:
    """Delay the item, or mark it as failed for good, without an analysis."""
    row.error = failed.reason
    if not failed.final:
        row.due_at = now + back_off(row.attempts)
        return
    row.state, row.analysis_version, row.analysed_at = FAILED, None, None
    for name in (*ITEM_LABELS, "language_read", "confidence", "candidates"):
        setattr(row, name, None)
