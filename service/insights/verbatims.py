"""What customers said, as it is shown with a pain point or a win: a few typical mentions.

Of a cell, which holds many matters, the most severe and surest mentions speak. Of a theme, all
mentions say much the same, so that the one nearest to the middle of them says it best.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from nlp.probe import unpacked
from service.insights.entries import Entry
from service.insights.pain_schemas import VerbatimOut
from service.insights.queries import evidence, typical
from service.insights.queries.evidence import Place
from service.insights.survey import Survey
from service.journey.names import folded

SHOWN: Final = 3
SPARE: Final = 3
"""How many more are read, to stand in for those that say the same in the same words."""

Said = dict[tuple[UUID, int], Row[Any]]


def verbatims(
    session: Session, survey: Survey, entries: Sequence[Entry]
) -> dict[UUID, list[VerbatimOut]]:
    """The most typical mentions of each entry by its id; a few statements for all of them."""
    places = _of_themes(session, survey, entries) | _of_cells(session, survey, entries)
    chosen = {id_: found[: SHOWN + SPARE] for id_, found in places.items()}
    rows = evidence.with_text(
        session,
        survey.selection.workspace_id,
        [place for found in chosen.values() for place in found],
    )
    said = {(row.feedback_id, row.ordinal): row for row in rows}
    return {id_: _different(found, said) for id_, found in chosen.items()}


def _of_cells(
    session: Session, survey: Survey, entries: Iterable[Entry]
) -> dict[UUID, list[Place]]:
    of_cell = survey.native
    native = {entry.id: of_cell.get(entry.cell, {}) for entry in entries if entry.theme is None}
    wanted = {part: count for parts in native.values() for part, count in parts.items()}
    places = typical.in_cells_of(session, survey.selection, survey.sentiment, wanted)
    return {
        id_: sorted((place for part in parts for place in places.get(part, ())), reverse=True)
        for id_, parts in native.items()
    }


def _of_themes(
    session: Session, survey: Survey, entries: Iterable[Entry]
) -> dict[UUID, list[Place]]:
    wanted = {
        entry.id: entry.mentions.mentions
        for entry in entries
        if entry.theme and entry.mentions.mentions
    }
    places = typical.in_themes(session, survey.selection, wanted)
    everywhere = [place for found in places.values() for place in found]
    vectors = _vectors(typical.vectors_at(session, survey.selection, everywhere))
    return {id_: most_central(found, vectors) for id_, found in places.items()}


class Vector(NamedTuple):
    """A packed vector and the model that made it: those of two models can't be compared."""

    model_version: str
    packed: bytes


def _vectors(rows: Iterable[Row[Any]]) -> dict[tuple[UUID, int], Vector]:
    return {(row.feedback_id, row.ordinal): Vector(row.model_version, row.vector) for row in rows}


def most_central(
    places: Iterable[Place], vectors: Mapping[tuple[UUID, int], Vector]
) -> list[Place]:
    """``places`` with those first whose vectors are nearest to the mean of all of them.

    Vectors of the most frequent model count; what has none comes last, most severe, then surest.
    """
    ranked = sorted(places, reverse=True)
    versions = Counter(vectors[place[2:]].model_version for place in ranked if place[2:] in vectors)
    if not versions:
        return ranked
    usual = versions.most_common(1)[0][0]
    known = [
        place
        for place in ranked
        if place[2:] in vectors and vectors[place[2:]].model_version == usual
    ]
    rows = unpacked([vectors[place[2:]].packed for place in known])
    nearness = rows @ rows.mean(axis=0)
    central = [known[index] for index in (-nearness).argsort(kind="stable")]
    return central + [place for place in ranked if place not in set(known)]


def _different(places: Iterable[Place], said: Said) -> list[VerbatimOut]:
    """The first of ``places`` that are still there and say it in different words."""
    found: dict[str, VerbatimOut] = {}
    for place in places:
        row = said.get(place[2:])
        if row is not None and len(found) < SHOWN:
            found.setdefault(
                folded(row.text), VerbatimOut.model_validate(row, from_attributes=True)
            )
    return list(found.values())
