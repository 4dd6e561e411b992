"""A journey in effect as returned by the API. Pure."""

from collections.abc import Iterator, Sequence

from nlp.labels import NONE, STAGES, TOUCHPOINTS, UNASSIGNED
from service.journey.definition import Include
from service.journey.mapping import JourneyMap
from service.journey.probes import TrainedLabel
from service.journey.schemas import DefinitionOut


def definition_out(journey: JourneyMap, trained: Sequence[TrainedLabel] = ()) -> DefinitionOut:
    """The definition with its version, what it leaves out, and how well it was learned."""
    return DefinitionOut.model_validate(
        {
            "journey": journey.key,
            "version": journey.version,
            "stages": journey.stages,
            "touchpoints": journey.touchpoints,
            "unclaimed": list(_unclaimed(journey)),
            "unclaimed_touchpoints": [
                native
                for native in TOUCHPOINTS
                if native != NONE and journey.touchpoint_of((STAGES[0], native)) == UNASSIGNED
            ],
            "learned": [
                {"axis": each.axis, "key": each.key}
                | {name: rate._asdict() for name, rate in each.estimate._asdict().items()}
                for each in trained
            ],
        }
    )


def _unclaimed(journey: JourneyMap) -> Iterator[Include]:
    natives = [touchpoint for touchpoint in TOUCHPOINTS if touchpoint != NONE]
    for stage in (stage for stage in STAGES if stage != NONE):
        left = [native for native in natives if journey.stage_of((stage, native)) == UNASSIGNED]
        if left:
            touchpoints = None if left == natives else left
            yield Include.model_validate({"stage": stage, "touchpoints": touchpoints})
