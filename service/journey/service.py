"""Which journey is in force, which one a reader asked for, and putting a new version in force."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session

from models.journey import Journey
from service import clock
from service.errors import InvalidParam
from service.journey.consistency import contradictions
from service.journey.definition import Definition
from service.journey.errors import InvalidDefinition, StaleDefinition, UnknownJourney
from service.journey.mapping import CUSTOM, JourneyMap
from service.journey.presets import (
    DEFAULT,
    PRESETS,
    key_of,
    native_touchpoints,
    preset_map,
)
from service.journey.queries import definition_of, latest_version, lock_versions
from service.journey.schemas import DefinitionIn
from service.web.invalid import invalid_request

CURRENT: Final = "current"
_CACHED_MAPS: Final = 1000
_maps: dict[tuple[UUID, int, datetime], JourneyMap] = {}


def current_map(session: Session, workspace_id: UUID) -> JourneyMap:
    """The journey in force: the workspace's latest version, or the default preset."""
    version = latest_version(session, workspace_id)
    if version is None:
        return preset_map(DEFAULT)
    key = (workspace_id, version.number, version.created_at)
    if key not in _maps:
        stored = Definition.model_validate(definition_of(session, workspace_id, version.number))
        if len(_maps) >= _CACHED_MAPS:
            _maps.clear()
        _maps[key] = JourneyMap(stored, key_of(stored), version.number)
    return _maps[key]


def named_map(session: Session, workspace_id: UUID, name: str | None) -> JourneyMap:
    """The journey that a reader asked for: a preset's name, 'current' (or None), or 'custom'.

    A preset that is also in force is returned as the workspace has named and filled it in.

    Raises:
        UnknownJourney: no such preset, or 'custom' where the journey in force is a preset.
    """
    current = current_map(session, workspace_id)
    if name in (None, CURRENT, current.key):
        return current
    if name in PRESETS:
        return preset_map(name)
    known = [CURRENT, *PRESETS, *([CUSTOM] if current.key == CUSTOM else [])]
    reason = f"there is no journey {str(name)[:80]!r}; known are {', '.join(known)}"
    raise UnknownJourney(reason, invalid_params=[InvalidParam("journey", reason)])


def put_definition(
    session: Session,
    workspace_id: UUID,
    body: DefinitionIn,
    expected: Callable[[JourneyMap], bool],
) -> JourneyMap:
    """Put a new version in force, in the caller's write transaction; an unchanged one stays.

    ``expected`` says whether the journey in force is one that the sender means to replace.

    Raises:
        InvalidDefinition: incomplete or contradictory; invalid_params has every reason.
        StaleDefinition: another version is in force.
    """
    definition = complete(body)
    lock_versions(session, workspace_id)
    current = current_map(session, workspace_id)
    if not expected(current):
        raise StaleDefinition
    if definition == current.definition:
        return current
    new = JourneyMap(definition, key_of(definition), current.version + 1)
    session.add(
        Journey(
            workspace_id=workspace_id,
            version=new.version,
            definition=definition.model_dump(mode="json"),
            created_at=clock.now(),
        )
    )
    return new


def complete(body: DefinitionIn) -> Definition:
    """The whole definition that a request means: as sent, or a preset with some fields changed.

    Raises:
        InvalidDefinition: incomplete or contradictory; invalid_params has every reason.
    """
    sent = body.model_dump(exclude_unset=True, mode="json")
    if body.preset is not None:
        base = preset_map(body.preset).definition.model_dump(mode="json")
        parts = {part: _changed(part, base[part], sent.get(part)) for part in base}
    else:
        parts = {
            "stages": sent.get("stages") or [],
            "touchpoints": sent.get("touchpoints") or native_touchpoints(),
        }
    try:
        definition = Definition.model_validate(parts)
    except ValidationError as error:
        found = invalid_request(error.errors(include_url=False))
        raise InvalidDefinition(invalid_params=found.invalid_params) from error
    if contradicted := contradictions(definition):
        raise InvalidDefinition(invalid_params=contradicted)
    return definition


def _changed(
    part: str, base: list[dict[str, Any]], changes: list[dict[str, Any]] | None
) -> list[dict[str, Any]]:
    """The preset's entries, with the fields that were sent for an entry in place of its own."""
    by_key = {entry["key"]: entry for entry in base}
    for index, change in enumerate(changes or ()):
        if change["key"] not in by_key:
            raise InvalidDefinition(
                invalid_params=[
                    InvalidParam(
                        f"{part}.{index}.key",
                        f"the preset has only {', '.join(by_key)}; to have others, leave out "
                        "'preset' and send the whole definition",
                    )
                ]
            )
        by_key[change["key"]] |= change
    return list(by_key.values())
