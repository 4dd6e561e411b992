"""The journey in effect, the one that a reader asked for, and putting a new version into effect."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session

from models.journey import Journey
from service import clock
from service.errors import InvalidParam
from service.journey.consistency import contradictions
from service.journey.definition import Definition
from service.journey.errors import InvalidDefinition, StaleDefinition, UnknownJourney, unknown_name
from service.journey.mapping import CUSTOM, JourneyMap, LearnedKeys
from service.journey.presets import (
    DEFAULT,
    PRESETS,
    PresetName,
    key_of,
    native_touchpoints,
    preset_map,
)
from service.journey.probes import TrainedLabel
from service.journey.queries import definition_of, latest_version, lock_workspace
from service.journey.schemas import DefinitionIn
from service.journey.trained_labels import request_relabelling, save_trained
from service.web.invalid import invalid_request

CURRENT: Final = "current"
_CACHED_MAPS: Final = 1000


class _MapKey(NamedTuple):
    """A version of a workspace's journey, or with ``preset`` that preset with the learned labels of
    the version; with ``known_of``, the version with the learned labels of that later one."""

    workspace_id: UUID
    version: int
    created_at: datetime
    preset: PresetName | None = None
    known_of: int | None = None


_maps: dict[_MapKey, JourneyMap] = {}


def current_map(session: Session, workspace_id: UUID) -> JourneyMap:
    """The journey in effect: the workspace's latest version, or the default preset."""
    version = latest_version(session, workspace_id)
    if version is None:
        return preset_map(DEFAULT)

    return _cached(
        _MapKey(workspace_id, version.number, version.created_at),
        lambda: _stored_map(session, workspace_id, version.number),
    )


def map_at(session: Session, workspace_id: UUID, at: datetime) -> JourneyMap:
    """The journey that was in effect at a given time, with today's learned labels."""
    current, version = current_map(session, workspace_id), latest_version(session, workspace_id, at)
    if version is None:
        return _preset_for(session, workspace_id, DEFAULT)
    if version.number == current.version:
        return current
    return _cached(
        _MapKey(workspace_id, version.number, version.created_at, known_of=current.version),
        lambda: _stored_map(session, workspace_id, version.number, current.known),
    )


def _stored_map(
    session: Session, workspace_id: UUID, number: int, known: LearnedKeys | None = None
) -> JourneyMap:
    """A version with the learned labels of its time, or those in ``known``."""
    stored = definition_of(session, workspace_id, number)
    definition = Definition.model_validate(stored.definition)
    if known is None:
        known = LearnedKeys(
            **{axis: frozenset(keys) for axis, keys in (stored.known or {}).items()}
        )
    return JourneyMap(definition, key_of(definition), number, known)


def _cached(key: _MapKey, made: Callable[[], JourneyMap]) -> JourneyMap:
    found = _maps.get(key)
    if found is None:
        found = made()
        if len(_maps) >= _CACHED_MAPS:
            _maps.clear()
        _maps[key] = found
    return found


def _preset_for(session: Session, workspace_id: UUID, name: PresetName) -> JourneyMap:
    """A preset with the learned labels of the workspace."""
    preset, version = preset_map(name), latest_version(session, workspace_id)
    known = current_map(session, workspace_id).known
    if version is None or known == preset.known:
        return preset
    key = _MapKey(workspace_id, version.number, version.created_at, preset=name)
    return _cached(key, lambda: JourneyMap(preset.definition, name, known=known))


def named_map(session: Session, workspace_id: UUID, name: str | None) -> JourneyMap:
    """The journey that a reader asked for: a preset's name, 'current' (or None), or 'custom'.

    A preset that is also in effect is returned with the workspace's names and details.

    Raises:
        UnknownJourney: no such preset, or 'custom' where the journey in effect is a preset.
    """
    current = current_map(session, workspace_id)
    if name in (None, CURRENT, current.key):
        return current
    if name in PRESETS:
        return _preset_for(session, workspace_id, name)
    known = [CURRENT, *PRESETS, *([CUSTOM] if current.key == CUSTOM else [])]
    reason = f"there is no journey {str(name)[:80]!r}; known journeys: {', '.join(known)}"
    raise unknown_name(UnknownJourney, "journey", reason)


def put_definition(
    session: Session,
    workspace_id: UUID,
    body: DefinitionIn,
    expected: Callable[[JourneyMap], bool],
    trained: Sequence[TrainedLabel] = (),
    model_version: str = "",
) -> JourneyMap:
    """Put a new version into effect, in the caller's write transaction; an unchanged one stays.

    ``expected`` says whether the journey in effect is one that the sender wants to replace;
    ``trained`` are the probes for its learned labels on the vectors of ``model_version``.

    Raises:
        InvalidDefinition: incomplete or contradictory; invalid_params has every reason.
        StaleDefinition: another version is in effect.
    """
    definition = complete(body)
    lock_workspace(session, workspace_id)
    current = current_map(session, workspace_id)
    if not expected(current):
        raise StaleDefinition
    if definition == current.definition:
        return current
    new = JourneyMap(definition, key_of(definition), current.version + 1, current.known)
    at = clock.now()
    session.add(
        Journey(
            workspace_id=workspace_id,
            version=new.version,
            definition=definition.model_dump(mode="json"),
            created_at=at,
            known={axis: sorted(keys) for axis, keys in new.known._asdict().items()},
        )
    )
    if any(current.learned) or any(new.learned):
        save_trained(session, workspace_id, new.version, model_version, trained, at)
        request_relabelling(session, workspace_id)
    return new


def complete(body: DefinitionIn) -> Definition:
    """The whole definition of a request: as sent, or a preset with some fields changed.

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
        found = invalid_request(error.errors(include_url=False)).invalid_params
        raise InvalidDefinition(invalid_params=_as_sent(found, parts, sent)) from error
    if contradicted := contradictions(definition):
        raise InvalidDefinition(invalid_params=_as_sent(contradicted, parts, sent))
    return definition


def _as_sent(
    faults: Sequence[InvalidParam], parts: Mapping[str, list[Any]], sent: Mapping[str, Any]
) -> list[InvalidParam]:
    """The faults of ``parts``, by the positions that the entries have in the request.

    With a preset these differ; an entry that only the preset has is named by its key.
    """
    if sent.get("preset") is None:
        return list(faults)
    return [InvalidParam(_sent_name(fault.name, parts, sent), fault.reason) for fault in faults]


def _sent_name(name: str, parts: Mapping[str, list[Any]], sent: Mapping[str, Any]) -> str:
    part, *inside = name.split(".")
    if not inside or not inside[0].isdigit():
        return name
    key = parts[part][int(inside[0])]["key"]
    keys = [entry["key"] for entry in sent.get(part) or ()]
    return ".".join([part, str(keys.index(key)) if key in keys else key, *inside[1:]])


def _changed(
    part: str, base: list[dict[str, Any]], changes: list[dict[str, Any]] | None
) -> list[dict[str, Any]]:
    """The preset's entries, with the fields that were sent for an entry in place of its own.

    A new entry must have examples; it comes last.
    """
    by_key = {entry["key"]: entry for entry in base}
    for index, change in enumerate(changes or ()):
        if change["key"] not in by_key and not change.get("examples"):
            raise InvalidDefinition(
                invalid_params=[
                    InvalidParam(
                        f"{part}.{index}.key",
                        f"the preset only has {', '.join(by_key)}; to add others, omit "
                        "'preset' and send the whole definition, or send examples",
                    )
                ]
            )
        by_key[change["key"]] = by_key.get(change["key"], {}) | change
    return list(by_key.values())
