"""Where the typical mentions of cells and of themes are, and the vectors of mentions."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    Table,
    and_,
    exists,
    func,
    select,
    union_all,
)
from sqlmodel import Session, SQLModel

from models.mention_vector import MentionVector
from service.insights.cells import Cell
from service.insights.filters import Selection
from service.insights.queries.evidence import Place, confidence, in_cells, of_themes
from service.insights.queries.recount import (
    FEEDBACK,
    MENTION,
    OF_FEEDBACK,
    SAID_IN,
    feedback_conditions,
)

CONSIDERED: Final = 50
"""Of a native cell or a theme, the most severe mentions among which some are chosen, latest
first."""
FEW: Final = 20_000
"""Mentions up to which reading them all beats visiting every cell or theme by itself."""
AT_ONCE: Final = 400
"""Groups, or items, in one statement: SQLite unites 500 selects at most."""
VECTOR: Final[Table] = SQLModel.metadata.tables[str(MentionVector.__tablename__)]

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Grouping(Generic[K]):
    """What mentions are grouped by: ``columns``, which make a key, and how groups are found."""

    columns: tuple[ColumnElement[Any], ...]
    key: Callable[..., K]
    are_in: Callable[[Selection, Collection[K]], ColumnElement[bool]]
    of_feedback: ColumnElement[bool]


CELLS: Final = Grouping(
    columns=(MENTION.c.stage, MENTION.c.touchpoint),
    key=Cell,
    are_in=lambda _selection, cells: in_cells(cells),
    of_feedback=OF_FEEDBACK,
)
"""Native cells."""
THEMES: Final = Grouping(
    columns=(MENTION.c.pain_point_id,),
    key=lambda theme: theme,
    are_in=of_themes,
    of_feedback=SAID_IN,
)
"""Themes, by id."""


def typical_places(
    session: Session,
    selection: Selection,
    sentiment: str,
    by: Grouping[K],
    groups: Mapping[K, int],
) -> dict[K, list[Place]]:
    """The places of typical mentions of a sentiment in each group, in no order.

    ``groups`` says how many each has in the selection. Few are read and ranked; of many, only
    the first in the order of an index are visited. One statement for ``AT_ONCE`` groups.
    """
    find = _ranked if sum(groups.values()) <= FEW else _walked
    width = len(by.columns)
    found: dict[K, list[Place]] = {}
    for some in _parts(list(groups)):
        for row in session.execute(find(session, selection, sentiment, by, some)):
            found.setdefault(by.key(*row[:width]), []).append(Place(*row[width:]))
    return found


def vectors_at(session: Session, selection: Selection, places: Collection[Place]) -> list[Row[Any]]:
    """Vectors of the items at ``places``: feedback_id, ordinal, model_version, vector."""
    table = VECTOR.c
    vectors = select(table.feedback_id, table.ordinal, table.model_version, table.vector).where(
        table.workspace_id == selection.workspace_id
    )
    return [
        row
        for some in _parts(sorted({place.feedback_id for place in places}))
        for row in session.execute(vectors.where(table.feedback_id.in_(some)))
    ]


def _parts(keys: Sequence[K]) -> Iterator[Sequence[K]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def _place(by: Grouping[Any]) -> tuple[ColumnElement[Any], ...]:
    table = MENTION.c
    sure = confidence().label("sure")
    return (*by.columns, table.severity, sure, table.feedback_id, table.ordinal)


def _worst_first() -> tuple[ColumnElement[Any], ...]:
    return MENTION.c.severity.desc(), MENTION.c.feedback_id.desc()


def _ranked(
    session: Session,
    selection: Selection,
    sentiment: str,
    by: Grouping[Any],
    groups: Collection[Any],
) -> Select[Any]:
    rank = func.row_number().over(partition_by=by.columns, order_by=_worst_first())
    ranked = (
        select(*_place(by), rank.label("rank"))
        .select_from(MENTION.join(FEEDBACK, by.of_feedback))
        .where(
            *feedback_conditions(session, selection),
            by.are_in(selection, groups),
            MENTION.c.sentiment == sentiment,
        )
        .subquery()
    )
    wanted = [column for column in ranked.c if column.name != "rank"]
    return select(*wanted).where(ranked.c.rank <= CONSIDERED)


def _walked(
    session: Session,
    selection: Selection,
    sentiment: str,
    by: Grouping[Any],
    groups: Collection[Any],
) -> CompoundSelect[Any]:
    return union_all(*(_first_of(session, selection, sentiment, by, key) for key in groups))


def _first_of(
    session: Session, selection: Selection, sentiment: str, by: Grouping[Any], key: Any
) -> Select[Any]:
    """In the order of an index; EXISTS keeps a planner from turning the join round."""
    table = MENTION.c
    meant = exists().where(OF_FEEDBACK, *feedback_conditions(session, selection))
    parts = key if isinstance(key, tuple) else (key,)
    own = and_(*(column == part for column, part in zip(by.columns, parts, strict=True)))
    first = (
        select(*_place(by))
        .where(
            table.workspace_id == selection.workspace_id,
            own,
            table.sentiment == sentiment,
            meant.correlate(MENTION),
        )
        .order_by(*_worst_first())
        .limit(CONSIDERED)
    )
    return select(first.subquery())
