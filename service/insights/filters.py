"""Turns query parameters into a selection of feedback: resolves names, rejects contradictions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from uuid import UUID

from sqlmodel import Session

from nlp.labels import UNASSIGNED
from service.errors import InvalidParam, InvalidRequest
from service.insights.params import (
    ATTRIBUTE,
    MOST_VALUES,
    FilterParams,
    JourneyParams,
    plain,
    split_values,
)
from service.journey.mapping import JourneyMap
from service.journey.names import folded
from service.journey.native import Cell
from service.journey.service import named_map
from service.references import sources_in
from service.rollups.declared import ready_attributes
from service.rollups.segments import ALL_FEEDBACK, is_rolled_up, segment_keys
from service.text import refuse_unstorable, to_nfc
from service.web.parameters import MAX_NAME_CHARS


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected feedback of one workspace, with the journey whose keys the response uses.

    ``cells`` are native, ``None`` for all. Empty sequences don't filter. ``since`` is inclusive,
    ``until`` exclusive, both in UTC.
    """

    workspace_id: UUID
    journey: JourneyMap
    cells: frozenset[Cell] | None = None
    since: datetime | None = None
    until: datetime | None = None
    kinds: Sequence[str] = ()
    sources: Sequence[str] = ()
    channels: Sequence[str] = ()
    languages: Sequence[str] = ()
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    declared: frozenset[str] = field(default=frozenset(), compare=False)
    """The declared attributes whose roll-ups are complete."""

    @property
    def in_rollups(self) -> bool:
        """Whether roll-ups have the exact sums: only whole UTC days, and no attributes, or one that
        segments cover."""
        times = (self.since, self.until)
        whole_days = all(at is None or at.time() == time() for at in times)
        return whole_days and not (self.attributes and self.segments == (ALL_FEEDBACK,))

    @property
    def segments(self) -> Sequence[str]:
        """The segments of roll-ups that make it up: those of the values of one declared attribute,
        else that of all feedback. They are not kept by kind, source, channel and language."""
        narrowed = self.kinds or self.sources or self.channels or self.languages
        if len(self.attributes) == 1 and not narrowed:
            ((name, values),) = self.attributes.items()
            if name in self.declared and all(map(is_rolled_up, values)):
                return segment_keys(name, values)
        return (ALL_FEEDBACK,)

    def everywhere(self) -> "Selection":
        """The same feedback at every stage and touchpoint."""
        return replace(self, cells=None)

    def between(self, since: datetime, until: datetime) -> "Selection":
        """The same feedback in another period."""
        return replace(self, since=since, until=until)

    def narrowed(self, stages: set[str], touchpoints: set[str]) -> "Selection":
        """The part of it at these stages and touchpoints of the journey."""
        cells = self.journey.cells_within(stages, touchpoints)
        return replace(self, cells=cells if self.cells is None else cells & self.cells)

    def has(self, cell: Cell) -> bool:
        """Whether it includes mentions of this native cell."""
        return self.cells is None or cell in self.cells

    def touched_by(self, cells: frozenset[Cell]) -> bool:
        """Whether it includes items with these native cells; always if it has no ``cells``."""
        return self.cells is None or not self.cells.isdisjoint(cells)


def journey_for(session: Session, workspace_id: UUID, params: JourneyParams) -> JourneyMap:
    """The journey that ``params`` name.

    Raises:
        UnknownJourney: there is no such journey.
    """
    return named_map(session, workspace_id, params.journey)


def select_feedback(session: Session, workspace_id: UUID, params: FilterParams) -> Selection:
    """The selection that ``params`` describe.

    Raises:
        UnknownJourney, UnknownStage, UnknownTouchpoint: ``params`` name one that does not exist.
        InvalidRequest: an attribute is malformed, or the period is empty.
    """
    journey = journey_for(session, workspace_id, params)
    if params.since and params.until and params.until <= params.since:
        raise InvalidRequest(
            invalid_params=[InvalidParam("until", "must be later than since; it is exclusive")]
        )
    asks = any(name.startswith(params.open_ended) for name in params.model_extra or {})
    return Selection(
        workspace_id=workspace_id,
        journey=journey,
        cells=cells_of(journey, params),
        since=params.since,
        until=params.until,
        kinds=params.kind,
        sources=sources_in(session, workspace_id, map(plain, params.source)),
        channels=[*map(plain, params.channel)],
        languages=[*map(plain, params.language)],
        attributes=values_of(params),
        declared=ready_attributes(session, workspace_id) if asks else frozenset(),
    )


def cells_of(journey: JourneyMap, params: FilterParams) -> frozenset[Cell] | None:
    """The native cells at the stages and touchpoints that ``params`` name; None for all.

    Raises:
        UnknownStage, UnknownTouchpoint: the journey has no such stage or touchpoint.
    """
    if not params.stage and not params.touchpoint:
        return None
    return journey.cells_within(
        _keys([*map(plain, params.stage)], journey.resolve_stage),
        _keys([*map(plain, params.touchpoint)], journey.resolve_touchpoint),
    )


def _keys(names: Sequence[str], resolve: Callable[[str], str]) -> set[str] | None:
    if not names:
        return None
    return {UNASSIGNED if folded(name) == UNASSIGNED else resolve(name) for name in names}


def values_of(params: FilterParams, prefix: str = ATTRIBUTE) -> dict[str, list[str]]:
    """The values of attributes by name, from parameters whose names begin with ``prefix``.

    Raises:
        InvalidRequest: a parameter has no value, too many, one that can't be stored, or too long a
            name.
    """
    return {
        to_nfc(name.removeprefix(prefix)): _values(name, sent)
        for name, sent in (params.model_extra or {}).items()
        if name.startswith(prefix)
    }


def _values(name: str, sent: str | Sequence[str]) -> list[str]:
    texts = [sent] if isinstance(sent, str) else sent
    values = [plain(part) for text in texts for part in split_values(text)]
    if not values or len(values) > MOST_VALUES or len(name) > MAX_NAME_CHARS:
        most = f"a name of at most {MAX_NAME_CHARS} characters"
        reason = f"must have 1 to {MOST_VALUES} values, and {most}"
        raise InvalidRequest(invalid_params=[InvalidParam(name[:MAX_NAME_CHARS], reason)])
    try:
        return [refuse_unstorable(value) for value in values]
    except ValueError as error:
        raise InvalidRequest(invalid_params=[InvalidParam(name, str(error))]) from None
