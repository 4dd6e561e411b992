"""Mentions that are new to their place, or to the world, find the theme that they are about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from models.pain_point import REOPENED, RESOLVED
from nlp.backends.protocol import Float
from service import clock
from service.themes.known import Known, learn, remembered
from service.themes.places import THEME, Place, arrive, stamp
from service.themes.space import Space


@dataclass(slots=True)
class Newcomer:
    """A mention at ``place``; ``vector`` is as stored, None if the engine gave none.

    ``theme`` is the one that it had at the same place before it was analysed again, and afterwards
    the one that it has: it stays, whoever put it there.
    """

    place: Place
    vector: bytes | None
    occurred_at: datetime
    theme: UUID | None = None


def settle(session: Session, space: Space, newcomers: Sequence[Newcomer]) -> None:
    """Give each of ``newcomers`` its theme, in the transaction that writes their mentions.

    The nearest one of the place, if it is as near as ``join``. One statement, as long as what this
    process knows of the places is up to date; they are held until the transaction ends.
    """
    by_place: dict[Place, list[Newcomer]] = defaultdict(list)
    for newcomer in newcomers:
        by_place[newcomer.place].append(newcomer)
    vectors = _placed(space, newcomers)
    known = {place: remembered(place, space) for place in by_place}
    themes = {place: _themes(known[place], by_place[place], vectors, space) for place in by_place}
    loose = {place: _loose(themes[place], members) for place, members in by_place.items()}
    stamps = arrive(session, loose)
    changed = {place: at for place, at in stamps.items() if at != known[place].stamp}
    if changed:
        known |= learn(session, changed, space)
        again = {p: _themes(known[p], by_place[p], vectors, space) for p in changed}
        arrive(session, {p: _loose(again[p], by_place[p]) - loose[p] for p in changed})
        themes |= again
    for place, members in by_place.items():
        reopen(session, place, known[place], zip(themes[place], members, strict=True))
        for member, theme in zip(members, themes[place], strict=True):
            member.theme = theme


def reopen(
    session: Session,
    place: Place,
    known: Known,
    assigned: Iterable[tuple[UUID | None, Newcomer]],
) -> None:
    """What was resolved and is complained about since, by somebody new to it, is open again."""
    back = {
        theme
        for theme, member in assigned
        if theme is not None
        and theme in known.resolved
        and (member.theme is None or known.homes.get(member.theme) != theme)
        and member.occurred_at > known.resolved[theme]
    }
    if not back:
        return
    resolved = (THEME.c.workspace_id == place.workspace_id, THEME.c.status == RESOLVED)
    again = THEME.update().where(*resolved, THEME.c.id.in_(back))
    session.execute(again.values(status=REOPENED, updated_at=clock.now()))
    stamp(session, place)


def _placed(space: Space, newcomers: Sequence[Newcomer]) -> Mapping[int, Float]:
    """The vectors of those that have one, by identity."""
    stored = {id(each): each.vector for each in newcomers if each.vector}
    return dict(zip(stored, space.place(list(stored.values())), strict=True))


def _loose(themes: Sequence[UUID | None], members: Sequence[Newcomer]) -> int:
    """How many found no theme now and may found one."""
    pairs = zip(themes, members, strict=True)
    return sum(theme is None and member.vector is not None for theme, member in pairs)


def _themes(
    known: Known, members: Sequence[Newcomer], vectors: Mapping[int, Float], space: Space
) -> list[UUID | None]:
    themes = [known.homes.get(member.theme) if member.theme else None for member in members]
    for index, member in enumerate(members):
        if themes[index] is None and (row := vectors.get(id(member))) is not None:
            [themes[index]] = known.nearest(row[None, :], space.limits.join)
    return themes
