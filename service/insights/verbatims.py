"""The verbatims shown with a pain point or a win: a few of its mentions.

A cell covers many topics: its most severe and most confident mentions are shown. The mentions of a
theme say much the same: those nearest to their mean vector are shown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from nlp.vectors import unpacked
from service.insights.entries import Entry
from service.insights.pain_schemas import VerbatimOut
from service.insights.queries import mentions, most_severe
from service.insights.queries.mentions import MentionRank
from service.insights.totals import Totals
from service.journey.names import folded

SHOWN: Final = 3
SPARE: Final = 3
"""How many more are read, to replace those with the same words as another."""

RowsByKey = dict[tuple[UUID, int], Row[Any]]


def verbatims(
    session: Session, totals: Totals, entries: Sequence[Entry]
) -> dict[UUID, list[VerbatimOut]]:
    """The mentions to show by entry id, read with a few statements for all entries."""
    ranks = _of_themes(session, totals, entries) | _of_cells(session, totals, entries)
    chosen = {id_: found[: SHOWN + SPARE] for id_, found in ranks.items()}
    rows = mentions.quotes_of(
        session,
        totals.selection.workspace_id,
        [rank for found in chosen.values() for rank in found],
    )
    by_key = {(row.feedback_id, row.ordinal): row for row in rows}
    return {id_: _different(found, by_key) for id_, found in chosen.items()}


def _of_cells(
    session: Session, totals: Totals, entries: Iterable[Entry]
) -> dict[UUID, list[MentionRank]]:
    of_cell = totals.native
    native = {entry.id: of_cell.get(entry.cell, {}) for entry in entries if entry.theme is None}
    wanted = {part: count for parts in native.values() for part, count in parts.items()}
    ranks = most_severe.by_cell(session, totals.selection, totals.sentiment, wanted)
    return {
        id_: _best_first(rank for part in parts for rank in ranks.get(part, ()))
        for id_, parts in native.items()
    }


def _of_themes(
    session: Session, totals: Totals, entries: Iterable[Entry]
) -> dict[UUID, list[MentionRank]]:
    wanted = {
        entry.id: entry.mentions.mentions
        for entry in entries
        if entry.theme and entry.mentions.mentions
    }
    ranks = most_severe.by_theme(session, totals.selection, wanted)
    everywhere = [rank for found in ranks.values() for rank in found]
    vectors = _vectors(most_severe.vectors_at(session, totals.selection, everywhere))
    return {id_: most_central(found, vectors) for id_, found in ranks.items()}


class Vector(NamedTuple):
    """A packed vector, and the model that made it: those of two models can't be compared."""

    model_version: str
    packed: bytes


def _vectors(rows: Iterable[Row[Any]]) -> dict[tuple[UUID, int], Vector]:
    return {(row.feedback_id, row.ordinal): Vector(row.model_version, row.vector) for row in rows}


def most_central(
    ranks: Iterable[MentionRank], vectors: Mapping[tuple[UUID, int], Vector]
) -> list[MentionRank]:
    """``ranks`` ordered by the nearness of their vectors to the mean of all vectors.

    Only vectors of the most frequent model count; ranks without one come last, the greatest first.
    """
    ranked = _best_first(ranks)
    versions = Counter(vectors[rank.key].model_version for rank in ranked if rank.key in vectors)
    if not versions:
        return ranked
    usual = versions.most_common(1)[0][0]
    known = [
        rank for rank in ranked if rank.key in vectors and vectors[rank.key].model_version == usual
    ]
    rows = unpacked([vectors[rank.key].packed for rank in known])
    nearness = rows @ rows.mean(axis=0)
    central = [known[index] for index in (-nearness).argsort(kind="stable")]
    return central + [rank for rank in ranked if rank not in set(known)]


def _best_first(ranks: Iterable[MentionRank]) -> list[MentionRank]:
    return sorted(ranks, key=lambda rank: rank.sort_key, reverse=True)


def _different(ranks: Iterable[MentionRank], by_key: RowsByKey) -> list[VerbatimOut]:
    """The first ``SHOWN`` of ``ranks`` whose mentions still exist and differ in their words."""
    found: dict[str, VerbatimOut] = {}
    for rank in ranks:
        row = by_key.get(rank.key)
        if row is not None and len(found) < SHOWN:
            found.setdefault(
                folded(row.text), VerbatimOut.model_validate(row, from_attributes=True)
            )
    return list(found.values())
