"""What a change is about, as a selection of feedback, and what it can be compared with."""

from typing import NamedTuple

from sqlmodel import Session

from models.change import Change
from service.changes.schemas import Scope
from service.insights.filters import Selection, select_feedback
from service.insights.params import ATTRIBUTE, FilterParams
from service.insights.queries.themes import Theme
from service.insights.subject import narrowed_to


class Scoped(NamedTuple):
    """What is in the scope: a selection, or one theme in it. ``around`` is the scope with the rest
    of the journey: the same segment at all stages, or, if the scope is a segment, everybody."""

    selection: Selection
    theme: Theme | None
    around: Selection

    @property
    def has_rest(self) -> bool:
        """Whether anything is outside of it."""
        return self.theme is not None or self.selection != self.around


def selected(session: Session, change: Change) -> Scoped:
    """The scope in the words of the journey in force.

    Raises:
        UnknownStage, UnknownTouchpoint, NoSuchPainPoint: it has what there is not (any more).
    """
    scope = Scope.model_validate(change.scope)
    whole = select_feedback(session, change.workspace_id, _params(scope))
    selection, theme = narrowed_to(session, whole, scope.pain_point)
    placed = theme is not None or selection.cells is not None
    everybody = select_feedback(session, change.workspace_id, FilterParams())
    return Scoped(selection, theme, selection.everywhere() if placed else everybody)


def _params(scope: Scope) -> FilterParams:
    filters = scope.model_dump(exclude={"pain_point", "attributes"}, exclude_none=True)
    attributes = {ATTRIBUTE + name: values for name, values in (scope.attributes or {}).items()}
    return FilterParams.model_validate(filters | attributes)
