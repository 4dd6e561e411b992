"""GET /v1/mentions: mentions by words, by meaning, or simply the latest within the filters."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from service.errors import InvalidParam, InvalidRequest
from service.insights.evidence import evidence_fields
from service.insights.filters import Selection, select_feedback
from service.insights.pain_schemas import ExcerptOut
from service.insights.queries import search
from service.insights.queries.freshness import freshness
from service.insights.queries.mentions import mentions_at
from service.insights.queries.search import MentionCriteria, Point
from service.insights.search_params import MentionFilters, MentionParams
from service.insights.search_schemas import HighlightOut, MentionHitOut, MentionPageOut
from service.insights.similarity import Meaning, most_similar
from service.insights.subject import WholeCell, subject_of
from service.insights.words import Query, parse
from service.web.cursors import cursor_int, cursor_time, decode_cursor, encode_cursor

LIST: Final = "mentions"
"""The list's name in its cursors."""
LOOKED_THROUGH: Final = 20_000
"""The most mentions that one request compares with ``q``."""
EMPTY_QUERY: Final = Query((), ())


class Found(NamedTuple):
    """Mentions in the order of the response; a next page, if there is one, begins after ``end``."""

    points: Sequence[Point]
    end: Point | None


def refuse_contradictions(params: MentionParams) -> None:
    """Reject ``q`` and ``cursor`` with ``like``, which has an order of its own and no pages.

    Raises:
        InvalidRequest: ``like`` is combined with one of them.
    """
    for name in ("q", "cursor"):
        if params.like is not None and getattr(params, name) is not None:
            raise InvalidRequest(invalid_params=[InvalidParam(name, "can't be combined with like")])


def list_mentions(
    session: Session, workspace_id: UUID, params: MentionParams, meaning: Meaning | None
) -> MentionPageOut:
    """A page of mentions; with ``meaning`` (that of ``like``), the most similar ones."""
    criteria = criteria_of(session, workspace_id, params)
    query = query_of(params)
    fresh = freshness(session, workspace_id)
    similarities: Mapping[tuple[UUID, int], float] = {}
    if meaning is not None:
        similarities, following = most_similar(session, criteria, meaning, params.limit), None
        keys = list(similarities)
    else:
        found = find(session, criteria, query, after_of(params.cursor), params.limit)
        keys = [(point.feedback_id, point.ordinal) for point in found.points]
        following = cursor_of(found.end) if found.end else None
    rows = mentions_at(session, workspace_id, keys)
    return MentionPageOut(
        **fresh._asdict(),
        journey=criteria.selection.journey.key,
        items=[
            _hit(criteria.selection, rows[key], query, similarities.get(key))
            for key in keys
            if key in rows
        ],
        next=following,
    )


def criteria_of(session: Session, workspace_id: UUID, params: MentionFilters) -> MentionCriteria:
    """The mentions that ``params`` describe, apart from ``q``.

    Raises:
        NoSuchPainPoint: ``params`` name a pain point or win that does not exist.
        InvalidRequest: ``params`` name one that is a whole cell.
    """
    selection = select_feedback(session, workspace_id, params)
    return MentionCriteria(
        selection,
        sentiments=params.sentiment,
        emotions=params.emotion,
        intents=params.intent,
        severity=params.severity,
        themes=[_home_of(session, selection, id_) for id_ in params.pain_point],
    )


def _home_of(session: Session, selection: Selection, wanted: UUID) -> UUID:
    """The theme that has the mentions of ``wanted``, which may have been merged into it."""
    subject = subject_of(session, selection, wanted)
    if not isinstance(subject, WholeCell):
        return subject.id
    (stage, touchpoint), sentiment = subject
    place = f"stage={stage}, touchpoint={touchpoint} and sentiment={sentiment}"
    reason = f"must be the id of a theme; {wanted} is a whole cell: use {place}"
    raise InvalidRequest(invalid_params=[InvalidParam("pain_point", reason)])


def query_of(params: MentionFilters) -> Query:
    """The parsed ``q``; without ``q``, a query that wants nothing.

    Raises:
        InvalidRequest: ``q`` has no word to search for.
    """
    if params.q is None:
        return EMPTY_QUERY
    query = parse(params.q)
    if not query.wanted:
        reason = "has no word to search for; exclusions only narrow other words"
        raise InvalidRequest(invalid_params=[InvalidParam("q", reason)])
    return query


def find(
    session: Session,
    criteria: MentionCriteria,
    query: Query,
    after: Point | None,
    limit: int,
    look_through: int = LOOKED_THROUGH,
) -> Found:
    """The latest ``limit`` mentions that match ``query``, among ``look_through`` candidates."""
    most = look_through if query.wanted else limit + 1
    points: list[Point] = []
    passed: list[Point] = []
    for row in search.latest(session, criteria, query.wanted, after, most):
        matches = not query.wanted or query.find(row.text) is not None
        if matches and len(points) == limit:
            return Found(points, passed[-1])
        passed.append(Point(row.occurred_at, row.feedback_id, row.ordinal))
        if matches:
            points.append(passed[-1])
    return Found(points, passed[-1] if len(passed) == most else None)


def after_of(cursor: str | None) -> Point | None:
    """The point after which a page begins; None for the first page."""
    if cursor is None:
        return None
    return Point(*decode_cursor(LIST, cursor, (cursor_time, UUID, cursor_int)))


def cursor_of(point: Point) -> str:
    """A point as a cursor."""
    at, feedback, ordinal = point
    return encode_cursor(LIST, (at.isoformat(), str(feedback), ordinal))


def _hit(
    selection: Selection, row: Row[Any], query: Query, similarity: float | None
) -> MentionHitOut:
    fields = evidence_fields(selection, row)
    shown: ExcerptOut = fields["excerpt"]
    return MentionHitOut(
        **fields,
        pain_point_id=row.pain_point_id,
        highlights=[
            HighlightOut(start=shown.start + span.start, end=shown.start + span.end)
            for span in query.find(row.text) or ()
        ],
        similarity=None if similarity is None else round(similarity, 4),
    )
