"""Describes themes by their mentions: centroid, keywords, and a title unless a person gave one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session

from models.pain_point import PainPoint
from models.tables import MENTION, ROLLUP_ITEM_SPAN
from nlp.themes import Description, centroid, describe
from nlp.themes.space import Space, centroid_to_bytes
from service import clock
from service.rollups.segments import ALL_FEEDBACK
from service.rollups.spans import ITEMS_ONLY_VIEW, SLICES
from service.themes.places import Place, bump_stamp, lock_places
from service.themes.queries import Key, Sample, Text, sample_of, texts_of

DESCRIBED_MENTIONS: Final = 150
"""The number of latest mentions of a theme from which its centroid and its title are made."""
ANY_LANGUAGE: Final = "en"


class ThemeSample(NamedTuple):
    """The latest mentions of a theme, with the texts of those that still exist."""

    theme: UUID
    sample: Sample
    texts: Mapping[Key, Text]


class ThemeDescription(NamedTuple):
    """Centroid, title and keywords of a theme, and the mentions they were made from.

    ``words`` is None if none of the texts existed any more.
    """

    theme: UUID
    keys: Sequence[Key]
    centroid: bytes
    words: Description | None


def main_language(session: Session, workspace_id: UUID) -> str:
    """The language of most feedback of a workspace."""
    row = ROLLUP_ITEM_SPAN.c
    years = (
        row.workspace_id == workspace_id,
        row.span == SLICES["year"],
        row.segment == ALL_FEEDBACK,
        row.view == ITEMS_ONLY_VIEW,
    )
    most = (
        select(row.language)
        .where(*years)
        .group_by(row.language)
        .order_by(func.sum(row["items"]).desc(), row.language)
    )
    return session.scalar(most.limit(1)) or ANY_LANGUAGE


def sample_theme(
    session: Session, space: Space, workspace_id: UUID, theme: UUID
) -> ThemeSample | None:
    """The basis of a theme's description; None if the present model has read none of its
    mentions.
    """
    sample = sample_of(session, space, workspace_id, theme, DESCRIBED_MENTIONS)
    if not sample.keys:
        return None
    return ThemeSample(theme, sample, texts_of(session, workspace_id, sample.keys))


def describe_theme(
    theme: ThemeSample, language: str, background: Sequence[str]
) -> ThemeDescription:
    """Describe a theme in ``language``; its keywords stand out from the texts ``background``."""
    keys, vectors = theme.sample
    rows = [(i, *theme.texts[key]) for i, key in enumerate(keys) if key in theme.texts]
    words = None
    if rows:
        indices, texts, languages = zip(*rows, strict=True)
        words = describe(texts, languages, vectors[list(indices)], language, background)
    return ThemeDescription(theme.theme, keys, centroid_to_bytes(centroid(vectors)), words)


def store_descriptions(
    session: Session, space: Space, place: Place, descriptions: Iterable[ThemeDescription]
) -> None:
    """Store the centroid, title and keywords of themes; a title that a person gave stays.

    A theme that mentions have left since it was described is skipped: the new centroid would
    include words that may have been erased, and the new title and keywords would quote them.
    """
    lock_places(session, place)
    for each in descriptions:
        theme = session.get(PainPoint, (place.workspace_id, each.theme), populate_existing=True)
        if theme is None or theme.merged_into is not None:
            continue
        if not _has_all(session, theme, each.keys):
            continue
        theme.centroid, theme.model_version = each.centroid, space.name
        theme.updated_at = clock.now()
        if each.words:
            if theme.titled_by is None:
                theme.title = each.words.title
            theme.keywords = list(each.words.keywords) or [theme.title]
    session.flush()
    bump_stamp(session, place)


def _has_all(session: Session, theme: PainPoint, keys: Sequence[Key]) -> bool:
    """Whether all of these mentions still belong to a theme."""
    members = select(MENTION.c.feedback_id, MENTION.c.ordinal).where(
        MENTION.c.workspace_id == theme.workspace_id,
        MENTION.c.pain_point_id == theme.id,
        MENTION.c.feedback_id.in_({key.feedback_id for key in keys}),
    )
    return set(keys) <= {Key(*row) for row in session.execute(members)}
