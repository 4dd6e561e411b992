"""Reads mentions with their text: of cells, of themes, or by their keys."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Table,
    Text,
    and_,
    case,
    func,
    or_,
    select,
    tuple_,
)
from sqlmodel import Session

from models.tables import FEEDBACK, MENTION
from service.ids import chunked
from service.insights.filters import Selection
from service.insights.queries.recount import (
    FEEDBACK_OF_MENTIONS,
    LANGUAGE,
    MENTIONS_OF_FEEDBACK,
    feedback_conditions,
)
from service.journey.native import Cell

QUOTE_COLUMNS: Final = {
    "feedback_id",
    "ordinal",
    "start",
    "end",
    "text",
    "language",
    "occurred_at",
    "severity",
    "emotion",
}
"""The columns read for a mention that is only quoted: no probabilities."""
AT_ONCE: Final = 500
"""Keys looked up at a time."""
MARGIN: Final = 160
"""Characters of the text before and after a mention that are read with it."""
DECISIVE: Final = ("sentiment", "stage", "touchpoint")
"""The labels that determine where a mention belongs, whose confidence therefore matters."""


class MentionRank(NamedTuple):
    """The rank of a mention among others: see ``sort_key``."""

    severity: int
    confidence: float
    feedback_id: UUID
    ordinal: int

    @property
    def key(self) -> tuple[UUID, int]:
        """The key of the mention: its feedback and ordinal."""
        return self.feedback_id, self.ordinal

    @property
    def sort_key(self) -> tuple[int, float, UUID, int]:
        """The greatest comes first: the most severe, then the most confident, then the latest
        mention; those of one item in their order."""
        return self.severity, self.confidence, self.feedback_id, -self.ordinal


@cache
def confidence() -> ColumnElement[float]:
    """The confidence that a mention belongs where it is: the product of those of ``DECISIVE``."""
    sentiment, stage, touchpoint = (MENTION.c.confidence[name].as_float() for name in DECISIVE)
    return func.coalesce(sentiment * stage * touchpoint, 0.0)


def page(
    session: Session,
    selection: Selection,
    sentiments: Sequence[str],
    after: MentionRank | None,
    limit: int,
    theme: UUID | None = None,
) -> Sequence[Row[Any]]:
    """Mentions with their feedback: most severe, then most confident, then latest first.

    Only those in the selection's cells and, if given, of a theme. ``around`` is the text from
    ``MARGIN`` characters before a mention to as many after it; ``chars`` is the length of the whole
    text.
    """
    table, sure = MENTION.c, confidence()
    statement = (
        select_mentions(FEEDBACK_OF_MENTIONS if theme else MENTIONS_OF_FEEDBACK)
        .add_columns(sure.label("sure"), *surroundings())
        .where(*feedback_conditions(session, selection), table.sentiment.in_(sentiments))
    )
    if theme is not None:
        statement = statement.where(of_themes(selection, [theme]))
    if selection.cells is not None:
        statement = statement.where(in_cells(selection.cells))
    if after is not None:
        statement = statement.where(_follows(after))
    ordered = statement.order_by(
        table.severity.desc(), sure.desc(), table.feedback_id.desc(), table.ordinal
    )
    return session.execute(ordered.limit(limit)).all()


def quotes_of(
    session: Session, workspace_id: UUID, ranks: Collection[MentionRank]
) -> Sequence[Row[Any]]:
    """The columns ``QUOTE_COLUMNS`` of all mentions of the items at ``ranks``."""
    found = select_mentions(MENTIONS_OF_FEEDBACK)
    statement = found.with_only_columns(
        *(column for column in found.selected_columns if column.name in QUOTE_COLUMNS)
    ).where(
        MENTION.c.workspace_id == workspace_id,
        MENTION.c.feedback_id.in_({rank.feedback_id for rank in ranks}),
    )
    return session.execute(statement).all()


def mentions_at(
    session: Session, workspace_id: UUID, keys: Collection[tuple[UUID, int]]
) -> dict[tuple[UUID, int], Row[Any]]:
    """Mentions by feedback id and ordinal, with their feedback and the text around them."""
    found: dict[tuple[UUID, int], Row[Any]] = {}
    for some in chunked(list(keys), AT_ONCE):
        statement = (
            select_mentions(MENTIONS_OF_FEEDBACK)
            .add_columns(*surroundings())
            .where(
                MENTION.c.workspace_id == workspace_id,
                MENTION.c.feedback_id.in_({id_ for id_, _ in some}),
                tuple_(MENTION.c.feedback_id, MENTION.c.ordinal).in_(some),
            )
        )
        found |= {(row.feedback_id, row.ordinal): row for row in session.execute(statement)}
    return found


def in_cells(cells: Collection[Cell], of: Table = MENTION) -> ColumnElement[bool]:
    """Whether a mention (or a row ``of`` feedback) is in one of these native cells, written so that
    an index can serve it."""
    table = of.c
    stages, touchpoints = ({cell[side] for cell in cells} for side in (0, 1))
    near = and_(table.stage.in_(stages), table.touchpoint.in_(touchpoints))
    if len(cells) == len(stages) * len(touchpoints):
        return near
    return and_(near, tuple_(table.stage, table.touchpoint).in_([tuple(cell) for cell in cells]))


def of_themes(selection: Selection, themes: Collection[UUID] | Select[Any]) -> ColumnElement[bool]:
    """Whether a mention is of one of these themes, written so that an index can serve it."""
    table = MENTION.c
    return and_(table.workspace_id == selection.workspace_id, table.pain_point_id.in_(themes))


def own_text() -> ColumnElement[str]:
    """A mention's slice of the text of its feedback, as ``text``."""
    table = MENTION.c
    return func.substr(FEEDBACK.c.text, table.start + 1, table.end - table.start).label("text")


def surroundings() -> tuple[ColumnElement[Any], ...]:
    """The text around a mention, and the length of the whole text: ``around`` and ``chars``."""
    table, text = MENTION.c, FEEDBACK.c.text
    first = case((table.start > MARGIN, table.start - MARGIN), else_=0)
    around = func.substr(text, first + 1, table.end + MARGIN - first, type_=Text())
    return around.label("around"), func.length(text, type_=Integer()).label("chars")


def select_mentions(of_feedback: ColumnElement[bool]) -> Select[Any]:
    """Mentions with their own slice of the text, and the main columns of their feedback."""
    about = ("kind", "source", "external_id", "occurred_at")
    return select(
        MENTION,
        own_text(),
        LANGUAGE.label("language"),
        *(FEEDBACK.c[name] for name in about),
    ).select_from(MENTION.join(FEEDBACK, of_feedback))


def _follows(rank: MentionRank) -> ColumnElement[bool]:
    table = MENTION.c
    return or_(
        table.severity < rank.severity,
        and_(table.severity == rank.severity, _follows_when_as_severe(rank)),
    )


def _follows_when_as_severe(rank: MentionRank) -> ColumnElement[bool]:
    table, sure = MENTION.c, confidence()
    same_item = and_(table.feedback_id == rank.feedback_id, table.ordinal > rank.ordinal)
    as_sure = and_(sure == rank.confidence, or_(table.feedback_id < rank.feedback_id, same_item))
    return or_(sure < rank.confidence, as_sure)
