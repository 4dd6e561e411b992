"""Labels stored mentions anew: the model's reading, then learned labels, then corrections.

The encoder isn't needed: vectors are stored with the mentions. The result is the same as if the
mentions were analysed, labelled and corrected just now.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlmodel import Session

from models.correction import Correction
from models.feedback import Feedback
from models.mention import Mention
from nlp.arrays import Float32
from nlp.themes.space import Space
from service.corrections.layers import (
    Columns,
    as_namespace,
    summarized,
    values_of,
    with_corrections,
    with_minimum_severity,
    without_layers,
)
from service.corrections.learned_labels import LearnedLabels, Sent, find_learned_labels
from service.corrections.matching import match_corrections
from service.corrections.mention_vectors import unpacked_vectors
from service.corrections.queries import corrections_of, vectors_of
from service.current_analysis import REANALYSE
from service.items import mentions_of
from service.journey.service import current_map
from service.rollups.apply import Delta, apply
from service.themes.arrivals import Arrival, assign_arrivals
from service.themes.places import place_of
from service.themes.quotes import Quote, withdraw_quotes


def relabel(session: Session, workspace_id: UUID, rows: Sequence[Feedback], space: Space) -> None:
    """Label the mentions of analysed ``rows`` anew, and update items and roll-ups.

    An item without a mention is where its sender stated that it belongs, which may be a label that
    has been taught.

    A mention that moves to another place leaves its theme, which no longer quotes it, and joins one
    there if its vector in ``space`` is near enough; back in its original place, it gets its former
    theme. The caller has locked the rows, and before them the workspace.
    """
    ids = [row.id for row in rows]
    mentions = mentions_of(session, workspace_id, ids)
    vectors = vectors_of(session, workspace_id, ids)
    logs: dict[UUID, list[Correction]] = defaultdict(list)
    for correction in corrections_of(session, workspace_id, ids):
        logs[correction.feedback_id].append(correction)
    labelled = [row for row in rows if mentions[row.id]]
    models = {mentions[row.id][0].model_version for row in labelled}
    learned = {model: find_learned_labels(session, workspace_id, model) for model in models}
    moved: list[tuple[Mention, Arrival]] = []
    left: list[Quote] = []
    delta = Delta()
    for row in labelled:
        found = mentions[row.id]
        delta.add(row, found, -1)
        before = [_quote(row, mention) for mention in found]
        stored = [vectors[row.id].get(mention.ordinal) for mention in found]
        _label(row, found, learned[found[0].model_version], stored, logs[row.id])
        moved += _moved(row, zip(found, before, stored, strict=True), space)
        pairs = zip(found, before, strict=True)
        left += [was for mention, was in pairs if mention.pain_point_id != was.theme]
    withdraw_quotes(session, left, [arrival.place for _, arrival in moved])
    assign_arrivals(session, space, [arrival for _, arrival in moved])
    for mention, arrival in moved:
        mention.pain_point_id = arrival.theme
    for row in labelled:
        delta.add(row, mentions[row.id])
    journey = current_map(session, workspace_id)
    for row in rows:
        if not mentions[row.id]:
            delta.add(row, [], -1)
            _set(row, journey.stated_cell(row.stage_sent, row.touchpoint_sent)._asdict())
            delta.add(row, [])
    session.flush()
    apply(session, delta)


def _quote(row: Feedback, mention: Mention) -> Quote:
    text = row.text[mention.start : mention.end]
    return Quote(place_of(row.workspace_id, mention), mention.pain_point_id, text)


def _moved(
    row: Feedback, found: Iterable[tuple[Mention, Quote, bytes | None]], space: Space
) -> Iterator[tuple[Mention, Arrival]]:
    """The mentions that are at another place now; where there are no themes, they have none.

    The theme of a mention that leaves its original place is kept, to be restored later.
    """
    for mention, before, vector in found:
        place = place_of(row.workspace_id, mention)
        if place == before.place:
            continue
        read_at = place_of(row.workspace_id, as_namespace(without_layers(values_of(mention))))
        if before.place == read_at:
            mention.replaced_pain_point_id = before.theme
        mention.pain_point_id = None
        if place is not None:
            known = vector if mention.model_version == space.version else None
            had = mention.replaced_pain_point_id if place == read_at else None
            yield mention, Arrival(place, known, row.occurred_at, had)


def _label(
    row: Feedback,
    mentions: Sequence[Mention],
    learned: LearnedLabels,
    stored: Sequence[bytes | None],
    log: Sequence[Correction],
) -> None:
    vectors = unpacked_vectors(stored)
    if vectors is None and learned.needs_vectors:
        row.analysis_version = REANALYSE
    read = [without_layers(values_of(mention)) for mention in mentions]
    labelled = label(row.text, read, vectors, learned, row, log)
    for mention, values in zip(mentions, labelled, strict=True):
        _set(mention, values)
    _set(row, summarized(row.language_read or row.language, labelled))


def label(
    text: str,
    read: Sequence[Columns],
    vectors: Float32 | None,
    learned: LearnedLabels,
    sent: Sent,
    log: Sequence[Correction],
) -> list[Columns]:
    """The effective readings of the mentions of ``text``, from their bare readings ``read``.

    Each correction of ``log``, the earliest first, records whether its span was found, and where:
    only positions in one and the same text can tell mentions with equal texts apart.
    """
    labelled = learned.apply(read, vectors, sent)
    matches = match_corrections(text, labelled, log)
    for correction, index in zip(log, matches.mentions, strict=True):
        correction.applied = index is not None
        if index is not None:
            correction.start, correction.end = labelled[index]["start"], labelled[index]["end"]
    for index, labels in matches.labels.items():
        labelled[index] = with_corrections(labelled[index], labels, matches.among[index])
    return [with_minimum_severity(values) for values in labelled]


def _set(row: Feedback | Mention, values: Columns) -> None:
    for name, value in values.items():
        setattr(row, name, value)
