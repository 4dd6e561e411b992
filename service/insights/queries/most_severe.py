"""Finds the most severe mentions of cells and of themes, and reads the vectors of mentions."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Executable,
    Row,
    Select,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlmodel import Session

from models.tables import FEEDBACK, MENTION, MENTION_VECTOR
from models.types import first_id
from service.clock import MAX_CLOCK_SKEW, now
from service.ids import chunked
from service.insights.filters import Selection
from service.insights.queries.expressions import only_compared
from service.insights.queries.mentions import MentionRank, confidence, in_cells
from service.insights.queries.recount import MENTIONS_OF_FEEDBACK, feedback_conditions
from service.journey.native import Cell

FEW: Final = 20_000
"""Up to so many mentions, reading them all is faster than visiting each cell."""
AT_ONCE: Final = 400
"""Groups, or items, in one statement: SQLite allows 500 selects in a UNION."""
SHORT: Final = timedelta(days=100)
"""For periods up to this length, it pays to first look at what was received since they began."""
FIRST_REVISION: Final[ColumnElement[int]] = literal_column("1")
"""A literal, not a bind parameter: else a database can't know that the partial index of feedback
that was sent again has all rows."""

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Grouping(Generic[K]):
    """How mentions are grouped: by ``columns``, of which ``key`` makes a key.

    At most ``considered`` of each group are found: the most severe ones, and of equally severe ones
    the latest.
    """

    columns: tuple[ColumnElement[Any], ...]
    key: Callable[..., K]
    considered: int


CELLS: Final = Grouping((MENTION.c.stage, MENTION.c.touchpoint), Cell, considered=50)
"""Native cells."""
THEMES: Final = Grouping((MENTION.c.pain_point_id,), lambda theme: theme, considered=25)
"""Themes, by id."""


def by_cell(
    session: Session, selection: Selection, sentiment: str, cells: Mapping[Cell, int]
) -> dict[Cell, list[MentionRank]]:
    """The ranks of the most severe mentions of a sentiment in each native cell, unordered.

    ``cells`` has the number of such mentions in the selection. If they are few in all, all are read
    and ranked; else only the first of each cell are read, in the order of an index.
    """
    said = MENTION.c.sentiment == sentiment
    if cells and sum(cells.values()) <= FEW:
        return _found(session, CELLS, [_ranked(session, selection, said, cells)])
    return _by_group(session, selection, said, CELLS, cells)


def by_theme(
    session: Session, selection: Selection, themes: Mapping[UUID, int]
) -> dict[UUID, list[MentionRank]]:
    """The ranks of the most severe mentions of each theme, unordered.

    ``themes`` has the number of mentions of each in the selection.
    """
    return _by_group(session, selection, true(), THEMES, themes)


def vectors_at(
    session: Session, selection: Selection, ranks: Collection[MentionRank]
) -> list[Row[Any]]:
    """All vectors of the items at ``ranks``: feedback_id, ordinal, model_version, vector."""
    table = MENTION_VECTOR.c
    vectors = select(table.feedback_id, table.ordinal, table.model_version, table.vector).where(
        table.workspace_id == selection.workspace_id
    )
    return [
        row
        for some in chunked(sorted({rank.feedback_id for rank in ranks}), AT_ONCE)
        for row in session.execute(vectors.where(table.feedback_id.in_(some)))
    ]


def _place(by: Grouping[Any]) -> tuple[ColumnElement[Any], ...]:
    table = MENTION.c
    sure = confidence().label("sure")
    return (*by.columns, table.severity, sure, table.feedback_id, table.ordinal)


def _worst_first() -> tuple[ColumnElement[Any], ...]:
    return MENTION.c.severity.desc(), MENTION.c.feedback_id.desc()


def _found(
    session: Session, by: Grouping[K], statements: Iterable[Executable]
) -> dict[K, list[MentionRank]]:
    width = len(by.columns)
    found: dict[K, list[MentionRank]] = {}
    for statement in statements:
        for row in session.execute(statement):
            found.setdefault(by.key(*row[:width]), []).append(MentionRank(*row[width:]))
    return found


def _ranked(
    session: Session,
    selection: Selection,
    said: ColumnElement[bool],
    cells: Collection[Cell],
) -> Select[Any]:
    rank = func.row_number().over(partition_by=CELLS.columns, order_by=_worst_first())
    ranked = (
        select(*_place(CELLS), rank.label("rank"))
        .select_from(MENTION.join(FEEDBACK, MENTIONS_OF_FEEDBACK))
        .where(*feedback_conditions(session, selection), in_cells(cells), said)
        .subquery()
    )
    wanted = [column for column in ranked.c if column.name != "rank"]
    return select(*wanted).where(ranked.c.rank <= CELLS.considered)


def _by_group(
    session: Session,
    selection: Selection,
    said: ColumnElement[bool],
    by: Grouping[K],
    counts: Mapping[K, int],
) -> dict[K, list[MentionRank]]:
    """The first mentions of each group; ``counts`` has the number of mentions of each.

    Mentions of a short period were usually received in it or later, which an index shows without
    reading their feedback; groups with too few of those are then read from all mentions.
    """
    found: dict[K, list[MentionRank]] = {}
    for received in _received_conditions(session, selection):
        lacking = [
            key
            for key, count in counts.items()
            if len(found.get(key, ())) < min(count, by.considered)
        ]
        found |= _found(
            session, by, _group_statements(session, selection, said & received, by, lacking)
        )
    return found


def _received_conditions(session: Session, selection: Selection) -> Iterator[ColumnElement[bool]]:
    since, until = selection.since, selection.until or now()
    if since and until - since <= SHORT:
        first = first_id(since - MAX_CLOCK_SKEW)
        if not _was_sent_again(session, selection, first):
            yield only_compared(session, MENTION.c.feedback_id) >= first
    yield true()


def _was_sent_again(session: Session, selection: Selection, first: UUID) -> bool:
    """Whether feedback with an id before ``first`` was sent again with a time within the period.

    No other feedback can have such an id in the period: when first sent, its time is at most
    ``MAX_CLOCK_SKEW`` after that of its id.
    """
    row = FEEDBACK.c
    within = [
        row.workspace_id == selection.workspace_id,
        row.revision > FIRST_REVISION,
        row.occurred_at >= selection.since,
    ]
    if selection.until:
        within.append(row.occurred_at < selection.until)
    return (
        session.execute(select(row.id).where(*within, row.id < first).limit(1)).first() is not None
    )


def _group_statements(
    session: Session,
    selection: Selection,
    said: ColumnElement[bool],
    by: Grouping[K],
    keys: Sequence[K],
) -> Iterator[CompoundSelect[Any]]:
    # A scalar subquery keeps the order of an index: a planner would reverse a join, and PostgreSQL
    # an EXISTS, too.
    meant = (
        select(FEEDBACK.c.id)
        .where(MENTIONS_OF_FEEDBACK, *feedback_conditions(session, selection))
        .correlate(MENTION)
        .scalar_subquery()
        .is_not(None)
    )
    of_all = (
        select(*_place(by))
        .where(MENTION.c.workspace_id == selection.workspace_id, said, meant)
        .order_by(*_worst_first())
        .limit(by.considered)
    )
    for some in chunked(keys, AT_ONCE):
        yield union_all(*(_first_of(of_all, by, key) for key in some))


def _first_of(of_all: Select[Any], by: Grouping[Any], key: Any) -> Select[Any]:
    """The first mentions of one group, in the order of an index."""
    parts = key if isinstance(key, tuple) else (key,)
    own = (column == part for column, part in zip(by.columns, parts, strict=True))
    return select(of_all.where(*own).subquery())
