"""Refreshes the themes of a place in the background: a worker's share.

The latest loose mentions join themes or form new ones; then loose mentions of any age are compared
with new themes, and join them. Where few mentions are loose, but many have joined on arrival, only
the themes that have grown are described again.

Everything is read and computed without a transaction. The results are written in short ones
(``steps``), each of which checks again what it changes. So a refresh may be killed at any point and
restarted, by one worker or by two at once; the result is the same.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

from sqlmodel import Session

from models.pain_point import PainPoint
from nlp.themes import centroid
from nlp.themes.space import Space, centroid_to_bytes, centroids_from_bytes
from service import clock
from service.db import Database
from service.ids import chunked
from service.journey.service import current_map
from service.themes import leases, steps
from service.themes.describing import DESCRIBED_MENTIONS
from service.themes.finding import MIN_MENTIONS, Theme, joins, plan
from service.themes.growth import Describer
from service.themes.leases import DuePlace, HandledMarks
from service.themes.moving import MOVE_BATCH
from service.themes.places import ArrivalCounts, Place
from service.themes.queries import (
    Key,
    Sample,
    count_read,
    has_unread,
    index_ranges,
    latest_loose,
    loose_in,
)
from service.themes.rows import comparable_at, is_used, merged_with_mentions, themes_at
from service.themes.schedule import RefreshSchedule

P = ParamSpec("P")
T = TypeVar("T")

MAX_LOOSE: Final = 3000
"""The latest loose mentions that may form new themes; memory grows with the square."""
PAGE: Final = 1000
"""Loose mentions of any age that are compared with the themes at a time."""


class Refresher:
    """Refreshes one place after the other; ``computing`` does what needs a processor.

    A long refresh is interrupted when ``stop`` is set.
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
        self._schedule = RefreshSchedule()
        self._describer = Describer(database, space, computing)

    def run_once(self) -> bool:
        """Attend to the place that needs it most; returns whether there was any."""
        with self._database.read() as session:
            waiting = leases.due_places(session, self._space, clock.now())
            busy = bool(waiting) and leases.has_pending(session)
        for each in waiting:
            if self._schedule.is_due(each, busy):
                return self._claim(each)
        return False

    def _claim(self, due: DuePlace) -> bool:
        """Attend to a place, unless another worker does; returns whether this one did."""
        self._schedule.begin(due.place)
        counted = self._write(leases.claim, due.place, clock.now())
        if counted is None:
            return False
        if due.is_worth_refreshing(self._schedule.growth(due.place)):
            self._refresh(due, counted)
        else:
            self._describe_grown(due.place)
            self._write(leases.release_described, due.place, counted)
        self._schedule.end(due.place)
        return True

    def _refresh(self, due: DuePlace, counted: ArrivalCounts) -> None:
        """All steps in order; ``counted`` are the mentions that were counted before."""
        place = due.place
        self._move_merged(place)
        unread = self._adopt(place)
        with self._database.read() as session:
            known = current_map(session, place.workspace_id).known
            sample = latest_loose(session, self._space, place, known, MAX_LOOSE)
            provisional = self._provisional(session, place) if due.must_refresh else set()
        if due.must_refresh:
            self._describe_grown(place, sample)
        made = self._compute(
            plan,
            self._themes(place),
            sample.vectors,
            [key.feedback_id for key in sample.keys],
            self._space.limits,
        )
        merges = {id: to for id, to in made.merges.items() if not {id, to} & provisional}
        self._merge(place, merges)
        self._join(place, sample, made.joins)
        if not unread:
            for group in made.groups:
                self._create(place, sample, group)
        self._describe_grown(place, sample)
        handled = None if unread or provisional else self._handle_marks(place, sample)
        self._write(steps.finish, place, counted, handled)

    def _move_merged(self, place: Place) -> None:
        """Move mentions that merged themes still have, because their merge was interrupted."""
        with self._database.read() as session:
            left = merged_with_mentions(session, place)
        for theme, into in left.items():
            steps.move_all(self._database, place, theme, into)

    def _adopt(self, place: Place) -> bool:
        """Describe themes of another model anew, from what the present one has read of them.

        Returns:
            Whether there are some of which it has read too little. Until it has read more, no new
            theme is made here: it might be one of them.
        """
        with self._database.read() as session:
            rows = themes_at(session, place)
            old = [row.id for row in rows if row.model_version != self._space.name]
            unread = {
                theme
                for theme in old
                if has_unread(session, self._space, place.workspace_id, theme)
            }
            samples = self._describer.samples(session, place, old)
        ready = [
            each
            for each in samples
            if each.theme not in unread or len(each.sample.keys) >= MIN_MENTIONS
        ]
        self._describer.describe(place, ready, {})
        return bool(unread - {each.theme for each in ready})

    def _provisional(self, session: Session, place: Place) -> set[UUID]:
        """Themes whose centroid is from few mentions, although the present model has more to read.

        They are described again as it reads on. Until it has read enough, none of them is merged,
        which can't be undone.
        """

        def is_provisional(theme: UUID) -> bool:
            of_it = (session, self._space, place.workspace_id, theme)
            read = count_read(*of_it, DESCRIBED_MENTIONS)
            return read < DESCRIBED_MENTIONS and has_unread(*of_it)

        rows = comparable_at(session, self._space, place)
        return {row.id for row in rows if is_provisional(row.id)}

    def _merge(self, place: Place, merges: Mapping[UUID, UUID]) -> None:
        for theme, into in merges.items():
            if self._write(steps.merge, place, theme, into):
                steps.move_all(self._database, place, theme, into)

    def _join(self, place: Place, sample: Sample, nearest: Mapping[UUID, Sequence[int]]) -> None:
        for theme, group in nearest.items():
            for part in chunked([sample.keys[index] for index in group], MOVE_BATCH):
                self._write(steps.move, place, part, None, theme)

    def _create(self, place: Place, sample: Sample, group: Sequence[int]) -> None:
        """Make a new theme of a group of loose mentions."""
        mean = centroid_to_bytes(centroid(sample.vectors[list(group)]))
        first, *rest = chunked([sample.keys[index] for index in group], MOVE_BATCH)
        try:
            theme = self._write(steps.create, self._space, place, first, mean)
        except steps.TooFew:
            return
        for part in rest:
            self._write(steps.move, place, part, None, theme)

    def _handle_marks(self, place: Place, sample: Sample) -> HandledMarks | None:
        """Do what the marks of the place ask for, if there are new ones.

        Mentions of merged themes are moved, themes without a centroid get one, loose mentions of
        any age join themes, and themes without a title get one that stands out from ``sample``. The
        marks stay until the refresh has ended: if it is killed, the next one does this again.

        Returns:
            Which marks have been handled; None if it was stopped, or there is more to read.
        """
        with self._database.read() as session:
            marks = leases.marks_of(session, place, self._space.name)
        if not marks.open:
            return marks.so_far
        self._move_merged(place)
        if self._adopt(place) or not self._join_all(place):
            return None
        self._describe_grown(place, sample)
        return marks.so_far

    def _join_all(self, place: Place) -> bool:
        """Compare every loose mention with every theme; False if it was stopped."""
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
        """Every loose mention of a place, range by range, the latest first; one query per page."""
        with self._database.read() as session:
            ranges = index_ranges(place, current_map(session, place.workspace_id).known)
        for range_ in ranges:
            before: Key | None = None
            while True:
                with self._database.read() as session:
                    page = loose_in(session, self._space, range_, before, PAGE)
                if not page.keys:
                    break
                yield page
                before = page.keys[-1]

    def _describe_grown(self, place: Place, sample: Sample | None = None) -> None:
        self._schedule.record_growth(place, self._describer.describe_grown(place, sample))

    def _themes(self, place: Place) -> list[Theme]:
        with self._database.read() as session:
            return [_theme(row) for row in comparable_at(session, self._space, place)]

    def _compute(self, work: Callable[..., T], *arguments: object) -> T:
        return self._computing.submit(work, *arguments).result()

    def _write(
        self, work: Callable[Concatenate[Session, P], T], *arguments: P.args, **named: P.kwargs
    ) -> T:
        return self._database.transact(lambda session: work(session, *arguments, **named))


def _theme(row: PainPoint) -> Theme:
    [mean] = centroids_from_bytes([row.centroid])
    return Theme(row.id, mean, row.created_at, row.shaped, is_used(row))
