"""One look at the service: whose, at which address, and what stands above every figure."""

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
from service.insights import names
from service.insights.params import OTHER_SIDE, FilterParams
from service.insights.schemas import AnswerOut
from service.journey.mapping import JourneyMap
from service.journey.native import Cell
from service.journey.presets import PRESETS
from service.journey.service import CURRENT, current_map, named_map
from service.pictures.wording import period

Values = dict[str, Any]
INSTANT: Final = timedelta(microseconds=1)
"""``until`` is exclusive: the last instant of a period is so much before it."""
PLACED: Final = frozenset({"/pain-points", "/wins", "/drivers", "/trends", "/search"})
"""Pages that can be narrowed to stages and touchpoints; the map itself shows them all."""
FIGURES: Final = PLACED | {"/"}
"""Pages that have nothing to show as long as there is no feedback."""


class View:
    """One look of one workspace at one address: a snapshot in ``session``."""

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
        """The journey in whose words it is told."""
        return named_map(self.session, self.workspace_id, self.address.params.journey)

    @cached_property
    def first(self) -> date | None:
        """The day of the first feedback."""
        return first_day(self.session, self.workspace_id)

    @property
    def is_empty(self) -> bool:
        """Whether the workspace has no feedback at all."""
        return self.latest is None

    def names(self) -> Mapping[str, Mapping[str, str]]:
        """The names of stages and touchpoints by key."""
        journey = self.journey
        unassigned = {UNASSIGNED: names.UNASSIGNED_NAME}
        return {
            "stage": {stage.key: stage.name for stage in journey.stages} | unassigned,
            "touchpoint": {entry.key: entry.name for entry in journey.touchpoints} | unassigned,
        }

    def params(self, kind: type[Any], **more: Any) -> Any:
        """What the address asks for as the parameters of an endpoint; see ``Address.filters``."""
        return self.address.filters(kind, self.period, self.today, **more)

    def page(self, limit: int) -> Values:
        """The page of a list that the address asks for."""
        return {"limit": limit, "cursor": self.address.params.cursor}

    def cell_id(self, stage: str, touchpoint: str, sentiment: str = PAIN) -> UUID:
        """The id of the pain point of a whole cell, or of its win."""
        return names.cell_id(self.workspace_id, Cell(stage, touchpoint), sentiment)

    @property
    def known_until(self) -> datetime:
        """Up to when the period can be known: its end, or now."""
        now = clock.now()
        return min(self.filters.until or now, now)

    @property
    def days(self) -> int:
        """How long the period is; its open ends are the first and the latest feedback."""
        until = self.filters.until
        end = (until - INSTANT).date() if until else self.latest or self.today
        last = min(end, self.today)
        first = self.filters.since.date() if self.filters.since else self.first or last
        return (last - first).days + 1

    def frame(self, answer: AnswerOut) -> Values:
        """What is above every figure: freshness, the period, the filters."""
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
        """What the form has fields for; the map's also for the side to compare with."""
        own = [facet.field for facet in found]
        if self.address.path != "/":
            return [*own, "journey"]
        offered = (f"{OTHER_SIDE}.{facet.field}" for facet in found if facet.chosen)
        return [*own, "journey", "compare.from", "compare.to", *offered]

    def _is_first(self) -> bool:
        """Whether nothing at all was heard before the period: then everything in it is new."""
        since = self.filters.since
        return since is not None and (self.first is None or self.first >= since.date())

    def _year_earlier(self) -> Mapping[str, str] | None:
        """The same days a year before, as the other period; None without a first day."""
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
        """The stage models to choose from: value, name, whether it is chosen."""
        current = current_map(self.session, self.workspace_id).key
        chosen = self.address.params.journey or CURRENT
        own = (CURRENT, _journey_name(current), chosen in (CURRENT, current))
        others = (name for name in PRESETS if name != current)
        return [own, *((name, _journey_name(name), name == chosen) for name in others)]


def _year_before(at: date) -> date:
    is_leap_day = (at.month, at.day) == (2, 29)
    return at.replace(year=at.year - 1, day=28 if is_leap_day else at.day)


def _journey_name(key: str) -> str:
    return "Our own" if key == "custom" else key.replace("-stage", " stages").capitalize()
