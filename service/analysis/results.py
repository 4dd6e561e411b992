"""Writes analyses: mentions, item-level readings and roll-ups, in one transaction.

A row that changed since it was claimed, or whose claim went to another worker, is skipped: its new
text or its new claimant brings its own result.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, insert
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from models.correction import Correction
from models.feedback import DONE, FAILED, TEXT_COLUMNS, Feedback
from models.tables import MENTION, MENTION_VECTOR
from nlp.documents import Analysis
from nlp.themes.space import Space
from nlp.vectors import packed, unpacked
from service.analysis.briefs import Brief
from service.analysis.claims import back_off
from service.corrections.labelling import NOTHING, Learned, learned_in
from service.corrections.layers import (
    READ,
    Values,
    bare_values,
    counted,
    item_columns,
    summarized,
)
from service.corrections.queries import corrections_of
from service.corrections.relabel import label
from service.ids import Id, pair_in
from service.rollups.apply import Delta, apply
from service.themes.arrivals import Arrival, assign_arrivals
from service.themes.naming import Quote, withdraw_quotes
from service.themes.places import place_of

RETRIED: Final = "retried"


class Read(NamedTuple):
    """An item that was analysed."""

    brief: Brief
    analysis: Analysis

    @property
    def revision(self) -> int:
        """The revision of the text that was analysed."""
        return self.brief.item.revision


class Failed(NamedTuple):
    """An item that could not be analysed, this time or (``final``) for good."""

    revision: int
    reason: str
    final: bool


Outcome = Read | Failed


class Writer(NamedTuple):
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
    mentions: list[Values]
    vectors: Sequence[bytes]


def write(
    session: Session, writer: Writer, outcomes: Mapping[Id, Outcome], now: datetime
) -> dict[Id, str]:
    """Write ``outcomes``; returns done, failed or retried by id, without the rows that were
    skipped.
    """
    learned = {
        workspace: learned_in(session, workspace, writer.version)
        for workspace in sorted({workspace for workspace, _ in outcomes})
    }
    pairs = [
        (row, outcomes[row.workspace_id, row.id])
        for row in _claimed_rows(session, writer.worker, outcomes)
        if row.revision == outcomes[row.workspace_id, row.id].revision
    ]
    delta = Delta()
    old = _take_away(session, delta, [row for row, outcome in pairs if _is_final(outcome)])
    logs = _logs(session, [row for row, outcome in pairs if isinstance(outcome, Read)])
    written: list[Written] = []
    for row, outcome in pairs:
        row.claimed_by = row.claimed_until = None
        if isinstance(outcome, Read):
            read = _mention_rows(outcome, writer.version)
            kept = _packed(outcome.analysis)
            log = logs[row.workspace_id, row.id]
            item, read = _labelled(outcome, read, kept, learned[row.workspace_id], log)
            if not read:
                item |= outcome.brief.place._asdict()
            _enter(row, outcome.analysis.language, item, writer.version, now)
            written.append(Written(row, read, kept if len(kept) == len(read) else []))
        else:
            _refuse(row, outcome, now)
    session.flush()
    _assign_themes(session, writer.space, written, old)
    for each in written:
        delta.add(each.row, [counted(values) for values in each.mentions])
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
    arrivals: list[tuple[Values, Arrival]] = []
    for row, mentions, vectors in written:
        for values, vector in zip_longest(mentions, vectors):
            place = place_of(row.workspace_id, counted(values))
            span = (row.workspace_id, row.id, values["start"], values["end"])
            was = left.pop((*span, place), None)
            values["replaced_pain_point_id"] = was.replaced_pain_point_id if was else None
            if place is not None:
                theme = was.pain_point_id if was else None
                arrivals.append((values, Arrival(place, vector, row.occurred_at, theme)))
    gone = [was for was in left.values() if was.pain_point_id is not None]
    withdraw_quotes(session, _quotes(session, gone), [arrival.place for _, arrival in arrivals])
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
    return isinstance(outcome, Read) or outcome.final


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


def _take_away(
    session: Session, delta: Delta, rows: Sequence[Feedback]
) -> Mapping[Id, Sequence[Any]]:
    """Delete the mentions of ``rows`` and their contribution.

    Returns:
        What was deleted, by item.
    """
    ids = [(row.workspace_id, row.id) for row in rows]
    gone = delete(MENTION).where(pair_in(MENTION.c.workspace_id, MENTION.c.feedback_id, ids))
    old: dict[Id, list[Any]] = defaultdict(list)
    for mention in session.execute(gone.returning(MENTION)):
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
    read: Read,
    mentions: list[Values],
    vectors: Sequence[bytes],
    learned: Learned,
    log: Sequence[Correction],
) -> tuple[Values, list[Values]]:
    """The columns of an item and of its mentions, with learned labels and corrections applied."""
    if learned is NOTHING and not log:
        return item_columns(read.analysis), mentions
    item = read.brief.item
    stored = unpacked(vectors) if vectors and len(vectors) == len(mentions) else None
    laid = label(item.text, mentions, stored, learned, item, log)
    return summarized(read.analysis.language, laid), laid


def _packed(analysis: Analysis) -> list[bytes]:
    return [packed(mention.embedding) for mention in analysis.mentions if mention.embedding]


def _vector_rows(mentions: Sequence[Values], vectors: Sequence[bytes]) -> list[Values]:
    """The rows with the vectors of one item's mentions; none, if the engine provides none."""
    key = ("workspace_id", "feedback_id", "ordinal", "model_version")
    return [
        {name: values[name] for name in key} | {"vector": vector}
        for values, vector in zip(mentions, vectors, strict=False)
    ]


def _enter(row: Feedback, language: str, reading: Values, version: str, now: datetime) -> None:
    for name, value in reading.items():
        setattr(row, name, value)
    row.language_read = language
    row.state, row.attempts, row.error = DONE, 0, None
    row.analysis_version, row.analysed_at = version, now


def _mention_rows(read: Read, version: str) -> list[Values]:
    """The rows of an analysis, in its order."""
    by = {"stage": read.brief.stage_provenance, "touchpoint": read.brief.touchpoint_provenance}
    shared = {
        "workspace_id": read.brief.item.workspace_id,
        "feedback_id": read.brief.item.id,
        "model_version": version,
        "pain_point_id": None,
    }
    return [
        shared | bare_values(mention, by) | {"ordinal": ordinal}
        for ordinal, mention in enumerate(read.analysis.mentions)
    ]


def _refuse(row: Feedback, failed: Failed, now: datetime) -> None:
    """Delay the item, or mark it as failed for good, without an analysis."""
    row.error = failed.reason
    if not failed.final:
        row.due_at = now + back_off(row.attempts)
        return
    row.state, row.analysis_version, row.analysed_at = FAILED, None, None
    for name in (*READ, "language_read", "confidence", "candidates"):
        setattr(row, name, None)
