"""The built-in journeys. Each is data: a JSON file in this folder."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

from service.journey.definition import Definition
from service.journey.mapping import CUSTOM, JourneyMap

PresetName = Literal["five-stage", "four-stage", "six-stage", "eight-stage"]
PRESETS: Final[tuple[PresetName, ...]] = get_args(PresetName)
DEFAULT: Final[PresetName] = "five-stage"


@cache
def preset_map(name: PresetName) -> JourneyMap:
    """The preset as a map, version 0."""
    stages = _read(name)["stages"]
    definition = Definition.model_validate({"stages": stages, "touchpoints": native_touchpoints()})
    return JourneyMap(definition, key=name)


def native_touchpoints() -> list[dict[str, Any]]:
    """All native touchpoints: the default of a definition that has none itself."""
    touchpoints: list[dict[str, Any]] = _read("touchpoints")
    return touchpoints


def key_of(definition: Definition) -> str:
    """The preset that maps every cell like ``definition``, or "custom"."""
    cells = JourneyMap(definition).cells
    return next((name for name in PRESETS if preset_map(name).cells == cells), CUSTOM)


def _read(name: str) -> Any:
    return json.loads(files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
