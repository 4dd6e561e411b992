"""Mentions that are new, or new to their place, join a theme of the place if one is near."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from models.pain_point import REOPENED, RESOLVED
from models.tables import THEME
from nlp.arrays import Float32
from nlp.themes.space import Space
from service import clock
from service.themes.places import ArrivalCounts, Place, bump_stamp, lock_and_count
from service.themes.theme_cache import PlaceThemes, cached_themes, load_themes


@dataclass(slots=True)
class Arrival:
    """A mention that has come to ``place``; ``vector`` is as stored, None if the engine gave none.

    ``theme`` is the theme that it had at the same place before it was analysed again or relabelled,
    if any: it keeps or regains that one. ``assign_arrivals`` sets it to the mention's new theme.
    """

    place: Place
    vector: bytes | None
    occurred_at: datetime
    theme: UUID | None = None


def assign_arrivals(session: Session, space: Space, arrivals: Sequence[Arrival]) -> None:
    """Set the theme of each of ``arrivals``, in the transaction that writes their mentions.

    It is the nearest theme of the place, if the cosine reaches the model's ``join`` limit. The
    places are locked until the transaction ends. This takes one statement while the themes that
    this process has cached are up to date; those of places that have changed are read again.
    """
    by_place: dict[Place, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        by_place[arrival.place].append(arrival)
    vectors = _vectors(space, arrivals)
    known = {place: cached_themes(place, space) for place in by_place}
    themes = {place: _themes(known[place], by_place[place], vectors, space) for place in by_place}
    arrived = {place: _count(known[place], themes[place], by_place[place]) for place in by_place}
    stamps = lock_and_count(session, arrived)
    changed = {place: at for place, at in stamps.items() if at != known[place].stamp}
    if changed:
        known |= load_themes(session, changed, space)
        again = {p: _themes(known[p], by_place[p], vectors, space) for p in changed}
        recount = {p: _count(known[p], again[p], by_place[p]) for p in changed}
        lock_and_count(session, {p: _difference(recount[p], arrived[p]) for p in changed})
        themes |= again
    for place, members in by_place.items():
        _reopen(session, place, known[place], zip(themes[place], members, strict=True))
        for member, theme in zip(members, themes[place], strict=True):
            member.theme = theme


def _reopen(
    session: Session,
    place: Place,
    known: PlaceThemes,
    assigned: Iterable[tuple[UUID | None, Arrival]],
) -> None:
    """Reopen resolved themes that got a mention from after they were resolved.

    A mention that had the theme before does not count.
    """
    again = {
        theme
        for theme, member in assigned
        if theme is not None
        and theme in known.resolved
        and not _had(known, member, theme)
        and member.occurred_at > known.resolved[theme]
    }
    if not again:
        return
    resolved = (THEME.c.workspace_id == place.workspace_id, THEME.c.status == RESOLVED)
    update = THEME.update().where(*resolved, THEME.c.id.in_(again))
    session.execute(update.values(status=REOPENED, updated_at=clock.now()))
    bump_stamp(session, place)


def _vectors(space: Space, arrivals: Sequence[Arrival]) -> Mapping[int, Float32]:
    """The vectors of those that have one, by the ``id()`` of the arrival."""
    stored = {id(each): each.vector for each in arrivals if each.vector}
    return dict(zip(stored, space.project(list(stored.values())), strict=True))


def _had(known: PlaceThemes, member: Arrival, theme: UUID) -> bool:
    """Whether the mention belonged to ``theme`` before."""
    return member.theme is not None and known.survivors.get(member.theme) == theme


def _count(
    known: PlaceThemes, themes: Sequence[UUID | None], members: Sequence[Arrival]
) -> ArrivalCounts:
    """How many have joined one of ``themes`` that they did not have before, and how many are loose.

    Those without a vector are not: a refresh can't make a new theme of them.
    """
    pairs = list(zip(themes, members, strict=True))
    return ArrivalCounts(
        loose=sum(theme is None and member.vector is not None for theme, member in pairs),
        joined=sum(theme is not None and not _had(known, member, theme) for theme, member in pairs),
    )


def _difference(later: ArrivalCounts, earlier: ArrivalCounts) -> ArrivalCounts:
    return ArrivalCounts(later.loose - earlier.loose, later.joined - earlier.joined)


def _themes(
    known: PlaceThemes, members: Sequence[Arrival], vectors: Mapping[int, Float32], space: Space
) -> list[UUID | None]:
    """The theme of each member: its former one (or what that was merged into), or the nearest."""
    themes = [known.survivors.get(member.theme) if member.theme else None for member in members]
    for index, member in enumerate(members):
        if themes[index] is None and (row := vectors.get(id(member))) is not None:
            [themes[index]] = known.nearest(row[None, :], space.limits.join)
    return themes
