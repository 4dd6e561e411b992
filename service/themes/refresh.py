"""Looking through a place for themes, in the background: a worker's share.

The latest loose mentions found themes; those of any age join what has been founded.

Everything is read and computed without a transaction. What follows from it is written in short
ones, each of which looks again at what it changes: ended at any point, and begun again, by one
worker or by two at once, it leaves the same.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Concatenate, Final, NamedTuple, ParamSpec, TypeVar
from uuid import UUID

from sqlmodel import Session

from models.pain_point import PainPoint
from nlp.themes import centroid
from service import clock
from service.db import Database
from service.journey.service import current_map
from service.themes import due as leases
from service.themes.due import Due, Followed
from service.themes.finding import LEAST_MENTIONS, Theme, joins, plan
from service.themes.members import (
    AT_ONCE,
    Key,
    Sample,
    awaits,
    count_read,
    keys_of,
    loose_on,
    loose_ones,
    shelves_of,
    sizes,
    texts_of,
)
from service.themes.naming import LOOKED_AT, Sitting, hang, main_language, portray, sit
from service.themes.places import Place
from service.themes.rows import UNTITLED, is_used, signposts_at, themes_at
from service.themes.space import Space, restored, stored
from service.themes.steps import TooFew, ended, founded, handed, merged

P = ParamSpec("P")
T = TypeVar("T")
Said = Mapping[Key, tuple[str, str]]
"""Texts and languages, by mention."""

LOOSE_AT_ONCE: Final = 3000
"""Mentions looked through at a time, the latest first; memory grows with the square."""
PAGE: Final = 1000
"""Loose mentions of any age that are compared with the themes at a time."""
PAUSE_SECONDS: Final = 3.0
"""A place is left alone for this long, or for ten times as long as it took."""
BUSY_SECONDS: Final = 20.0
"""While feedback waits to be analysed, more of it is let come before a place is looked through."""
MOST_PORTRAYED: Final = 40
GROWN: Final = 1.2
"""A theme is portrayed anew when it has grown by a fifth."""
BACKGROUND: Final = 300
"""Mentions of the same place that a theme's keywords are to stand out from."""


class Portrayed(NamedTuple):
    """How many mentions a theme had when it was portrayed, and how many of them were looked at."""

    size: int
    seen: int


class Refresher:
    """Looks through one place after the other; ``computing`` does what needs a processor.

    What takes long is left where it is when ``stop`` is set.
    """

    def __init__(
        self,
        database: Database,
        space: Space,
        computing: Executor,
        stop: threading.Event | None = None,
    ) -> None:
        self._database = database
        self._space = space
        self._computing = computing
        self._stop = stop or threading.Event()
        self._since: dict[Place, float] = {}
        self._not_before: dict[Place, float] = {}
        self._size: dict[Place, int] = {}
        self._portrayed: dict[UUID, Portrayed] = {}

    def round(self) -> bool:
        """Look through the place that needs it most; whether there was any."""
        with self._database.read() as session:
            waiting = leases.due(session, self._space, clock.now())
            busy = bool(waiting) and leases.is_busy(session)
        for each in waiting:
            if self._is_time(each, busy):
                return self._claimed(each)
        return False

    def _is_time(self, each: Due, busy: bool) -> bool:
        now = time.monotonic()
        if now < self._not_before.get(each.place, 0.0):
            return False
        if not each.worthwhile(self._size.get(each.place, 0)):
            return False
        return not busy or now - self._since.setdefault(each.place, now) >= BUSY_SECONDS

    def _claimed(self, each: Due) -> bool:
        place, started = each.place, time.monotonic()
        self._not_before[place] = started + PAUSE_SECONDS
        loose = self._write(leases.claim, place, clock.now())
        if loose is None:
            return False
        self._look_through(each, loose)
        self._since.pop(place, None)
        took = time.monotonic() - started
        self._not_before[place] = time.monotonic() + max(PAUSE_SECONDS, 10 * took)
        return True

    def _look_through(self, each: Due, loose: int) -> None:
        place = each.place
        self._follow_signposts(place)
        waiting = self._work_over(place)
        with self._database.read() as session:
            known = current_map(session, place.workspace_id).known
            sample = loose_ones(session, self._space, place, known, LOOSE_AT_ONCE)
            vague = self._vague(session, place) if each.anew else set()
        if each.anew:
            self._portray_grown(place, sample)
        made = self._compute(
            plan,
            self._themes(place),
            sample.vectors,
            [key.feedback_id for key in sample.keys],
            self._space.limits,
        )
        self._merge(place, {id: to for id, to in made.merges.items() if not {id, to} & vague})
        self._join(place, sample, made.joins)
        if not waiting:
            for group in made.births:
                self._found(place, sample, group)
        self._portray_grown(place, sample)
        followed = None if waiting or vague else self._gather(place, sample)
        self._write(ended, place, loose, followed)

    def _follow_signposts(self, place: Place) -> None:
        """Bring mentions home that were left with a theme when it was merged into another."""
        with self._database.read() as session:
            left = signposts_at(session, place)
        for theme, home in left.items():
            self._move(place, theme, home)

    def _work_over(self, place: Place) -> bool:
        """Bring the themes that another model knew to this one's space, from their members.

        Returns:
            Whether there are some whose mentions are still to be read by it. Until then nothing
            new is founded here: it might be one of them.
        """
        with self._database.read() as session:
            old = [row.id for row in themes_at(session, place) if not self._comparable(row)]
            waiting = {
                theme for theme in old if awaits(session, self._space, place.workspace_id, theme)
            }
            sittings = list(self._sittings(session, place, old))
        ready = [
            each
            for each in sittings
            if each.theme not in waiting or len(each.sample.keys) >= LEAST_MENTIONS
        ]
        self._portray(place, ready, {})
        return bool(waiting - {each.theme for each in ready})

    def _vague(self, session: Session, place: Place) -> set[UUID]:
        """Those whose mean is of few mentions, as the present model is still to read the others.

        They are portrayed again as it does. Until it has, none is merged: that can't be undone.
        """

        def is_vague(theme: UUID) -> bool:
            of_it = (session, self._space, place.workspace_id, theme)
            return count_read(*of_it, LOOKED_AT) < LOOKED_AT and awaits(*of_it)

        rows = themes_at(session, place)
        return {row.id for row in rows if self._comparable(row) and is_vague(row.id)}

    def _merge(self, place: Place, merges: Mapping[UUID, UUID]) -> None:
        for theme, into in merges.items():
            if self._write(merged, place, theme, into):
                self._move(place, theme, into)

    def _join(self, place: Place, sample: Sample, nearest: Mapping[UUID, Sequence[int]]) -> None:
        for theme, group in nearest.items():
            for part in _parts([sample.keys[index] for index in group]):
                self._write(handed, place, part, None, theme)

    def _gather(self, place: Place, sample: Sample) -> Followed | None:
        """Follow the marks: what a merge left goes home, loose mentions of any age join themes that
        are new to them, and what has lost its title gets another.

        The marks stay until the refresh has ended: begun again, whatever has joined is loose no
        more. ``sample`` is what themes stand out from.

        Returns:
            Which marks have been followed; None if there was no time to.
        """
        with self._database.read() as session:
            marks = leases.marks_of(session, place, self._space.name)
        if not marks.stand:
            return marks.so_far
        self._follow_signposts(place)
        if not self._compared(place):
            return None
        self._portray_grown(place, sample)
        return marks.so_far

    def _compared(self, place: Place) -> bool:
        """Compare every loose mention with every theme; False if there was no time to."""
        themes = self._themes(place)
        if not themes:
            return True
        for page in self._loose_pages(place):
            started = time.monotonic()
            nearest = self._compute(joins, themes, page.vectors, self._space.limits.join)
            self._join(place, page, nearest)
            self._write(leases.renew, place, clock.now())
            if self._stop.wait(time.monotonic() - started):  # others want to write and to compute
                return False
        return True

    def _loose_pages(self, place: Place) -> Iterator[Sample]:
        """Every loose mention of a place, the latest of each kind first; a read each."""
        with self._database.read() as session:
            shelves = shelves_of(place, current_map(session, place.workspace_id).known)
        for shelf in shelves:
            before: Key | None = None
            while True:
                with self._database.read() as session:
                    page = loose_on(session, self._space, shelf, before, PAGE)
                if not page.keys:
                    break
                yield page
                before = page.keys[-1]

    def _found(self, place: Place, sample: Sample, group: Sequence[int]) -> None:
        keys = [sample.keys[index] for index in group]
        middle = stored(centroid(sample.vectors[list(group)]))
        first, *rest = _parts(keys)
        try:
            theme = self._write(founded, self._space, place, first, middle)
        except TooFew:
            return
        for part in rest:
            self._write(handed, place, part, None, theme)

    def _move(self, place: Place, theme: UUID, home: UUID) -> None:
        """Move everything that belongs to a merged theme."""
        while True:
            with self._database.read() as session:
                keys = keys_of(session, place.workspace_id, [theme], AT_ONCE)
            if not keys or not self._write(handed, place, keys, theme, home):
                return

    def _portray_grown(self, place: Place, sample: Sample) -> None:
        with self._database.read() as session:
            rows = themes_at(session, place)
            size = sizes(session, place.workspace_id, [row.id for row in rows])
            growth = {
                row.id: self._growth(session, row, size.get(row.id, 0))
                for row in rows
                if self._comparable(row)
            }
            grown = sorted((id for id in growth if growth[id] >= GROWN), key=lambda id: -growth[id])
            sittings = list(self._sittings(session, place, grown[:MOST_PORTRAYED]))
            around = texts_of(session, place.workspace_id, sample.keys[:BACKGROUND])
        self._size[place] = sum(size.values())
        for each in sittings:
            self._portrayed[each.theme] = Portrayed(size.get(each.theme, 0), len(each.sample.keys))
        self._portray(place, sittings, around)

    def _growth(self, session: Session, row: PainPoint, size: int) -> float:
        """By what factor a theme has grown since it was portrayed, or what had been read of it."""
        was = self._portrayed.get(row.id)
        if row.keywords == UNTITLED or was is None:
            return float("inf")
        growth = size / max(was.size, 1)
        if was.seen < min(was.size, LOOKED_AT):
            read = count_read(session, self._space, row.workspace_id, row.id, LOOKED_AT)
            growth = max(growth, read / was.seen)
        return growth

    def _sittings(
        self, session: Session, place: Place, themes: Iterable[UUID]
    ) -> Iterator[Sitting]:
        for theme in themes:
            if sitting := sit(session, self._space, place.workspace_id, theme):
                yield sitting

    def _portray(self, place: Place, sittings: Sequence[Sitting], around: Said) -> None:
        if not sittings:
            return
        with self._database.read() as session:
            language = main_language(session, place.workspace_id)
        portraits = [
            self._compute(portray, each, language, _others(each, sittings, around))
            for each in sittings
        ]
        self._write(hang, self._space, place, portraits)

    def _themes(self, place: Place) -> list[Theme]:
        with self._database.read() as session:
            return [_theme(row) for row in themes_at(session, place) if self._comparable(row)]

    def _comparable(self, row: PainPoint) -> bool:
        return row.model_version == self._space.name

    def _compute(self, work: Callable[..., T], *arguments: object) -> T:
        return self._computing.submit(work, *arguments).result()

    def _write(
        self, work: Callable[Concatenate[Session, P], T], *arguments: P.args, **named: P.kwargs
    ) -> T:
        return self._database.transact(lambda session: work(session, *arguments, **named))


def _theme(row: PainPoint) -> Theme:
    [middle] = restored([row.centroid])
    return Theme(row.id, middle, row.created_at, row.shaped, is_used(row))


def _others(one: Sitting, all_: Sequence[Sitting], around: Said) -> list[str]:
    """What other mentions of the place say, some of each theme; its own are among those around."""
    texts = [text for key, (text, _) in around.items() if key not in one.said]
    for other in all_:
        if other is not one:
            texts += [text for text, _ in list(other.said.values())[: BACKGROUND // len(all_)]]
    return texts


def _parts(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
