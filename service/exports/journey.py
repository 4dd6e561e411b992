"""The journey map as rows (its stages, touchpoints and cells) and as a picture."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from service.exports.params import JourneyExport
from service.exports.tables import Column, Kind, Row, columns, row_of
from service.insights.journey_map import build_map
from service.insights.map_schemas import JourneyMapOut
from service.insights.params import ATTRIBUTE, OTHER_SIDE, FilterParams, plain
from service.pictures import formatting
from service.pictures.map_svg import draw_svg

COLUMNS: Final[Sequence[Column]] = (
    *columns(Kind.TEXT, "part", "stage", "touchpoint", "name", "department", "owner"),
    *columns(Kind.INTEGER, "mentions", "items"),
    *columns(Kind.NUMBER, "share"),
    *columns(Kind.INTEGER, "negative", "positive"),
    *columns(Kind.NUMBER, "negative_share"),
    *columns(Kind.NUMBER, "negative_share_low:intervals.negative_share.low"),
    *columns(Kind.NUMBER, "negative_share_high:intervals.negative_share.high"),
    *columns(Kind.NUMBER, "net_sentiment", "score", "mean_severity"),
    *columns(Kind.NUMBER, "nps:kpis.nps.value"),
    *columns(Kind.INTEGER, "nps_n:kpis.nps.n"),
    *columns(Kind.NUMBER, "csat:kpis.csat.value"),
    *columns(Kind.INTEGER, "csat_n:kpis.csat.n"),
    *columns(Kind.FLAG, "small", "moment_of_truth"),
    *columns(Kind.JSON, "kpis", "emotions", "changes", "pains", "wins"),
    *columns(Kind.NUMBER, "stars:kpis.stars.value"),
    *columns(Kind.INTEGER, "stars_n:kpis.stars.n"),
    *columns(Kind.NUMBER, "ces:kpis.ces.value"),
    *columns(Kind.INTEGER, "ces_n:kpis.ces.n"),
)


def read_map(
    workspace_id: UUID, params: JourneyExport, session: Session, _after: None
) -> tuple[Sequence[Row], None]:
    """All parts of the map: stages, touchpoints, then the cells that have feedback."""
    return list(_rows(build_map(session, workspace_id, params))), None


def _rows(map_: JourneyMapOut) -> Iterator[Row]:
    for stage in map_.stages:
        yield _row("stage", stage.model_dump() | {"stage": stage.key})
    for touchpoint in map_.touchpoints:
        yield _row("touchpoint", touchpoint.model_dump() | {"touchpoint": touchpoint.key})
    for cell in map_.cells:
        yield _row("cell", cell.model_dump())


def _row(part: str, values: dict[str, Any]) -> Row:
    return row_of(values | {"part": part}, COLUMNS)


def svg_of(session: Session, workspace_id: UUID, params: JourneyExport) -> str:
    """The map as SVG, with its period and filters; without a comparison."""
    return draw_svg(build_map(session, workspace_id, params), _about(params))


def _about(params: FilterParams) -> str:
    asked = params.model_dump(
        exclude={"format", "bom", "journey", "since", "until"}, exclude_defaults=True
    )
    told = [
        f"{name.removeprefix(ATTRIBUTE)}: {_joined(value)}"
        for name, value in asked.items()
        if not name.startswith(OTHER_SIDE)
    ]
    return "; ".join([formatting.period(params.since, params.until), *told])


def _joined(value: Any) -> str:
    return ", ".join(map(plain, value)) if isinstance(value, list) else plain(str(value))
