"""Mentions themselves: the most typical ones of a cell first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlmodel import Session

from service.insights.cells import Cell
from service.insights.filters import Selection
from service.insights.queries.recount import FEEDBACK, MENTION, OF_FEEDBACK, feedback_conditions

CONSIDERED: Final = 50
"""Verbatims are chosen among this many of a native cell's most severe mentions, latest first."""
FEW: Final = 20_000
"""Negative mentions up to which reading them all beats visiting every cell by itself."""
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
    session: Session, selection: Selection, cells: Mapping[Cell, int]
) -> dict[Cell, list[Place]]:
    """The places of typical negative mentions of native cells, in no order; one statement.

    ``cells`` says how many each has in the selection. Few are read and ranked; of many, only
    the first in the order of an index are visited.
    """
    if not cells:
        return {}
    few = sum(cells.values()) <= FEW
    found: dict[Cell, list[Place]] = {}
    for stage, touchpoint, *place in session.execute(
        _ranked(session, selection, cells) if few else _walked(session, selection, cells)
    ):
        found.setdefault(Cell(stage, touchpoint), []).append(Place(*place))
    return found


def with_text(
    session: Session, workspace_id: UUID, places: Collection[Place]
) -> Sequence[Row[Any]]:
    """The mentions of the items at ``places``, with their feedback."""
    statement = _with_text().where(
        MENTION.c.workspace_id == workspace_id,
        MENTION.c.feedback_id.in_({place.feedback_id for place in places}),
    )
    return session.execute(statement).all()


def in_cells(cells: Collection[Cell]) -> ColumnElement[bool]:
    """Whether a mention is in one of these native cells, in terms that an index can serve."""
    table = MENTION.c
    stages, touchpoints = ({cell[side] for cell in cells} for side in (0, 1))
    near = and_(table.stage.in_(stages), table.touchpoint.in_(touchpoints))
    if len(cells) == len(stages) * len(touchpoints):
        return near
    return and_(near, tuple_(table.stage, table.touchpoint).in_([tuple(cell) for cell in cells]))


def _place() -> tuple[ColumnElement[Any], ...]:
    table = MENTION.c
    sure = confidence().label("sure")
    return table.stage, table.touchpoint, table.severity, sure, table.feedback_id, table.ordinal


def _worst_first() -> tuple[ColumnElement[Any], ...]:
    return MENTION.c.severity.desc(), MENTION.c.feedback_id.desc()


def _ranked(session: Session, selection: Selection, cells: Collection[Cell]) -> Select[Any]:
    rank = func.row_number().over(
        partition_by=(MENTION.c.stage, MENTION.c.touchpoint), order_by=_worst_first()
    )
    ranked = (
        select(*_place(), rank.label("rank"))
        .select_from(MENTION.join(FEEDBACK, OF_FEEDBACK))
        .where(
            *feedback_conditions(session, selection),
            in_cells(cells),
            MENTION.c.sentiment == "negative",
        )
        .subquery()
    )
    wanted = [column for column in ranked.c if column.name != "rank"]
    return select(*wanted).where(ranked.c.rank <= CONSIDERED)


def _walked(session: Session, selection: Selection, cells: Iterable[Cell]) -> CompoundSelect[Any]:
    return union_all(*(_first_of(session, selection, cell) for cell in cells))


def _first_of(session: Session, selection: Selection, cell: Cell) -> Select[Any]:
    """In the order of ``ix_mention_cell``; EXISTS keeps a planner from turning the join round."""
    table = MENTION.c
    meant = exists().where(OF_FEEDBACK, *feedback_conditions(session, selection))
    first = (
        select(*_place())
        .where(
            table.workspace_id == selection.workspace_id,
            table.stage == cell.stage,
            table.touchpoint == cell.touchpoint,
            table.sentiment == "negative",
            meant.correlate(MENTION),
        )
        .order_by(*_worst_first())
        .limit(CONSIDERED)
    )
    return select(first.subquery())


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
