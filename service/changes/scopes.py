"""The scope of a change as a selection of feedback, and what it can be compared with."""

from dataclasses import replace
from typing import NamedTuple

from sqlmodel import Session

from models.change import Change
from service.changes.schemas import Scope, ScopeKind
from service.errors import InvalidRequest, NotFound
from service.insights.filters import Selection, cells_of, select_feedback
from service.insights.params import ATTRIBUTE, FilterParams
from service.insights.queries.themes import Theme
from service.insights.subject import WholeCell, subject_of
from service.journey.mapping import JourneyMap
from service.journey.native import AXES, Cell
from service.journey.service import current_map, map_at


class JourneyPart(NamedTuple):
    """Where in the journey a change was made: native cells (None for all), or one theme in them."""

    cells: frozenset[Cell] | None
    theme: Theme | None


class ResolvedScope(NamedTuple):
    """The scope: a selection, or one theme in it. ``around`` is the scope plus its control: the
    same segment at all stages, or, if the scope is a segment, all feedback.
    """

    selection: Selection
    theme: Theme | None
    around: Selection
    kind: ScopeKind

    @property
    def has_rest(self) -> bool:
        """Whether there is anything outside the scope."""
        return self.theme is not None or self.selection != self.around


def resolve_scope(session: Session, change: Change) -> ResolvedScope:
    """The feedback in the scope.

    Raises:
        UnknownStage, UnknownTouchpoint, NoSuchPainPoint: see ``journey_part``.
    """
    cells, theme = journey_part(session, change)
    selection = select_feedback(session, change.workspace_id, _params(_scope(change)))
    everybody = select_feedback(session, change.workspace_id, FilterParams())
    placed = theme is not None or cells is not None
    around = selection if placed else everybody
    return ResolvedScope(replace(selection, cells=cells), theme, around, _scope(change).scope_kind)


def journey_part(session: Session, change: Change) -> JourneyPart:
    """The part, as named by the journey in force when the change was recorded.

    Raises:
        UnknownStage, UnknownTouchpoint: the journey had no such part.
        NoSuchPainPoint: there is none with that id (any more).
    """
    then = map_at(session, change.workspace_id, change.created_at)
    return _part(session, change, then)


def scope_in_current_journey(session: Session, change: Change) -> Scope | None:
    """The scope in terms of the current journey; None if it has no such part.

    Raises:
        UnknownStage, UnknownTouchpoint, NoSuchPainPoint: see ``journey_part``.
    """
    scope, journey = _scope(change), current_map(session, change.workspace_id)
    part = journey_part(session, change)
    try:
        if _part(session, change, journey).cells == part.cells:
            return scope
    except (InvalidRequest, NotFound):
        pass
    words = _words_for(journey, part.cells or frozenset())
    if words is None:
        return None
    pain_point = scope.pain_point if part.theme else None
    return scope.model_copy(update={**words, "pain_point": pain_point})


def _part(session: Session, change: Change, journey: JourneyMap) -> JourneyPart:
    scope = _scope(change)
    named = FilterParams.model_validate(scope.model_dump(include=set[str](AXES), exclude_none=True))
    there = Selection(change.workspace_id, journey, cells_of(journey, named))
    if scope.pain_point is None:
        return JourneyPart(there.cells, None)
    subject = subject_of(session, there, scope.pain_point)
    if isinstance(subject, WholeCell):
        return JourneyPart(subject.within(there).cells, None)
    return JourneyPart(there.cells, subject)


def _words_for(journey: JourneyMap, cells: frozenset[Cell]) -> dict[str, list[str] | None] | None:
    """The stages and touchpoints that consist of exactly these cells; None if there are none."""
    if not cells:
        return None
    stages = {journey.stage_of(cell) for cell in cells}
    touchpoints = {journey.touchpoint_of(cell) for cell in cells}
    for chosen in ((stages, None), (None, touchpoints), (stages, touchpoints)):
        if journey.cells_within(*chosen) == cells:
            names = (None if keys is None else sorted(keys) for keys in chosen)
            return dict(zip(("stage", "touchpoint"), names, strict=True))
    return None


def _scope(change: Change) -> Scope:
    return Scope.model_validate(change.scope)


def _params(scope: Scope) -> FilterParams:
    """The filters of a scope except its part of the journey."""
    away = {"pain_point", "attributes", *AXES}
    filters = scope.model_dump(exclude=away, exclude_none=True)
    attributes = {ATTRIBUTE + name: values for name, values in (scope.attributes or {}).items()}
    return FilterParams.model_validate(filters | attributes)
