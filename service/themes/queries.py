"""Statements over the mentions of a theme, and over loose ones."""

from collections.abc import Collection, Iterable, Sequence
from itertools import product
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, exists, func, literal, tuple_
from sqlalchemy import select as select_columns
from sqlmodel import Session

from models.tables import FEEDBACK, MENTION, MENTION_VECTOR, ROLLUP_PAIN_SPAN
from nlp.arrays import Float32
from nlp.labels import SEVERITIES
from nlp.themes import centroid
from nlp.themes.space import Space
from service.journey.mapping import LearnedKeys
from service.journey.native import with_learned
from service.rollups.segments import ALL_FEEDBACK
from service.themes.places import Place

HAS_VECTOR: Final = and_(
    MENTION_VECTOR.c.workspace_id == MENTION.c.workspace_id,
    MENTION_VECTOR.c.feedback_id == MENTION.c.feedback_id,
    MENTION_VECTOR.c.ordinal == MENTION.c.ordinal,
)


class Key(NamedTuple):
    """Identifies a mention within a workspace."""

    feedback_id: UUID
    ordinal: int


class IndexRange(NamedTuple):
    """A range of the index ``ix_mention_cell``, in which mentions are in the order of their ids."""

    workspace_id: UUID
    stage: str
    touchpoint: str
    sentiment: str
    severity: int


class Sample(NamedTuple):
    """Some mentions, the latest first, and their vectors (n, d), which are comparable."""

    keys: Sequence[Key]
    vectors: Float32


class Text(NamedTuple):
    """The text of a mention, and its language."""

    text: str
    language: str


def latest_loose(
    session: Session, space: Space, place: Place, known: LearnedKeys, limit: int
) -> Sample:
    """The latest loose mentions of ``place``; ``known`` are the labels that were learned."""
    loose = _latest(place.workspace_id, space, limit).where(
        MENTION.c.stage.in_(_labels(place.stage, known.stage)),
        MENTION.c.touchpoint.in_(_labels(place.touchpoint, known.touchpoint)),
        MENTION.c.sentiment == place.sentiment,
        MENTION.c.pain_point_id.is_(None),
    )
    return _sample(session, space, loose)


def index_ranges(place: Place, known: LearnedKeys) -> list[IndexRange]:
    """The ranges of the index that have the mentions of ``place``; ``known`` as above."""
    stages = _labels(place.stage, known.stage)
    touchpoints = _labels(place.touchpoint, known.touchpoint)
    return [
        IndexRange(place.workspace_id, stage, touchpoint, place.sentiment, int(severity))
        for stage, touchpoint, severity in product(stages, touchpoints, SEVERITIES)
    ]


def loose_in(
    session: Session, space: Space, range_: IndexRange, before: Key | None, limit: int
) -> Sample:
    """A page of the loose mentions in a range, the latest first.

    ``before`` is the last mention of the previous page; None for the first page.
    """
    key = (MENTION.c.feedback_id, MENTION.c.ordinal)
    loose = _read_by(space).where(
        *(MENTION.c[name] == value for name, value in range_._asdict().items()),
        MENTION.c.pain_point_id.is_(None),
    )
    if before is not None:
        last = tuple_(literal(before.feedback_id, Uuid), literal(before.ordinal))
        loose = loose.where(tuple_(*key) < last)
    latest = loose.order_by(*(column.desc() for column in key)).limit(limit)
    return _sample(session, space, latest)


def sample_of(
    session: Session, space: Space, workspace_id: UUID, theme: UUID, limit: int
) -> Sample:
    """The latest mentions of a theme that the present model has read."""
    latest = _latest(workspace_id, space, limit).where(MENTION.c.pain_point_id == theme)
    return _sample(session, space, latest)


def count_read(session: Session, space: Space, workspace_id: UUID, theme: UUID, limit: int) -> int:
    """How many mentions of a theme the present model has read, up to ``limit``."""
    read = _read_by(space).where(
        MENTION.c.workspace_id == workspace_id, MENTION.c.pain_point_id == theme
    )
    count = select_columns(func.count()).select_from(read.limit(limit).subquery())
    return session.scalar(count) or 0


def keys_of(
    session: Session, workspace_id: UUID, themes: Collection[UUID], limit: int
) -> list[Key]:
    """Some mentions of these themes, read by any model."""
    found = select_columns(MENTION.c.feedback_id, MENTION.c.ordinal).where(
        MENTION.c.workspace_id == workspace_id, MENTION.c.pain_point_id.in_(themes)
    )
    return [Key(*row) for row in session.execute(found.limit(limit))]


def centroid_of(
    session: Session, space: Space, workspace_id: UUID, keys: Collection[Key]
) -> Float32 | None:
    """The centroid (d,) of those mentions that the present model has read."""
    wanted = _latest(workspace_id, space, None).where(
        MENTION.c.feedback_id.in_({key.feedback_id for key in keys})
    )
    sample = _sample(session, space, wanted)
    rows = [index for index, key in enumerate(sample.keys) if key in keys]
    return centroid(sample.vectors[rows]) if rows else None


def has_unread(session: Session, space: Space, workspace_id: UUID, theme: UUID) -> bool:
    """Whether a theme has mentions that the present model has not read."""
    return has_members(session, workspace_id, theme, MENTION.c.model_version != space.version)


def has_members(session: Session, workspace_id: UUID, theme: UUID, *conditions: Any) -> bool:
    """Whether any mention (that meets ``conditions``) belongs to a theme."""
    members = exists().where(
        MENTION.c.workspace_id == workspace_id, MENTION.c.pain_point_id == theme, *conditions
    )
    return bool(session.scalar(select_columns(members)))


def sizes(session: Session, workspace_id: UUID, themes: Collection[UUID]) -> dict[UUID, int]:
    """How many mentions each of these themes has."""
    row = ROLLUP_PAIN_SPAN.c
    sums = (
        select_columns(row.pain_point_id, func.sum(row.mentions))
        .where(
            row.workspace_id == workspace_id,
            row.pain_point_id.in_(themes),
            row.span == "year",
            row.segment == ALL_FEEDBACK,
        )
        .group_by(row.pain_point_id)
    )
    return {id: int(count) for id, count in session.execute(sums)}


def texts_of(session: Session, workspace_id: UUID, keys: Collection[Key]) -> dict[Key, Text]:
    """The text and the language of each mention that is still there."""
    columns = FEEDBACK.c
    language = func.coalesce(columns.language_read, columns.language)
    said = func.substr(columns.text, MENTION.c.start + 1, MENTION.c.end - MENTION.c.start)
    found = (
        select_columns(MENTION.c.feedback_id, MENTION.c.ordinal, said, language)
        .join(
            FEEDBACK,
            and_(
                columns.workspace_id == MENTION.c.workspace_id,
                columns.id == MENTION.c.feedback_id,
            ),
        )
        .where(
            MENTION.c.workspace_id == workspace_id,
            MENTION.c.feedback_id.in_({key.feedback_id for key in keys}),
        )
    )
    texts = {
        Key(id, ordinal): Text(text, spoken) for id, ordinal, text, spoken in session.execute(found)
    }
    return {key: texts[key] for key in keys if key in texts}


def _labels(native: str, learned: Iterable[str]) -> list[str]:
    """A native label, alone and with each learned one that may be appended to it."""
    return [with_learned(native, key) for key in ("", *sorted(learned))]


def _latest(workspace_id: UUID, space: Space, limit: int | None) -> Select[Any]:
    return (
        _read_by(space)
        .where(MENTION.c.workspace_id == workspace_id)
        .order_by(MENTION.c.feedback_id.desc(), MENTION.c.ordinal)
        .limit(limit)
    )


def _read_by(space: Space) -> Select[Any]:
    return (
        select_columns(MENTION.c.feedback_id, MENTION.c.ordinal, MENTION_VECTOR.c.vector)
        .select_from(MENTION.join(MENTION_VECTOR, HAS_VECTOR))
        .where(MENTION_VECTOR.c.model_version == space.version)
    )


def _sample(session: Session, space: Space, found: Select[Any]) -> Sample:
    rows = session.execute(found).all()
    keys = [Key(id, ordinal) for id, ordinal, _ in rows]
    return Sample(keys, space.project([vector for *_, vector in rows]))
