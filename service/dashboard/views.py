"""What each page shows: the answers of the API's own functions, and what a template needs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from service import clock
from service.dashboard import charts
from service.dashboard.address import PERIODS, Address, Period, period_in_words
from service.dashboard.board import lay_out
from service.dashboard.facets import facets, latest_day
from service.dashboard.quotes import parts_of, quotes, texts_of
from service.insights.evidence import list_evidence
from service.insights.feedback import one_feedback
from service.insights.journey_map import draw_map
from service.insights.pain_points import list_pain_points, one_pain_point
from service.insights.pain_schemas import OnePainPointOut, PainPointOut
from service.insights.params import (
    EvidenceParams,
    FilterParams,
    JourneyParams,
    PainPointParams,
    TrendParams,
)
from service.insights.trends import draw_trends
from service.journey.mapping import JourneyMap
from service.journey.presets import PRESETS
from service.journey.service import CURRENT, current_map, named_map

Values = dict[str, Any]
PAINS_PER_STAGE: Final = 3
PAINS_A_PAGE: Final = 20
QUOTES_A_PAGE: Final = 10


class View:
    """One look of one workspace at one address: a snapshot in ``session``."""

    def __init__(self, session: Session, workspace_id: UUID, address: Address) -> None:
        self.session = session
        self.workspace_id = workspace_id
        self.address = address
        self.today: date = clock.now().date()
        self.latest = latest_day(session, workspace_id)
        self.period: Period | None = address.period(self.latest, self.today)
        self.filters = address.filters(FilterParams, self.period, self.today)

    def journey_map(self) -> Values:
        """The first page."""
        map_ = draw_map(self.session, self.workspace_id, self.filters)
        pains = list_pain_points(
            self.session, self.workspace_id, self._params(PainPointParams, limit=1000)
        )
        return self._frame(map_.as_of, map_.pending) | {
            "map": map_,
            "board": lay_out(map_),
            "pains": _by_stage(pains.items),
            "worst": pains.items[:1],
            "ids": {(point.stage, point.touchpoint): point.id for point in pains.items},
        }

    def pain_points(self) -> Values:
        """The ranked list."""
        params = self._params(
            PainPointParams, limit=PAINS_A_PAGE, cursor=self.address.params.cursor
        )
        page = list_pain_points(self.session, self.workspace_id, params)
        most = max((point.pain for point in page.items), default=0)
        return self._frame(page.as_of, page.pending) | {
            "page": page,
            "most": most,
            "names": self._names(),
        }

    def pain_point(self, wanted: UUID) -> Values:
        """One pain point with its trend and its evidence."""
        session, workspace = self.session, self.workspace_id
        point = one_pain_point(session, workspace, wanted, self.filters)
        sentiment = self.address.params.sentiment
        evidence = list_evidence(
            session,
            workspace,
            wanted,
            self._params(
                EvidenceParams,
                sentiment=[sentiment],
                limit=QUOTES_A_PAGE,
                cursor=self.address.params.cursor,
            ),
        )
        texts = texts_of(session, workspace, {item.feedback_id for item in evidence.items})
        return self._frame(point.as_of, point.pending) | {
            "point": point,
            "names": self._names(),
            "sentiment": sentiment,
            "quotes": quotes(evidence.items, texts),
            "next": evidence.next,
            **self._trend(point),
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

    def _trend(self, point: OnePainPointOut) -> Values:
        """The mentions of a pain point's place over time."""
        last = min(self.latest or self.today, self.today)
        first = self.filters.since.date() if self.filters.since else point.first_seen
        by = charts.period_length((last - first).days + 1 if first else 1)
        params = self._params(
            TrendParams, stage=[point.stage], touchpoint=[point.touchpoint], by=by
        )
        series = draw_trends(self.session, self.workspace_id, params).series
        points = series[0].points if series else []
        return {"by": by, "points": points, "chart": charts.draw(points)}

    def _params(self, kind: type[Any], **more: Any) -> Any:
        return self.address.filters(kind, self.period, self.today, **more)

    def _journey(self) -> JourneyMap:
        return named_map(self.session, self.workspace_id, self.filters.journey)

    def _names(self) -> Mapping[str, Mapping[str, str]]:
        """The names of stages and touchpoints by key."""
        journey = self._journey()
        unassigned = {"unassigned": "Unassigned"}
        return {
            "stage": {stage.key: stage.name for stage in journey.stages} | unassigned,
            "touchpoint": {entry.key: entry.name for entry in journey.touchpoints} | unassigned,
        }

    def _frame(self, as_of: Any, pending: int) -> Values:
        """What is above every figure: freshness, the period, the filters."""
        found = facets(self.session, self.workspace_id, self.address)
        return {
            "address": self.address,
            "as_of": as_of,
            "pending": pending,
            "filters": self.filters,
            "period": self.period,
            "periods": PERIODS,
            "period_in_words": period_in_words(self.filters),
            "facets": found,
            "hidden": self.address.hidden([*(facet.field for facet in found), "journey"]),
            "journeys": self._journeys(),
            "today": self.today,
        }

    def _journeys(self) -> list[tuple[str, str, bool]]:
        """The stage models to choose from: value, name, whether it is chosen."""
        current = current_map(self.session, self.workspace_id).key
        chosen = self.filters.journey or CURRENT
        others = [name for name in PRESETS if name != current]
        return [
            (value, name, value == chosen or (value == CURRENT and chosen == current))
            for value, name in [
                (CURRENT, _journey_name(current)),
                *((n, _journey_name(n)) for n in others),
            ]
        ]


def _journey_name(key: str) -> str:
    return "Our own" if key == "custom" else key.replace("-", " ").capitalize()


def _by_stage(points: Sequence[PainPointOut]) -> dict[str, list[PainPointOut]]:
    """The worst pain points of each stage, the worst first."""
    found: dict[str, list[PainPointOut]] = {}
    for point in points:
        if len(found.setdefault(point.stage, [])) < PAINS_PER_STAGE:
            found[point.stage].append(point)
    return found
