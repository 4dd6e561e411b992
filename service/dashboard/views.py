"""What each page shows: the answers of the API's own functions, and what a template needs."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from models.pain_point import PAIN, WIN
from nlp.labels import UNASSIGNED
from service import clock
from service.dashboard import charts
from service.dashboard.address import PERIODS, Address, Period
from service.dashboard.charts import Span
from service.dashboard.facets import facets, latest_day
from service.dashboard.quotes import parts_of, quotes
from service.insights import names
from service.insights.cells import Cell
from service.insights.drivers import list_drivers
from service.insights.evidence import list_evidence
from service.insights.feedback import one_feedback
from service.insights.journey_map import draw_map
from service.insights.pain_points import list_pain_points, list_wins, one_pain_point
from service.insights.pain_schemas import OnePainPointOut, PainPointOut
from service.insights.params import (
    DriverParams,
    EvidenceParams,
    FilterParams,
    JourneyParams,
    MapParams,
    PainPointParams,
    TrendParams,
    WinParams,
)
from service.insights.periods import By
from service.insights.schemas import AnswerOut
from service.insights.trends import draw_trends
from service.journey.presets import PRESETS
from service.journey.service import CURRENT, current_map, named_map
from service.pictures.board import lay_out
from service.pictures.wording import period

Values = dict[str, Any]
POINTS_A_PAGE: Final = 20
THEMES_SHOWN: Final = 12
DRIVERS_SHOWN: Final = 50
QUOTES_A_PAGE: Final = 10
SENTIMENTS: Final = ("negative", "neutral", "positive")


class View:
    """One look of one workspace at one address: a snapshot in ``session``."""

    def __init__(self, session: Session, workspace_id: UUID, address: Address) -> None:
        self.session = session
        self.workspace_id = workspace_id
        self.address = address
        self.today: date = clock.now().date()
        self.latest = latest_day(session, workspace_id)
        self.period: Period | None = address.period(self.latest, self.today)
        self.filters = self._params(FilterParams)

    def journey_map(self) -> Values:
        """The first page."""
        map_ = draw_map(self.session, self.workspace_id, self._params(MapParams))
        return self._frame(map_) | {"map": map_, "board": lay_out(map_), "id_of": self._cell_id}

    def pain_points(self) -> Values:
        """Complaints, ranked."""
        order = {"sort": self.address.sort_of_pains, **self._page(POINTS_A_PAGE)}
        params = self._params(PainPointParams, **order)
        page = list_pain_points(self.session, self.workspace_id, params)
        return self._frame(page) | {
            "page": page,
            "of": PAIN,
            "most": max((point.pain for point in page.items), default=0),
            "sort": params.sort,
        }

    def wins(self) -> Values:
        """Praise, ranked."""
        params = self._params(
            WinParams, sort=self.address.sort_of_wins, **self._page(POINTS_A_PAGE)
        )
        page = list_wins(self.session, self.workspace_id, params)
        return self._frame(page) | {
            "page": page,
            "of": WIN,
            "most": max((point.joy for point in page.items), default=0),
            "sort": params.sort,
        }

    def drivers(self) -> Values:
        """What moves a KPI."""
        asked = self.address.params
        params = self._params(DriverParams, by=asked.by, kpi=asked.kpi)
        answer = list_drivers(self.session, self.workspace_id, params)
        return self._frame(answer) | {
            "drivers": answer,
            "items": answer.items[:DRIVERS_SHOWN],
            "most": max((abs(driver.impact) for driver in answer.items), default=0),
            "id_of": self._cell_id,
        }

    def pain_point(self, wanted: UUID) -> Values:
        """One pain point or win, with its course and its evidence."""
        session, workspace = self.session, self.workspace_id
        point = one_pain_point(session, workspace, wanted, self.filters)
        shown = self.address.params.sentiment or point.sentiment
        evidence = self._params(EvidenceParams, sentiment=[shown], **self._page(QUOTES_A_PAGE))
        page = list_evidence(session, workspace, point.id, evidence)
        by, spans = self._course(point)
        return self._frame(point) | {
            "point": point,
            "themes": self._themes_in(point),
            "sentiment": shown,
            "quotes": quotes(page.items),
            "next": page.next,
            "by": by,
            "spans": spans,
            "chart": charts.draw(spans),
        }

    def feedback(self, wanted: UUID) -> Values:
        """One piece of feedback with its mentions."""
        params = JourneyParams(journey=self.address.params.journey)
        item = one_feedback(self.session, self.workspace_id, wanted, params)
        return {
            "address": self.address,
            "item": item,
            "parts": parts_of(item.text, item.analysis.mentions if item.analysis else ()),
            "names": self._names(),
        }

    def _themes_in(self, point: OnePainPointOut) -> list[PainPointOut]:
        """The themes of a cell."""
        if point.kind == "theme":
            return []
        own = {
            "stage": [point.stage],
            "touchpoint": [point.touchpoint],
            "level": "theme",
            "limit": THEMES_SHOWN,
        }
        if point.sentiment == WIN:
            params = self._params(WinParams, **own)
            return list_wins(self.session, self.workspace_id, params).items
        return list_pain_points(
            self.session, self.workspace_id, self._params(PainPointParams, **own)
        ).items

    def _course(self, point: OnePainPointOut) -> tuple[By, list[Span]]:
        """The mentions of a pain point over time, and the length of a period."""
        last = min(self.filters.until.date() if self.filters.until else self.today, self.today)
        first = self.filters.since.date() if self.filters.since else point.first_seen or last
        by = charts.period_length((last - first).days + 1)
        params = self._params(TrendParams, pain_point=point.id, by=by)
        series = draw_trends(self.session, self.workspace_id, params).series
        return by, charts.spans(series[0].points if series else [])

    def _cell_id(self, stage: str, touchpoint: str) -> UUID:
        return names.cell_id(self.workspace_id, Cell(stage, touchpoint), PAIN)

    def _page(self, limit: int) -> Values:
        return {"limit": limit, "cursor": self.address.params.cursor}

    def _params(self, kind: type[Any], **more: Any) -> Any:
        return self.address.filters(kind, self.period, self.today, **more)

    def _names(self) -> Mapping[str, Mapping[str, str]]:
        """The names of stages and touchpoints by key."""
        journey = named_map(self.session, self.workspace_id, self.address.params.journey)
        unassigned = {UNASSIGNED: names.UNASSIGNED_NAME}
        return {
            "stage": {stage.key: stage.name for stage in journey.stages} | unassigned,
            "touchpoint": {entry.key: entry.name for entry in journey.touchpoints} | unassigned,
        }

    def _frame(self, answer: AnswerOut) -> Values:
        """What is above every figure: freshness, the period, the filters."""
        found = facets(self.session, self.workspace_id, self.address)
        return {
            "address": self.address,
            "as_of": answer.as_of,
            "pending": answer.pending,
            "period": self.period,
            "periods": PERIODS,
            "period_in_words": period(self.filters.since, self.filters.until),
            "facets": found,
            "hidden": self.address.hidden([*(facet.field for facet in found), "journey"]),
            "journeys": self._journeys(),
            "names": self._names(),
            "sentiments": SENTIMENTS,
        }

    def _journeys(self) -> list[tuple[str, str, bool]]:
        """The stage models to choose from: value, name, whether it is chosen."""
        current = current_map(self.session, self.workspace_id).key
        chosen = self.address.params.journey or CURRENT
        own = (CURRENT, _journey_name(current), chosen in (CURRENT, current))
        others = (name for name in PRESETS if name != current)
        return [own, *((name, _journey_name(name), name == chosen) for name in others)]


def _journey_name(key: str) -> str:
    return "Our own" if key == "custom" else key.replace("-stage", " stages").capitalize()
