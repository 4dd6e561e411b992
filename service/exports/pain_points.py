"""Pain points and wins as rows, in the order of their lists."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlmodel import Session

from service.exports.params import PainPointExport, WinExport
from service.exports.tables import Column, Kind, Row, columns, row_of
from service.insights.pain_points import list_pain_points, list_wins
from service.insights.pain_schemas import PainPointOut, PainPointsOut
from service.insights.params import PainPointParams, ThemeParams, WinParams

PAGE_ITEMS: Final = 200
KPIS: Final = ("nps", "csat", "stars", "ces")
"""The scales whose effects have columns of their own."""


def _impact(scale: str) -> tuple[Column, ...]:
    """The effect on a scale and its interval; ``impact`` also has the scales of other ranges."""
    path = f"impact.{scale}"
    return columns(
        Kind.NUMBER,
        f"{scale}_impact:{path}.impact",
        f"{scale}_impact_low:{path}.interval.low",
        f"{scale}_impact_high:{path}.interval.high",
    )


COLUMNS: Final[Sequence[Column]] = (
    *columns(Kind.TEXT, "id", "kind", "sentiment", "parent", "stage", "touchpoint", "title"),
    *columns(Kind.JSON, "keywords"),
    *columns(Kind.TEXT, "status", "owner"),
    *columns(Kind.INTEGER, "mentions", "items"),
    *columns(Kind.NUMBER, "share", "share_low:intervals.share.low"),
    *columns(Kind.NUMBER, "share_high:intervals.share.high"),
    *columns(Kind.NUMBER, "negative_share", "positive_share", "net_sentiment", "score"),
    *columns(Kind.NUMBER, "mean_severity", "pain", "joy"),
    *columns(Kind.FLAG, "small"),
    *columns(Kind.INTEGER, "previous_mentions:trend.previous_mentions"),
    *columns(Kind.INTEGER, "previous_items:trend.previous_items"),
    *columns(Kind.NUMBER, "change:trend.change", "rate_change:trend.rate_change"),
    *columns(Kind.NUMBER, "change_low:trend.low", "change_high:trend.high", "change_p:trend.p"),
    *columns(Kind.FLAG, "change_significant:trend.significant"),
    *columns(Kind.DATE, "first_seen", "last_seen"),
    *columns(Kind.JSON, "impact", "emotions", "verbatims"),
    *(column for scale in KPIS for column in _impact(scale)),
)

P = TypeVar("P", bound=ThemeParams)


def read_pain_points(
    workspace_id: UUID, params: PainPointExport, session: Session, after: str | None
) -> tuple[Sequence[Row], str | None]:
    """A page of pain points, filtered by ``params``."""
    return _read(list_pain_points, PainPointParams, workspace_id, params, session, after)


def read_wins(
    workspace_id: UUID, params: WinExport, session: Session, after: str | None
) -> tuple[Sequence[Row], str | None]:
    """A page of wins, filtered by ``params``."""
    return _read(list_wins, WinParams, workspace_id, params, session, after)


def _read(
    listed: Callable[[Session, UUID, P], PainPointsOut],
    kind: type[P],
    workspace_id: UUID,
    params: PainPointExport | WinExport,
    session: Session,
    after: str | None,
) -> tuple[Sequence[Row], str | None]:
    asked = params.model_dump(exclude={"format", "bom"}, exclude_unset=True) | {
        "limit": PAGE_ITEMS,
        "cursor": after,
    }
    answer = listed(session, workspace_id, kind.model_validate(asked))
    return [_row(item) for item in answer.items], answer.next


def _row(item: PainPointOut) -> Row:
    values: dict[str, Any] = item.model_dump()
    values["verbatims"] = [said["text"] for said in values["verbatims"]]
    return row_of(values, COLUMNS)
