"""Mentions themselves: the most typical ones of a cell first."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, tuple_, union_all
from sqlmodel import Session

from service.insights.cells import Cell
from service.insights.filters import Selection
from service.insights.queries.recount import FEEDBACK, MENTION, OF_FEEDBACK, feedback_conditions

CONSIDERED: Final = 50
"""Verbatims are chosen among this many of a native cell's most severe mentions, latest first."""
DECISIVE: Final = ("sentiment", "stage", "touchpoint")


class Place(NamedTuple):
    """Where a mention stands among others, most typical first."""

    severity: int
    confidence: float
    feedback_id: UUID
    ordinal: int


def confidence() -> ColumnElement[float]:
    """How sure it is that a mention belongs where it is: its sentiment, stage and touchpoint."""
    sentiment, stage, touchpoint = (MENTION.c.confidence[name].as_float() for name in DECISIVE)
    return func.coalesce(sentiment * stage * touchpoint, 0.0)


def page(
    session: Session,
    selection: Selection,
    sentiments: Sequence[str],
    after: Place | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Mentions with their feedback: most severe, then most confident, then latest first."""
    table, sure = MENTION.c, confidence()
    statement = (
        _with_text()
        .add_columns(sure.label("sure"))
        .where(*feedback_conditions(session, selection), table.sentiment.in_(sentiments))
    )
    if selection.cells is not None:
        statement = statement.where(in_cells(selection.cells))
    if after is not None:
        statement = statement.where(_follows(after))
    ordered = statement.order_by(
        table.severity.desc(), sure.desc(), table.feedback_id.desc(), table.ordinal
    )
    return session.execute(ordered.limit(limit)).all()


def typical_places(
    session: Session, selection: Selection, cells: Iterable[Cell]
) -> dict[Cell, list[Place]]:
    """The places of typical negative mentions of native cells, in no order; one statement."""
    branches = [_typical(session, selection, cell) for cell in cells]
    found: dict[Cell, list[Place]] = {}
    if branches:
        for stage, touchpoint, *place in session.execute(union_all(*branches)):
            found.setdefault(Cell(stage, touchpoint), []).append(Place(*place))
    return found


def with_text(
    session: Session, workspace_id: UUID, places: Collection[Place]
) -> Sequence[Row[Any]]:
    """The mentions at ``places``, with their feedback."""
    keys = [(place.feedback_id, place.ordinal) for place in places]
    statement = _with_text().where(
        MENTION.c.workspace_id == workspace_id,
        tuple_(MENTION.c.feedback_id, MENTION.c.ordinal).in_(keys),
    )
    return session.execute(statement).all()


def in_cells(cells: Iterable[Cell]) -> ColumnElement[bool]:
    """Whether a mention is in one of these native cells."""
    return tuple_(MENTION.c.stage, MENTION.c.touchpoint).in_([tuple(cell) for cell in cells])


def _typical(session: Session, selection: Selection, cell: Cell) -> Select[Any]:
    table = MENTION.c
    latest = (
        select(
            table.stage,
            table.touchpoint,
            table.severity,
            confidence().label("sure"),
            table.feedback_id,
            table.ordinal,
        )
        .select_from(MENTION.join(FEEDBACK, OF_FEEDBACK))
        .where(
            *feedback_conditions(session, selection),
            table.workspace_id == selection.workspace_id,
            table.stage == cell.stage,
            table.touchpoint == cell.touchpoint,
            table.sentiment == "negative",
        )
        .order_by(table.severity.desc(), table.feedback_id.desc())
        .limit(CONSIDERED)
    )
    return select(latest.subquery())


def _with_text() -> Select[Any]:
    """Mentions with their own slice of the text, and what is told of their feedback."""
    table = MENTION.c
    said = func.substr(FEEDBACK.c.text, table.start + 1, table.end - table.start)
    about = ("kind", "source", "external_id", "occurred_at")
    language = func.coalesce(FEEDBACK.c.language_read, FEEDBACK.c.language)
    return select(
        MENTION,
        said.label("text"),
        language.label("language"),
        *(FEEDBACK.c[name] for name in about),
    ).select_from(MENTION.join(FEEDBACK, OF_FEEDBACK))


def _follows(place: Place) -> ColumnElement[bool]:
    table = MENTION.c
    return or_(
        table.severity < place.severity,
        and_(table.severity == place.severity, _follows_when_as_severe(place)),
    )


def _follows_when_as_severe(place: Place) -> ColumnElement[bool]:
    table, sure = MENTION.c, confidence()
    same_item = and_(table.feedback_id == place.feedback_id, table.ordinal > place.ordinal)
    as_sure = and_(sure == place.confidence, or_(table.feedback_id < place.feedback_id, same_item))
    return or_(sure < place.confidence, as_sure)
