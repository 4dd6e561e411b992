"""The index of words: which feedback may have them. It can find too much, but never misses any.

SQLite has a full-text table, whose rows ``word_place`` maps to feedback; PostgreSQL has an index on
an expression. The migration ``search`` creates both.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import Session

from models.feedback import DONE
from models.tables import FEEDBACK
from service.db import is_postgresql
from service.insights.queries.expressions import InOrder
from service.insights.words import Term

_PLACE: Final = table(
    "word_place", column("id"), column("workspace_id", Uuid), column("feedback_id", Uuid)
)
_INDEX: Final = table("word_index", column("rowid"))
_MATCHES: Final = literal_column("word_index").op("MATCH")
_SIMPLE: Final[ColumnElement[str]] = literal_column("'pg_catalog.simple'")


def candidate_rows(session: Session, terms: Sequence[Term]) -> Select[Any]:
    """A row for each analysed item, of any workspace, that may have all of ``terms``."""
    if not is_postgresql(session):
        return select(_INDEX.c.rowid).where(_MATCHES(_expression(terms)))
    has = func.to_tsvector(_SIMPLE, func.verbatim_words(FEEDBACK.c.text))
    wanted = reduce(lambda one, other: one.op("&&")(other), map(_query, terms))
    return select(FEEDBACK.c.id.label("feedback_id")).where(
        FEEDBACK.c.state == literal_column(f"'{DONE}'"), has.op("@@")(wanted)
    )


def candidate_ids(session: Session, workspace_id: UUID, terms: Sequence[Term]) -> Select[Any]:
    """The feedback ids of the items of a workspace that may have all of ``terms``."""
    found = candidate_rows(session, terms)
    if is_postgresql(session):
        return found.where(FEEDBACK.c.workspace_id == workspace_id)
    rows = found.subquery()
    source = InOrder(rows, _PLACE, _PLACE.c.id == rows.c.rowid)
    return (
        select(_PLACE.c.feedback_id)
        .select_from(source)
        .where(_PLACE.c.workspace_id == workspace_id)
    )


def _expression(terms: Sequence[Term]) -> str:
    """``terms`` in the syntax of FTS5: ``"last step" AND "refund" *``. Words contain no quotes."""
    return " AND ".join(
        f'"{" ".join(term.words)}"' + (" *" if term.prefix else "") for term in terms
    )


def _query(term: Term) -> ColumnElement[Any]:
    """All words of a term, in any order: to check their order, each text would have to be read."""
    words = func.plainto_tsquery(_SIMPLE, func.verbatim_words(" ".join(term.words)))
    if not term.prefix:
        return words
    return cast(func.nullif(cast(words, Text), "").op("||")(":*"), TSQUERY)
