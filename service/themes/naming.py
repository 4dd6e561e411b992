"""The title of a theme: given by a person, or taken from its most typical mentions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session

from models.pain_point import PainPoint
from models.tables import MENTION, ROLLUP_ITEM_SPAN, THEME
from nlp.themes import Description, centroid, describe
from nlp.themes.space import Space, centroid_to_bytes
from service import clock
from service.rollups.segments import EVERYBODY
from service.rollups.spans import SLICES, WHOLE
from service.themes.due import mark
from service.themes.members import Key, Sample, Text, sample_of, texts_of
from service.themes.places import Place, hold, stamp
from service.themes.rows import UNTITLED, plain_title

LOOKED_AT: Final = 150
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


class Quote(NamedTuple):
    """The text of a mention, which a theme may quote, and the ``place`` and ``theme`` it had."""

    place: Place | None
    theme: UUID | None
    text: str


def main_language(session: Session, workspace_id: UUID) -> str:
    """The language of most feedback of a workspace."""
    row = ROLLUP_ITEM_SPAN.c
    years = (
        row.workspace_id == workspace_id,
        row.span == SLICES["year"],
        row.segment == EVERYBODY,
        row.view == WHOLE,
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
    sample = sample_of(session, space, workspace_id, theme, LOOKED_AT)
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
    hold(session, place)
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
    stamp(session, place)


def _has_all(session: Session, theme: PainPoint, keys: Sequence[Key]) -> bool:
    """Whether all of these mentions still belong to a theme."""
    members = select(MENTION.c.feedback_id, MENTION.c.ordinal).where(
        MENTION.c.workspace_id == theme.workspace_id,
        MENTION.c.pain_point_id == theme.id,
        MENTION.c.feedback_id.in_({key.feedback_id for key in keys}),
    )
    return set(keys) <= {Key(*row) for row in session.execute(members)}


def withdraw_quotes(
    session: Session, quotes: Iterable[Quote], held_next: Iterable[Place] = ()
) -> None:
    """Remove titles and keywords that quote mentions which have left their theme or will.

    The feedback of ``quotes`` is locked. A theme that loses its title is named after its place
    until the next refresh finds another. A title that a person gave stays; its keywords are
    removed.

    ``held_next`` are places that the caller will hold after this. They are held here, so that all
    places are held in one order and no two transactions wait for each other.
    """
    texts: dict[UUID, list[str]] = defaultdict(list)
    places: dict[UUID, Place] = {}
    for place, theme, text in quotes:
        if theme is not None and place is not None:
            texts[theme].append(_folded(text))
            places[theme] = place
    if not texts:
        return
    hold(session, *places.values(), *held_next)
    changed = {
        places[theme.id]
        for theme in _themes(session, places)
        if _withdraw(theme, places[theme.id], texts[theme.id])
    }
    session.flush()
    for place in sorted(changed):
        mark(session, place)


def _themes(session: Session, places: Mapping[UUID, Place]) -> Sequence[PainPoint]:
    workspaces = {place.workspace_id for place in places.values()}
    found = (
        select(PainPoint)
        .where(THEME.c.workspace_id.in_(workspaces), THEME.c.id.in_(list(places)))
        .execution_options(populate_existing=True)
    )
    return session.scalars(found).all()


def _withdraw(theme: PainPoint, place: Place, texts: Sequence[str]) -> bool:
    """Remove title and keywords if they quote one of ``texts``; returns whether they did.

    The first letter of a title is not compared. It was capitalised, and folding does not restore
    the same letter in every language: "ı" becomes "I", and that becomes "i".
    """
    quote = _folded(theme.title.removesuffix("…")[1:])
    if theme.titled_by is None and any(quote in text for text in texts):
        theme.title = plain_title(place)
    elif not any(_folded(keyword) in text for keyword in theme.keywords for text in texts):
        return False
    theme.keywords, theme.updated_at = UNTITLED, clock.now()
    return True


def _folded(text: str) -> str:
    """Only letters and digits: the words of a keyword may have been separated by other
    characters.
    """
    return "".join(filter(str.isalnum, text.casefold()))
