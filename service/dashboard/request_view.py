"""One request's view: its workspace and address, and what every page of figures shows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from models.pain_point import PAIN
from nlp.labels import UNASSIGNED
from service import clock
from service.dashboard.address import PERIODS, Address, Period
from service.dashboard.facets import Facet, axis_facet, facets, first_day, latest_day
from service.insights import journey_cells
from service.insights.filters import select_feedback
from service.insights.params import OTHER_SIDE, FilterParams
from service.insights.schemas import AnswerOut
from service.insights.totals import before_of
from service.journey.mapping import JourneyMap
from service.journey.native import Cell
from service.journey.presets import PRESETS
from service.journey.service import CURRENT, current_map, named_map
from service.pictures.formatting import period

Values = dict[str, Any]
INSTANT: Final = timedelta(microseconds=1)
"""``until`` is exclusive: a period's last instant is this much before it."""
PLACED: Final = frozenset({"/pain-points", "/wins", "/drivers", "/trends", "/search"})
"""Pages with stage and touchpoint filters; the map itself shows them all."""
FIGURES: Final = PLACED | {"/"}
"""Pages that have nothing to show until there is feedback."""


class View:
    """A workspace seen at one address: a snapshot in ``session``."""

    def __init__(self, session: Session, workspace_id: UUID, address: Address) -> None:
        self.session = session
        self.workspace_id = workspace_id
        self.address = address
        self.today: date = clock.now().date()
        self.latest = latest_day(session, workspace_id)
        self.period: Period | None = address.period(self.latest, self.today)
        self.filters = self.params(FilterParams)

    @cached_property
    def journey(self) -> JourneyMap:
        """The journey whose stages and touchpoints are shown."""
        return named_map(self.session, self.workspace_id, self.address.params.journey)

    @cached_property
    def first(self) -> date | None:
        """The day of the first feedback."""
        return first_day(self.session, self.workspace_id)

    @property
    def is_empty(self) -> bool:
        """Whether the workspace has no feedback at all."""
        return self.latest is None

    @cached_property
    def previous_from(self) -> date | None:
        """The day of the first feedback, if it is in the previous period, which then counts from
        that day on."""
        selection = select_feedback(self.session, self.workspace_id, self.filters)
        before = before_of(self.session, selection, clock.now())
        first = before.selection.since if before and before.is_cut else None
        return first and first.date()

    def names(self) -> Mapping[str, Mapping[str, str]]:
        """The names of stages and touchpoints by key."""
        journey = self.journey
        unassigned = {UNASSIGNED: journey_cells.UNASSIGNED_NAME}
        return {
            "stage": {stage.key: stage.name for stage in journey.stages} | unassigned,
            "touchpoint": {entry.key: entry.name for entry in journey.touchpoints} | unassigned,
        }

    def params(self, kind: type[Any], **more: Any) -> Any:
        """The address as parameters of an endpoint; see ``Address.filters``."""
        return self.address.filters(kind, self.period, self.today, **more)

    def page(self, limit: int) -> Values:
        """The requested page of a list."""
        return {"limit": limit, "cursor": self.address.params.cursor}

    def cell_id(self, stage: str, touchpoint: str, sentiment: str = PAIN) -> UUID:
        """The id of the pain point, or win, of a whole cell."""
        return journey_cells.cell_id(self.workspace_id, Cell(stage, touchpoint), sentiment)

    @property
    def known_until(self) -> datetime:
        """How far the period has data: to its end, or to now."""
        now = clock.now()
        return min(self.filters.until or now, now)

    @property
    def days(self) -> int:
        """The length of the period; open ends are those of the feedback."""
        until = self.filters.until
        end = (until - INSTANT).date() if until else self.latest or self.today
        last = min(end, self.today)
        first = self.filters.since.date() if self.filters.since else self.first or last
        return (last - first).days + 1

    def frame(self, answer: AnswerOut) -> Values:
        """What every page of figures shows: freshness, period and filters."""
        return self.filtering() | {"as_of": answer.as_of, "pending": answer.pending}

    def filtering(self) -> Values:
        """The period and the filters."""
        names = self.names()
        found = facets(self.session, self.workspace_id, self.address)
        if self.address.path in PLACED:
            found = [*(axis_facet(axis, names[axis], self.address) for axis in names), *found]
        return {
            "address": self.address,
            "period": self.period,
            "periods": PERIODS,
            "period_in_words": period(self.filters.since, self.filters.until),
            "facets": found,
            "hidden": self.address.hidden(self._fields(found)),
            "journeys": self._journeys(),
            "names": names,
            "is_first": self._is_first(),
            "year_earlier": self._year_earlier(),
        }

    def _fields(self, found: Sequence[Facet]) -> Iterable[str]:
        """The fields of the form; the map's also has those of the comparison."""
        own = [facet.field for facet in found]
        if self.address.path != "/":
            return [*own, "journey"]
        offered = (f"{OTHER_SIDE}.{facet.field}" for facet in found if facet.chosen)
        return [*own, "journey", "compare.from", "compare.to", *offered]

    def _is_first(self) -> bool:
        """Whether there is no feedback before the period: then everything in it is new."""
        since = self.filters.since
        return since is not None and (self.first is None or self.first >= since.date())

    def _year_earlier(self) -> Mapping[str, str] | None:
        """The same dates a year earlier, to compare with; None without a first day."""
        since, until = self.filters.since, self.filters.until
        if since is None:
            return None
        last = until.date() - timedelta(days=1) if until else self.today
        end = min(_year_before(last), since.date() - timedelta(days=1))
        return {
            "compare.from": _year_before(since.date()).isoformat(),
            "compare.to": end.isoformat(),
        }

    def _journeys(self) -> list[tuple[str, str, bool]]:
        """The stage models to choose from: value, name and whether it is chosen."""
        current = current_map(self.session, self.workspace_id).key
        chosen = self.address.params.journey or CURRENT
        own = (CURRENT, _journey_name(current), chosen in (CURRENT, current))
        others = (name for name in PRESETS if name != current)
        return [own, *((name, _journey_name(name), name == chosen) for name in others)]


def _year_before(at: date) -> date:
    is_leap_day = (at.month, at.day) == (2, 29)
    return at.replace(year=at.year - 1, day=28 if is_leap_day else at.day)


def _journey_name(key: str) -> str:
    return "Custom" if key == "custom" else key.replace("-stage", " stages").capitalize()
