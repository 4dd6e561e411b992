"""What a theme is called: by a person, or by what is most typical of its mentions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session

from models.pain_point import PainPoint
from nlp.themes import Description, centroid, describe
from service import clock
from service.rollups.apply import ROLLUP_ITEM_SPAN
from service.rollups.segments import EVERYBODY
from service.rollups.spans import SLICES, WHOLE
from service.themes.due import mark
from service.themes.members import MENTION, Key, Sample, sample_of, texts_of
from service.themes.places import THEME, Place, hold, stamp
from service.themes.rows import UNTITLED, plain_title
from service.themes.space import Space, stored

LOOKED_AT: Final = 150
"""The latest mentions of a theme that its centroid and its title are made of."""
ANY_LANGUAGE: Final = "en"


class Portrait(NamedTuple):
    """What the latest mentions of a theme say of it, and which these are."""

    theme: UUID
    keys: Sequence[Key]
    centroid: bytes
    description: Description | None


class Sitting(NamedTuple):
    """The latest mentions of a theme with their texts and languages, by mention."""

    theme: UUID
    sample: Sample
    said: Mapping[Key, tuple[str, str]]


class Said(NamedTuple):
    """What was said, and the theme of which place it belongs to, if to any."""

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


def sit(session: Session, space: Space, workspace_id: UUID, theme: UUID) -> Sitting | None:
    """What a portrait is made of; None if the present model has read none of its mentions."""
    sample = sample_of(session, space, workspace_id, theme, LOOKED_AT)
    if not sample.keys:
        return None
    return Sitting(theme, sample, texts_of(session, workspace_id, sample.keys))


def portray(sitting: Sitting, language: str, background: Sequence[str]) -> Portrait:
    """Centroid, title and keywords."""
    keys, vectors = sitting.sample
    told = [(i, *sitting.said[key]) for i, key in enumerate(keys) if key in sitting.said]
    description = None
    if told:
        indices, texts, languages = zip(*told, strict=True)
        description = describe(texts, languages, vectors[list(indices)], language, background)
    return Portrait(sitting.theme, keys, stored(centroid(vectors)), description)


def hang(session: Session, space: Space, place: Place, portraits: Iterable[Portrait]) -> None:
    """Let themes be as they were portrayed; a person's title stays, keywords follow the members.

    What was said by somebody whose words have been erased meanwhile is not repeated.
    """
    hold(session, place)
    for portrait in portraits:
        theme = session.get(PainPoint, (place.workspace_id, portrait.theme), populate_existing=True)
        if theme is None or theme.merged_into is not None:
            continue
        theme.centroid, theme.model_version = portrait.centroid, space.name
        theme.updated_at = clock.now()
        if portrait.description and _all_there(session, theme, portrait):
            if theme.titled_by is None:
                theme.title = portrait.description.title
            theme.keywords = list(portrait.description.keywords) or [theme.title]
    session.flush()
    stamp(session, place)


def _all_there(session: Session, theme: PainPoint, portrait: Portrait) -> bool:
    ids = {key.feedback_id for key in portrait.keys}
    members = select(MENTION.c.feedback_id, MENTION.c.ordinal).where(
        MENTION.c.workspace_id == theme.workspace_id,
        MENTION.c.pain_point_id == theme.id,
        MENTION.c.feedback_id.in_(ids),
    )
    return set(portrait.keys) <= {Key(*row) for row in session.execute(members)}


def unsay(session: Session, gone: Iterable[Said], held_next: Iterable[Place] = ()) -> None:
    """Take titles and keywords away that are from mentions which leave their theme, or are to go.

    Their feedback is locked. A theme that loses its title has one without a quote until the next
    refresh finds another. A person's title is theirs, but not the keywords beside it. Places that
    the caller is to hold next are held here, in one order with those of ``gone``.
    """
    texts: dict[UUID, list[str]] = defaultdict(list)
    places: dict[UUID, Place] = {}
    for place, theme, text in gone:
        if theme is not None and place is not None:
            texts[theme].append(_folded(text))
            places[theme] = place
    if not texts:
        return
    hold(session, *places.values(), *held_next)
    unsaid = {
        places[theme.id]
        for theme in _themes(session, places)
        if _unsay(theme, places[theme.id], texts[theme.id])
    }
    session.flush()
    for place in sorted(unsaid):
        mark(session, place)


def _themes(session: Session, places: Mapping[UUID, Place]) -> Sequence[PainPoint]:
    workspaces = {place.workspace_id for place in places.values()}
    found = (
        select(PainPoint)
        .where(THEME.c.workspace_id.in_(workspaces), THEME.c.id.in_(list(places)))
        .execution_options(populate_existing=True)
    )
    return session.scalars(found).all()


def _unsay(theme: PainPoint, place: Place, texts: Sequence[str]) -> bool:
    """Whether anything of what was said had to go.

    The first letter of a title was made a capital, which not every language takes back: "ı" is "I",
    and that is "i".
    """
    quote = _folded(theme.title.removesuffix("…")[1:])
    if theme.titled_by is None and any(quote in text for text in texts):
        theme.title = plain_title(place)
    elif not any(_folded(keyword) in text for keyword in theme.keywords for text in texts):
        return False
    theme.keywords, theme.updated_at = UNTITLED, clock.now()
    return True


def _folded(text: str) -> str:
    """Letters and digits alone: between words of a keyword there may have been other signs."""
    return "".join(filter(str.isalnum, text.casefold()))
